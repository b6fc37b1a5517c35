use std::ops::Range;
use std::sync::Arc;

use codespan_reporting::files::{Error, Files};

use super::{LineColumn, LineIndex, Span};

/// Names one file of a [`Sources`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// One file: the name to show, its text and its lines.
#[derive(Clone, Debug)]
pub struct Source {
    /// The path as the user gave or would give it, with `/` between folders.
    pub name: String,
    /// The text; where the bytes were not UTF-8, each bad byte is replaced by one `?`, so that
    /// offsets stay those of the file.
    pub text: Arc<str>,
    /// The bytes that were not UTF-8, as runs.
    pub invalid: Vec<Span>,
    lines: LineIndex,
}

impl Source {
    /// Indexes `text` under `name`.
    pub fn new(name: impl Into<String>, text: impl Into<Arc<str>>) -> Source {
        let text = text.into();
        Source { name: name.into(), lines: LineIndex::new(&text), text, invalid: Vec::new() }
    }

    /// Reads a file's bytes, which may be no UTF-8.
    pub fn from_bytes(name: impl Into<String>, bytes: &[u8]) -> Source {
        let (text, invalid) = super::decode(bytes);
        Source { invalid, ..Source::new(name, text) }
    }

    /// The line index of the text.
    pub fn lines(&self) -> &LineIndex {
        &self.lines
    }

    /// The place of a byte offset, both numbers from 1, column in Unicode scalar values.
    pub fn line_column(&self, offset: u32) -> LineColumn {
        self.lines.line_column(&self.text, offset)
    }

    /// The line, from 1, of a byte offset.
    pub fn line(&self, offset: u32) -> u32 {
        self.lines.line_of(offset) as u32 + 1
    }

    /// The text that `span` covers.
    pub fn slice(&self, span: Span) -> &str {
        span.slice(&self.text)
    }
}

/// All files of a run; the only owner of their texts.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// Adds a file and names it.
    pub fn add(&mut self, source: Source) -> FileId {
        self.files.push(source);
        FileId(self.files.len() as u32 - 1)
    }

    /// Gives a file a new text under its old name.
    pub fn replace(&mut self, id: FileId, text: impl Into<Arc<str>>) {
        let old = &mut self.files[id.0 as usize];
        *old = Source::new(std::mem::take(&mut old.name), text);
    }

    /// The file of an id that [`Sources::add`] gave.
    pub fn get(&self, id: FileId) -> &Source {
        &self.files[id.0 as usize]
    }

    /// All files with their ids, in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Source)> {
        self.files.iter().enumerate().map(|(at, source)| (FileId(at as u32), source))
    }
}

impl<'a> Files<'a> for Sources {
    type FileId = FileId;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: FileId) -> Result<&'a str, Error> {
        Ok(&self.get(id).name)
    }

    fn source(&'a self, id: FileId) -> Result<&'a str, Error> {
        Ok(&self.get(id).text)
    }

    fn line_index(&'a self, id: FileId, offset: usize) -> Result<usize, Error> {
        Ok(self.get(id).lines.line_of(offset as u32))
    }

    fn line_range(&'a self, id: FileId, line: usize) -> Result<Range<usize>, Error> {
        Ok(self.get(id).lines.line_range(line))
    }
}
