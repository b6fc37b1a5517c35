use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use codespan_reporting::files::{Error, Files};

use crate::diagnostic::{Diagnostic, Label};
use crate::text::{FileId, Source, Sources, Span};

/// Bytes of one source line shown at most; a longer line is shown around its first label.
const LINE_LIMIT: usize = 400;
/// Bytes shown before the first label of a line that is too long.
const LEAD: usize = 80;
/// Lines that one label spans at most; what it covers beyond is not drawn.
const LABEL_LINES: usize = 40;

/// The few lines that one diagnostic shows, made fit to print: long lines are cut, control
/// characters are drawn as pictures. A file of one 10 MB line costs no more than any other.
pub(super) struct Excerpt<'a> {
    sources: &'a Sources,
    lines: BTreeMap<(FileId, usize), Line>,
    text: String,
}

/// A line of a source and the piece of it that is shown.
struct Line {
    /// Bytes of the source that are shown.
    window: Range<usize>,
    /// Where they are in the excerpt's text, cut marks included.
    shown: Range<usize>,
    /// Length of the mark before the window.
    mark: usize,
}

impl<'a> Excerpt<'a> {
    /// Gathers the lines that the labels of `diagnostic` touch.
    pub(super) fn new(sources: &'a Sources, diagnostic: &Diagnostic) -> Excerpt<'a> {
        let mut wanted: BTreeMap<(FileId, usize), Range<usize>> = BTreeMap::new();
        for label in std::iter::once(&diagnostic.primary).chain(&diagnostic.secondary) {
            let source = sources.get(label.file);
            let span = drawn(source, label.span);
            let (first, last) = (source.lines().line_of(span.start), source.lines().line_of(span.end));
            for line in first..=last {
                let range = content(source, line);
                let from = if line == first { span.start as usize } else { range.start };
                let to = if line == last { span.end as usize } else { range.end };
                let focus = wanted.entry((label.file, line)).or_insert(from..to);
                *focus = focus.start.min(from)..focus.end.max(to);
            }
        }
        fill_gaps(sources, &mut wanted);
        let mut excerpt = Excerpt { sources, lines: BTreeMap::new(), text: String::new() };
        for ((file, line), focus) in wanted {
            excerpt.push(file, line, focus);
        }
        excerpt
    }

    fn push(&mut self, file: FileId, line: usize, focus: Range<usize>) {
        let source = self.sources.get(file);
        let range = content(source, line);
        let window = window(&source.text, range.clone(), focus);
        let start = self.text.len();
        let mark = if window.start > range.start { "…" } else { "" };
        self.text.push_str(mark);
        self.text.push_str(&printable(source.text.get(window.clone()).unwrap_or("")));
        if window.end < range.end {
            self.text.push('…');
        }
        let shown = start..self.text.len();
        self.text.push('\n');
        self.lines.insert((file, line), Line { window, shown, mark: mark.len() });
    }

    /// The label's span as offsets into the excerpt's text.
    pub(super) fn span(&self, label: &Label) -> Range<usize> {
        let span = drawn(self.sources.get(label.file), label.span);
        let start = self.offset(label.file, span.start);
        start..self.offset(label.file, span.end).max(start)
    }

    fn offset(&self, file: FileId, offset: u32) -> usize {
        let source = self.sources.get(file);
        let Some(line) = self.lines.get(&(file, source.lines().line_of(offset))) else { return 0 };
        let at = (offset as usize).clamp(line.window.start, line.window.end);
        let before = source.text.get(line.window.start..at).unwrap_or("");
        line.shown.start + line.mark + printable(before).len()
    }

    /// The source's line that is shown at `offset` of the excerpt's text.
    fn line_at(&self, file: FileId, offset: usize) -> Option<(usize, &Line)> {
        let mut lines = self.lines.range((file, 0)..=(file, usize::MAX));
        lines.find(|(_, line)| offset <= line.shown.end).map(|((_, at), line)| (*at, line))
    }
}

/// A single line between two that are shown is shown too: the renderer asks for it.
fn fill_gaps(sources: &Sources, wanted: &mut BTreeMap<(FileId, usize), Range<usize>>) {
    let gaps: Vec<(FileId, usize)> = wanted
        .keys()
        .filter(|(file, line)| !wanted.contains_key(&(*file, line + 1)) && wanted.contains_key(&(*file, line + 2)))
        .map(|(file, line)| (*file, line + 1))
        .collect();
    for (file, line) in gaps {
        let start = content(sources.get(file), line).start;
        wanted.insert((file, line), start..start);
    }
}

/// The line without its end.
fn content(source: &Source, line: usize) -> Range<usize> {
    let range = source.lines().line_range(line);
    let text = source.text.get(range.clone()).unwrap_or("");
    range.start..range.start + text.trim_end_matches(['\n', '\r']).len()
}

/// The part of a span that is drawn: an end right after a newline moves back to the line it ends,
/// and only so many lines are covered.
fn drawn(source: &Source, span: Span) -> Span {
    let lines = source.lines();
    let first = lines.line_of(span.start);
    let last = lines.line_of(span.end.max(span.start + 1) - 1).min(first + LABEL_LINES);
    let end = (span.end as usize).min(content(source, last).end).max(span.start as usize);
    Span::new(span.start, end as u32)
}

/// Cuts a line to the limit, keeping the start of `focus` in sight.
fn window(text: &str, line: Range<usize>, focus: Range<usize>) -> Range<usize> {
    if line.len() <= LINE_LIMIT {
        return line;
    }
    let start = if focus.end - line.start <= LINE_LIMIT {
        line.start
    } else {
        text.floor_char_boundary(focus.start.saturating_sub(LEAD).max(line.start))
    };
    start..text.floor_char_boundary((start + LINE_LIMIT).min(line.end))
}

/// The text with control characters drawn as pictures (`␛` for escape), so that no file can play
/// tricks on the terminal.
pub(super) fn printable(text: &str) -> Cow<'_, str> {
    let tricky = |c: char| (c.is_control() && c != '\t') || is_bidi_control(c);
    if !text.contains(tricky) {
        return Cow::Borrowed(text);
    }
    let picture = |c: char| match c {
        '\t' => '\t',
        '\n' => ' ',
        '\x7f' => '␡',
        c if c < ' ' => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
        c if tricky(c) => '\u{fffd}',
        c => c,
    };
    Cow::Owned(text.chars().map(picture).collect())
}

fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl<'e> Files<'e> for Excerpt<'_> {
    type FileId = FileId;
    type Name = &'e str;
    type Source = &'e str;

    fn name(&'e self, id: FileId) -> Result<&'e str, Error> {
        Ok(&self.sources.get(id).name)
    }

    fn source(&'e self, _: FileId) -> Result<&'e str, Error> {
        Ok(&self.text)
    }

    fn line_index(&'e self, id: FileId, offset: usize) -> Result<usize, Error> {
        self.line_at(id, offset).map(|(at, _)| at).ok_or(Error::IndexTooLarge { given: offset, max: self.text.len() })
    }

    fn column_number(&'e self, id: FileId, line: usize, offset: usize) -> Result<usize, Error> {
        let source = self.sources.get(id);
        let Some(shown) = self.lines.get(&(id, line)) else { return Ok(1) };
        let after_mark = offset.saturating_sub(shown.shown.start + shown.mark);
        let piece = self.text.get(shown.shown.start + shown.mark..).unwrap_or("");
        let in_window = piece.get(..after_mark).map_or(0, |before| before.chars().count());
        let window_column = source.line_column(shown.window.start as u32).column as usize;
        Ok(window_column + in_window)
    }

    fn line_range(&'e self, id: FileId, line: usize) -> Result<Range<usize>, Error> {
        let shown = self.lines.get(&(id, line)).map(|line| line.shown.clone());
        shown.ok_or(Error::LineTooLarge { given: line, max: 0 })
    }
}
