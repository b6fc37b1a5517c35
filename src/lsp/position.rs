//! The one place that turns the protocol's positions into byte offsets and back.

use serde::Serialize;
use serde_json::Value;

use crate::text::Span;

/// What a client counts in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf16,
}

impl Encoding {
    /// UTF-8 where the client offers it.
    pub(super) fn negotiate(initialize: &Value) -> Encoding {
        let offered = initialize.pointer("/capabilities/general/positionEncodings").and_then(Value::as_array);
        let utf8 = offered.is_some_and(|all| all.iter().any(|it| it == "utf-8"));
        if utf8 { Encoding::Utf8 } else { Encoding::Utf16 }
    }

    /// The protocol's word for it.
    pub(super) fn name(self) -> &'static str {
        if self == Encoding::Utf8 { "utf-8" } else { "utf-16" }
    }

    fn width(self, c: char) -> usize {
        if self == Encoding::Utf8 { c.len_utf8() } else { c.len_utf16() }
    }
}

/// Where the lines of a text begin as the protocol sees them: `\n`, `\r\n` and `\r` end a line.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    starts: Vec<usize>,
    ascii: bool,
    encoding: Encoding,
}

impl Lines {
    pub(super) fn new(text: &str, encoding: Encoding) -> Lines {
        let bytes = text.as_bytes();
        let ends = memchr::memchr2_iter(b'\n', b'\r', bytes)
            .filter(|&at| bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n'))
            .map(|at| at + 1);
        Lines { starts: std::iter::once(0).chain(ends).collect(), ascii: text.is_ascii(), encoding }
    }

    /// The line, from 0, that holds the byte at `offset`.
    pub(super) fn line_of(&self, offset: usize) -> usize {
        self.starts.partition_point(|&start| start <= offset).saturating_sub(1)
    }

    /// Offset of the first byte of a line, from 0; the text's end for one past the last.
    pub(super) fn start(&self, text: &str, line: usize) -> usize {
        self.starts.get(line).copied().unwrap_or(text.len())
    }

    /// A line, from 0, without its end.
    pub(super) fn line<'t>(&self, text: &'t str, line: usize) -> &'t str {
        text[self.start(text, line)..self.start(text, line + 1)].trim_end_matches(['\r', '\n'])
    }

    /// What the client counts.
    pub(super) fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The byte offset of a position of the protocol; `None` for what is none.
    pub(super) fn at(&self, text: &str, position: Option<&Value>) -> Option<usize> {
        let position = position?;
        Some(self.offset(text, position.get("line")?.as_u64()?, position.get("character")?.as_u64()?))
    }

    /// The byte offset of a position, moved into the line and to a character's border.
    pub(super) fn offset(&self, text: &str, line: u64, character: u64) -> usize {
        let Some(&start) = usize::try_from(line).ok().and_then(|line| self.starts.get(line)) else {
            return text.len();
        };
        let line = self.line(text, line as usize);
        let wanted = usize::try_from(character).unwrap_or(usize::MAX);
        if self.ascii {
            return start + wanted.min(line.len());
        }
        let mut units = 0;
        for (at, c) in line.char_indices() {
            units += self.encoding.width(c);
            if units > wanted {
                return start + at;
            }
        }
        start + line.len()
    }

    /// Line and column of offsets that are asked for in order; the text is walked once.
    pub(super) fn columns<'t>(&'t self, text: &'t str) -> Columns<'t> {
        Columns { lines: self, text, line: 0, at: 0, units: 0 }
    }

    /// The position of a byte offset.
    pub(super) fn position(&self, text: &str, offset: u32) -> Position {
        let offset = text.floor_char_boundary((offset as usize).min(text.len()));
        let line = self.line_of(offset);
        let start = self.start(text, line);
        let end = (start + self.line(text, line).len()).min(offset);
        let character = match self.ascii || self.encoding == Encoding::Utf8 {
            true => end - start,
            false => text[start..end].chars().map(char::len_utf16).sum(),
        };
        Position { line, character }
    }

    /// The range of a span.
    pub(super) fn range(&self, text: &str, span: Span) -> Range {
        Range { start: self.position(text, span.start), end: self.position(text, span.end) }
    }
}

/// A place as the protocol writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Position {
    pub(super) line: usize,
    pub(super) character: usize,
}

/// From one place to another, as the protocol writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Range {
    pub(super) start: Position,
    pub(super) end: Position,
}

/// A walk along a text; see [`Lines::columns`].
pub(super) struct Columns<'t> {
    lines: &'t Lines,
    text: &'t str,
    line: usize,
    /// The last offset, in `line`, and its column.
    at: usize,
    units: usize,
}

impl Columns<'_> {
    /// Line and column of an offset that is not before the last one.
    pub(super) fn at(&mut self, offset: usize) -> (u32, u32) {
        let mut line = self.line;
        while self.lines.starts.get(line + 1).is_some_and(|&start| start <= offset) {
            line += 1;
        }
        if line != self.line {
            (self.line, self.at, self.units) = (line, self.lines.start(self.text, line), 0);
        }
        let step = &self.text[self.at..offset.max(self.at)];
        self.units += match self.lines.ascii {
            true => step.len(),
            false => step.chars().map(|c| self.lines.encoding.width(c)).sum(),
        };
        self.at = offset.max(self.at);
        (self.line as u32, self.units as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_what_the_client_counts() {
        let text = "a\r\n\u{e9}\u{1f600}x\rz";
        for (encoding, x) in [(Encoding::Utf8, 6), (Encoding::Utf16, 3)] {
            let lines = Lines::new(text, encoding);
            assert_eq!(lines.position(text, 9), Position { line: 1, character: x as usize });
            assert_eq!(lines.offset(text, 1, x), 9);
            assert_eq!(lines.offset(text, 1, 99), 10);
            assert_eq!(lines.offset(text, 2, 0), 11);
            assert_eq!(lines.offset(text, 9, 9), text.len());
        }
        assert_eq!(Lines::new(text, Encoding::Utf16).offset(text, 1, 2), 5, "inside a surrogate pair");
    }
}
