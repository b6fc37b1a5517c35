//! Lines of a document with their places, and code made of some of them.

use crate::syntax::markdown::{Code, Fence};
use crate::text::{Span, Spliced};

/// A line without its end.
#[derive(Clone, Copy)]
pub(super) struct Line<'t> {
    /// The offset of its first byte.
    pub(super) start: usize,
    pub(super) text: &'t str,
    /// The offset of its `\n`; the end of the text for a last line without one.
    end: usize,
}

impl<'t> Line<'t> {
    /// Bytes of blanks that it begins with.
    pub(super) fn indent(&self) -> usize {
        self.text.len() - self.text.trim_start_matches([' ', '\t']).len()
    }

    pub(super) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// The same up to a byte of its text.
    pub(super) fn until(self, len: usize) -> Line<'t> {
        Line { text: &self.text[..len], ..self }
    }
}

pub(super) fn lines(text: &str) -> Vec<Line<'_>> {
    let mut at = 0;
    let line = |raw: &'_ str| {
        let start = at;
        at += raw.len();
        let end = if raw.ends_with('\n') { at - 1 } else { at };
        (start, end)
    };
    let places: Vec<(usize, usize)> = text.split_inclusive('\n').map(line).collect();
    let cut = |(start, end)| Line { start, end, text: text[start..end].trim_end_matches('\r') };
    places.into_iter().map(cut).collect()
}

/// A code block of `lines` without the indentation that they share and without blank lines around it;
/// `None` where nothing is left.
pub(super) fn block(info: &str, attributes: String, lines: &[Line]) -> Option<Fence> {
    let first = lines.iter().position(|line| !line.is_blank())?;
    let last = lines.iter().rposition(|line| !line.is_blank())?;
    let lines = &lines[first..=last];
    let indent = lines.iter().filter(|line| !line.is_blank()).map(Line::indent).min().unwrap_or(0);
    let mut content = Spliced::default();
    for line in lines {
        content.push(line.text.get(indent..).unwrap_or(""), (line.start + indent) as u32);
        content.push("\n", line.end as u32);
    }
    let end = lines[lines.len() - 1];
    let span = Span::from(lines[0].start..end.start + end.text.len());
    Some(Fence { info: info.trim().to_lowercase(), attributes, content, span, fenced: true })
}

/// Adds the code spans of a line between `mark`s, and its words before the first of them.
pub(super) fn prose(code: &mut Code, line: Line, mark: &str) {
    let text = line.text;
    let spliced = |from: usize, to: usize| Spliced::verbatim(&text[from..to], (line.start + from) as u32);
    let words = text.find('`').unwrap_or(text.len());
    if !text[..words].trim().is_empty() {
        code.prose.push(spliced(0, words));
    }
    let mut at = words;
    while let Some(open) = text[at..].find(mark).map(|open| at + open + mark.len()) {
        let Some(close) = text[open..].find(mark).map(|close| open + close) else { return };
        if close > open {
            code.spans.push(spliced(open, close));
        }
        at = close + mark.len();
    }
}
