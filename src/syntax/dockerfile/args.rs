use std::ops::Range;

use super::ast::{Ident, JsonString, Variable, Word};
use super::json::{JsonItem, Part};
use super::scan::scan;
use super::words;
use crate::text::{Span, Spliced};

/// The arguments of an instruction while they are read: a range of its logical line.
#[derive(Clone)]
pub(super) struct Args<'l> {
    /// The logical line, for places.
    pub(super) line: &'l Spliced,
    /// Its text, as long as the line's own; comments that break the build are blanked out in it.
    pub(super) text: &'l str,
    /// The arguments in the text, trimmed.
    pub(super) range: Range<usize>,
    pub(super) escape: char,
}

impl<'l> Args<'l> {
    /// The text of the arguments.
    pub(super) fn rest(&self) -> &'l str {
        &self.text[self.range.clone()]
    }

    pub(super) fn is_empty(&self) -> bool {
        self.range.is_empty()
    }

    /// The arguments from `start` on.
    pub(super) fn from(&self, start: usize) -> Args<'l> {
        Args { range: start.min(self.range.end)..self.range.end, ..self.clone() }
    }

    pub(super) fn span(&self, range: &Range<usize>) -> Span {
        self.line.span(range.start as u32, range.end as u32)
    }

    pub(super) fn whole_span(&self) -> Span {
        self.span(&self.range)
    }

    pub(super) fn ident(&self, range: &Range<usize>) -> Ident {
        Ident { text: self.text[range.clone()].to_string(), span: self.span(range) }
    }

    /// The word at `range` of the line, with its variables.
    pub(super) fn word(&self, range: Range<usize>) -> Word {
        let raw = &self.text[range.clone()];
        let at = range.start as u32;
        let variables = variables(raw, self.escape, |start, end| self.line.span(at + start, at + end));
        Word { raw: raw.to_string(), span: self.span(&range), at, variables }
    }

    /// A word in which nothing is expanded.
    pub(super) fn literal(&self, range: Range<usize>) -> Word {
        let raw = self.text[range.clone()].to_string();
        Word { raw, span: self.span(&range), at: range.start as u32, variables: Vec::new() }
    }

    /// All words where quotes mean nothing.
    pub(super) fn plain_words(&self) -> Vec<Range<usize>> {
        let text = &self.text[..self.range.end];
        let next = |at: usize| words::plain_word(text, at);
        std::iter::successors(next(self.range.start), |word| next(word.end)).collect()
    }

    /// All words where quotes and escapes keep blanks together.
    pub(super) fn quoted_words(&self) -> Vec<Range<usize>> {
        let text = &self.text[..self.range.end];
        let next = |at: usize| words::quoted_word(text, at, self.escape);
        std::iter::successors(next(self.range.start), |word| next(word.end)).collect()
    }

    /// A string of a JSON array that was read from [`Args::rest`].
    pub(super) fn json_string(&self, item: &JsonItem) -> JsonString {
        let base = self.range.start;
        let mut value = Spliced::default();
        for part in &item.parts {
            match part {
                Part::Raw(start, end) => value.push_from(self.line, (base + start) as u32, (base + end) as u32),
                Part::Char(c) => value.push_synthetic(c.encode_utf8(&mut [0; 4])),
            }
        }
        JsonString { value, span: self.span(&(base + item.start..base + item.end)) }
    }

    /// A string of a JSON array as a word of COPY, ADD or VOLUME.
    pub(super) fn json_word(&self, item: &JsonItem) -> Word {
        let JsonString { value, span } = self.json_string(item);
        let variables = variables(&value.text, self.escape, |start, end| value.span(start, end));
        Word { raw: value.text, span, at: (self.range.start + item.start) as u32, variables }
    }
}

/// The variables of a word; `place` tells where a range of it stands in the file.
pub(super) fn variables(word: &str, escape: char, place: impl Fn(u32, u32) -> Span) -> Vec<Variable> {
    if memchr::memchr(b'$', word.as_bytes()).is_none() {
        return Vec::new();
    }
    let found = scan(word, escape).references.into_iter().map(|found| {
        let (start, end) = found.name;
        let text = word[start as usize..end as usize].to_string();
        let name = Ident { text, span: place(start, end) };
        Variable { span: place(found.start, found.end), name, operator: found.operator }
    });
    found.collect()
}
