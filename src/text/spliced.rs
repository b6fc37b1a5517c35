use super::Span;

/// A verbatim run of source bytes inside a [`Spliced`] text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Where the run begins in the spliced text.
    pub text: u32,
    /// Where the run begins in the file.
    pub source: u32,
    /// Number of bytes, the same on both sides.
    pub len: u32,
}

/// Text put together from pieces of a file (a logical line without its continuations, a decoded
/// JSON string, a heredoc body without its tabs) that still knows where each byte came from.
///
/// Segments are sorted in both coordinates. Text between two segments is synthetic: it stands in
/// no file and maps to the end of the piece before it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spliced {
    /// The text put together.
    pub text: String,
    /// Its pieces.
    pub segments: Vec<Segment>,
}

impl Spliced {
    /// A text that is one verbatim run beginning at `source`.
    pub fn verbatim(text: &str, source: u32) -> Spliced {
        let mut spliced = Spliced::default();
        spliced.push(text, source);
        spliced
    }

    /// Appends source bytes that begin at `source`.
    pub fn push(&mut self, text: &str, source: u32) {
        if text.is_empty() {
            return;
        }
        let at = self.text.len() as u32;
        let len = text.len() as u32;
        self.text.push_str(text);
        match self.segments.last_mut() {
            Some(last) if last.text + last.len == at && last.source + last.len == source => last.len += len,
            _ => self.segments.push(Segment { text: at, source, len }),
        }
    }

    /// Appends text that stands in no file.
    pub fn push_synthetic(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// The offset in the file of the byte at `offset` of the text. The end of the text maps to the
    /// end of its last piece.
    pub fn to_source(&self, offset: u32) -> u32 {
        let after = self.segments.partition_point(|segment| segment.text <= offset);
        let Some(segment) = after.checked_sub(1).and_then(|at| self.segments.get(at)) else {
            return self.segments.first().map_or(0, |first| first.source);
        };
        segment.source + (offset - segment.text).min(segment.len)
    }

    /// The span in the file of `start..end` of the text. The end is mapped through the last byte
    /// covered, so that a span ending at a continuation does not leak to the next line.
    pub fn span(&self, start: u32, end: u32) -> Span {
        let from = self.to_source(start);
        // Text that stands in no file adds nothing to what stands before it.
        let last = |offset: u32| {
            let segment = self.segments.get(self.segments.partition_point(|it| it.text <= offset).checked_sub(1)?)?;
            Some(segment.source + (offset - segment.text + 1).min(segment.len))
        };
        let to = if end > start { last(end - 1).unwrap_or(from) } else { from };
        Span::new(from, to.max(from))
    }

    /// True if `start..end` of the text lies within one verbatim run, so that an edit of it is an
    /// edit of the file.
    pub fn is_verbatim(&self, start: u32, end: u32) -> bool {
        let after = self.segments.partition_point(|segment| segment.text <= start);
        let segment = after.checked_sub(1).and_then(|at| self.segments.get(at));
        segment.is_some_and(|segment| end <= segment.text + segment.len)
    }

    /// The bytes `start..end` as a text of their own, still mapped.
    pub fn sub(&self, start: u32, end: u32) -> Spliced {
        let mut part = Spliced::default();
        part.push_from(self, start, end);
        part
    }

    /// Appends the bytes `start..end` of another spliced text with their places.
    pub fn push_from(&mut self, other: &Spliced, start: u32, end: u32) {
        let first = other.segments.partition_point(|segment| segment.text + segment.len <= start);
        let mut at = start;
        for segment in other.segments[first..].iter().take_while(|segment| segment.text < end) {
            let from = segment.text.max(start);
            let to = (segment.text + segment.len).min(end);
            self.push_synthetic(&other.text[at as usize..from as usize]);
            self.push(&other.text[from as usize..to as usize], segment.source + (from - segment.text));
            at = to;
        }
        self.push_synthetic(&other.text[at as usize..end.max(at) as usize]);
    }
}
