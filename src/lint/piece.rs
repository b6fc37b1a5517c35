//! The Dockerfiles of a file: all of it, or the code blocks of a document.

use std::sync::Arc;

use super::{FileKind, Input};
use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::model::docs::{DocText, Shown};
use crate::text::{FileId, Source, Span, Spliced};

/// Stands for the document itself in labels that already are offsets into it, while the other
/// labels of a fence are offsets into the fence.
pub(super) const BESIDE: FileId = FileId(u32::MAX);

/// One Dockerfile of a file.
pub(super) enum Piece<'t> {
    /// The file is a Dockerfile.
    Whole(&'t str),
    /// A fence: its text with its places in the Markdown, and whether something is left out.
    Fence(Spliced, bool),
}

/// The file as a document; `None` for what is none. Whoever read it before need not do so again.
pub(super) fn document(input: &Input) -> Option<Arc<DocText>> {
    let text = &input.sources.get(input.file).text;
    let markup = input.kind.markup()?;
    let known = input.document.filter(|known| known.text == *text).cloned();
    Some(known.unwrap_or_else(|| Arc::new(DocText::document(markup, text.clone()))))
}

/// The Dockerfiles of a file that was read as a document, if it is one; in order.
pub(super) fn pieces_of<'t>(text: &'t str, kind: FileKind, document: Option<&DocText>) -> Vec<Piece<'t>> {
    let piece = |shown: &Shown| Piece::Fence(shown.content.clone(), !shown.whole);
    match (kind, document) {
        (FileKind::Dockerfile, _) => vec![Piece::Whole(text)],
        (_, Some(document)) => document.shown.iter().map(piece).collect(),
        (_, None) => Vec::new(),
    }
}

/// The Dockerfiles of a text, in order.
pub(super) fn pieces(text: &str, kind: FileKind) -> Vec<Piece<'_>> {
    let document = kind.markup().map(|markup| DocText::document(markup, text));
    pieces_of(text, kind, document.as_ref())
}

impl Piece<'_> {
    pub(super) fn text(&self) -> &str {
        match self {
            Piece::Whole(text) => text,
            Piece::Fence(content, _) => &content.text,
        }
    }

    /// True for a fence that does not show a whole Dockerfile.
    pub(super) fn is_fragment(&self) -> bool {
        matches!(self, Piece::Fence(_, true))
    }

    /// The place in the file of a span of the text.
    pub(super) fn span(&self, span: Span) -> Span {
        match self {
            Piece::Whole(_) => span,
            Piece::Fence(content, _) => content.span(span.start, span.end),
        }
    }

    /// Moves a diagnostic about the text to its place in the file. Labels in other files stay.
    pub(super) fn place(&self, mut diagnostic: Diagnostic, source: &Source) -> Diagnostic {
        let Piece::Fence(content, _) = self else { return diagnostic };
        let file = diagnostic.primary.file;
        for label in std::iter::once(&mut diagnostic.primary).chain(&mut diagnostic.secondary) {
            if label.file == file {
                label.span = self.span(label.span);
            } else if label.file == BESIDE {
                label.file = file;
            }
        }
        diagnostic.fix = diagnostic.fix.and_then(|fix| Placer { content, source }.fix(fix));
        diagnostic
    }
}

/// Moves edits from a fence's text to the Markdown around it.
struct Placer<'a> {
    content: &'a Spliced,
    source: &'a Source,
}

impl Placer<'_> {
    fn fix(&self, mut fix: Fix) -> Option<Fix> {
        fix.edits = fix.edits.into_iter().map(|edit| self.edit(edit)).collect::<Option<_>>()?;
        let starts = line_starts(&self.content.text);
        let line = |line: u32| starts.get(line as usize - 1).map(|&at| self.source.line(self.content.to_source(at)));
        fix.touches = fix.touches.iter().filter_map(|&at| line(at.max(1))).collect();
        Some(fix)
    }

    fn edit(&self, edit: Edit) -> Option<Edit> {
        let Span { start, end } = edit.span;
        let prefix = self.prefix(start)?;
        let begins_line = |at: u32| at == 0 || self.content.text.as_bytes().get(at as usize - 1) == Some(&b'\n');
        let whole_lines = begins_line(start) && begins_line(end) && (edit.text.is_empty() || edit.text.ends_with('\n'));
        if whole_lines {
            let text: String = edit.text.split_inclusive('\n').map(|line| indented(&prefix, line)).collect();
            let span = Span::new(self.line_start(start), self.line_start(end).max(self.line_start(start)));
            return self.is_plain(span).then(|| Edit::replace(span, text));
        }
        let span = if start == end { self.insertion(start) } else { self.content.span(start, end) };
        let text = edit.text.replace('\n', &format!("\n{prefix}"));
        self.is_plain(span).then(|| Edit::replace(span, text))
    }

    /// Where text goes in. At the end of a line that is right behind its last byte: what stands between it and
    /// the line's end, such as `\r` or the number of a remark, is no code.
    fn insertion(&self, offset: u32) -> Span {
        let text = self.content.text.as_bytes();
        let is_end = text.get(offset as usize) == Some(&b'\n');
        let is_behind_code = offset > 0 && text.get(offset as usize - 1).is_some_and(|byte| *byte != b'\n');
        match is_end && is_behind_code {
            true => Span::at(self.content.to_source(offset - 1) + 1),
            false => self.content.span(offset, offset),
        }
    }

    /// What stands before the code on the line of `offset`: the indentation of a list, the `>` of a
    /// quotation. `None` where it is something else, or where the place is in no file.
    fn prefix(&self, offset: u32) -> Option<String> {
        let text = &self.content.text;
        let at_end = offset as usize == text.len() && offset > 0;
        let line = text[..offset as usize - usize::from(at_end)].rfind('\n').map_or(0, |at| at + 1) as u32;
        let source = self.content.to_source(line);
        let index = self.source.lines();
        let prefix = &self.source.text[index.line_start(index.line_of(source)) as usize..source as usize];
        prefix.bytes().all(|byte| b" \t>".contains(&byte)).then(|| prefix.to_string())
    }

    /// The begin of the file's line that a line of the text stands on; for the end of the text, the
    /// line after it.
    fn line_start(&self, offset: u32) -> u32 {
        let index = self.source.lines();
        if offset as usize == self.content.text.len() && offset > 0 {
            return index.line_start(index.line_of(self.content.to_source(offset - 1)) + 1);
        }
        index.line_start(index.line_of(self.content.to_source(offset)))
    }

    /// True if nothing but prefixes and line ends stands between the pieces of code in `span`.
    fn is_plain(&self, span: Span) -> bool {
        let pieces = &self.content.segments;
        let first = pieces.partition_point(|piece| piece.source + piece.len <= span.start);
        let mut at = span.start;
        for piece in pieces[first..].iter().take_while(|piece| piece.source < span.end) {
            let gap = self.source.text.get(at as usize..piece.source.max(at) as usize).unwrap_or("x");
            if !gap.bytes().all(|byte| b" \t>\r".contains(&byte)) {
                return false;
            }
            at = piece.source + piece.len;
        }
        let rest = self.source.text.get(at.min(span.end) as usize..span.end as usize).unwrap_or("x");
        rest.bytes().all(|byte| b" \t>\r\n".contains(&byte))
    }
}

fn indented(prefix: &str, line: &str) -> String {
    if line.trim().is_empty() { line.to_string() } else { format!("{prefix}{line}") }
}

fn line_starts(text: &str) -> Vec<u32> {
    std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at as u32 + 1)).collect()
}
