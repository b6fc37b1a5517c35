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
    /// The first run of bytes that were not UTF-8, if there is one.
    pub invalid_utf8: Option<Span>,
    lines: LineIndex,
}

impl Source {
    /// Indexes `text` under `name`.
    pub fn new(name: impl Into<String>, text: impl Into<Arc<str>>) -> Source {
        let text = text.into();
        Source { name: name.into(), lines: LineIndex::new(&text), invalid_utf8: None, text }
    }

    /// Indexes the bytes of a file, whatever they are.
    pub fn from_bytes(name: impl Into<String>, bytes: Vec<u8>) -> Source {
        match String::from_utf8(bytes) {
            Ok(text) => Source::new(name, text),
            Err(error) => {
                let (text, invalid) = replaced(error.as_bytes());
                Source { invalid_utf8: invalid, ..Source::new(name, text) }
            }
        }
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

/// The text with each byte that is no UTF-8 as one `?`, and where the first run of them is.
fn replaced(bytes: &[u8]) -> (String, Option<Span>) {
    let mut text = String::with_capacity(bytes.len());
    let mut first: Option<Span> = None;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        let start = text.len() as u32;
        text.extend(chunk.invalid().iter().map(|_| '?'));
        let bad = Span::new(start, text.len() as u32);
        match &mut first {
            None if !bad.is_empty() => first = Some(bad),
            Some(run) if run.end == bad.start => run.end = bad.end,
            _ => {}
        }
    }
    (text, first)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_bytes_become_question_marks_in_place() {
        let source = Source::from_bytes("x", b"RUN \xff\xfe\xc3 \xc3\xa9 \xff\n".to_vec());
        assert_eq!(&*source.text, "RUN ??? \u{e9} ?\n");
        assert_eq!(source.invalid_utf8, Some(Span::new(4, 7)));
        assert_eq!(Source::from_bytes("x", b"FROM a".to_vec()).invalid_utf8, None);
    }
}
