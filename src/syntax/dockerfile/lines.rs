use crate::text::Span;

/// A physical line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'t> {
    /// The line without its line end.
    pub(super) text: &'t str,
    /// Offset of the first byte.
    pub(super) start: u32,
    /// Offset of the next line.
    pub(super) next: u32,
    /// Its number, from 1.
    pub(super) number: u32,
}

impl Line<'_> {
    /// The bytes of the line without its line end.
    pub(super) fn span(&self) -> Span {
        Span::new(self.start, self.start + self.text.len() as u32)
    }
}

/// Hands out the physical lines of a text.
#[derive(Clone, Debug)]
pub(super) struct Lines<'t> {
    text: &'t str,
    at: usize,
    number: u32,
}

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t str) -> Lines<'t> {
        Lines { text, at: 0, number: 0 }
    }

    /// Number of the line handed out last.
    pub(super) fn number(&self) -> u32 {
        self.number
    }

    /// Steps over a byte order mark at the beginning of the text.
    pub(super) fn skip_bom(&mut self) -> bool {
        let has_bom = self.text.starts_with('\u{feff}');
        self.at = if has_bom { '\u{feff}'.len_utf8() } else { 0 };
        has_bom
    }
}

impl<'t> Iterator for Lines<'t> {
    type Item = Line<'t>;

    fn next(&mut self) -> Option<Line<'t>> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let len = memchr::memchr(b'\n', rest.as_bytes()).map_or(rest.len(), |newline| newline + 1);
        let start = self.at;
        self.at += len;
        self.number += 1;
        // BuildKit trims every `\r` and `\n` at the end, not just one pair.
        let text = rest[..len].trim_end_matches(['\r', '\n']);
        Some(Line { text, start: start as u32, next: self.at as u32, number: self.number })
    }
}

/// The line without the escape character that continues it and the blanks after that; `None` if
/// the line is not continued. A doubled escape character continues nothing.
pub(super) fn continued(line: &str, escape: char) -> Option<&str> {
    let kept = line.trim_end_matches([' ', '\t']).strip_suffix(escape)?;
    (!kept.ends_with(escape)).then_some(kept)
}
