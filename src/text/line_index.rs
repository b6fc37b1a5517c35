use std::ops::Range;

/// A place as people count it: both numbers from 1, columns in Unicode scalar values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in Unicode scalar values.
    pub column: u32,
}

/// Where the lines of a text begin. Lines end at `\n`; a `\r` before it belongs to the line.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
    len: u32,
    /// Characters that begin before each block of [`BLOCK`] bytes, so that a column far to the right
    /// costs no walk over its line; empty where the text is ASCII.
    blocks: Vec<u32>,
}

const BLOCK: usize = 1024;

impl LineIndex {
    /// Indexes `text` in one pass.
    pub fn new(text: &str) -> LineIndex {
        let newlines = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at as u32 + 1);
        let blocks = if text.is_ascii() { Vec::new() } else { count_blocks(text.as_bytes()) };
        LineIndex { starts: std::iter::once(0).chain(newlines).collect(), len: text.len() as u32, blocks }
    }

    /// Number of lines, at least 1; a final newline opens one more, empty line.
    pub fn line_count(&self) -> usize {
        self.starts.len()
    }

    /// The line, from 0, that holds the byte at `offset`.
    pub fn line_of(&self, offset: u32) -> usize {
        self.starts.partition_point(|&start| start <= offset) - 1
    }

    /// Offset of the first byte of `line` (from 0); the text's end for a line past the last.
    pub fn line_start(&self, line: usize) -> u32 {
        self.starts.get(line).copied().unwrap_or(self.len)
    }

    /// The bytes of `line` (from 0) with its newline.
    pub fn line_range(&self, line: usize) -> Range<usize> {
        self.line_start(line) as usize..self.line_start(line + 1) as usize
    }

    /// The place of `offset` in `text`, which must be the text that was indexed.
    pub fn line_column(&self, text: &str, offset: u32) -> LineColumn {
        let line = self.line_of(offset);
        let start = self.line_start(line);
        let column = self.chars_before(text, offset).saturating_sub(self.chars_before(text, start));
        LineColumn { line: line as u32 + 1, column: column + 1 }
    }

    /// Number of characters that begin before the byte at `offset`.
    fn chars_before(&self, text: &str, offset: u32) -> u32 {
        let offset = offset.min(self.len);
        let block = offset as usize / BLOCK;
        match self.blocks.get(block) {
            None => offset,
            Some(before) => before + count_chars(&text.as_bytes()[block * BLOCK..offset as usize]),
        }
    }

    /// The column of `offset` in UTF-16 code units from 0, as language clients count.
    pub fn utf16_column(&self, text: &str, offset: u32) -> u32 {
        let start = self.line_start(self.line_of(offset)) as usize;
        let before = text.get(start..offset as usize).unwrap_or("");
        before.chars().map(|c| c.len_utf16() as u32).sum()
    }
}

fn count_blocks(bytes: &[u8]) -> Vec<u32> {
    let mut before = 0;
    let mut blocks = vec![0];
    for block in bytes.chunks(BLOCK) {
        before += count_chars(block);
        blocks.push(before);
    }
    blocks
}

fn count_chars(bytes: &[u8]) -> u32 {
    bytes.iter().filter(|&&byte| byte & 0xC0 != 0x80).count() as u32
}
