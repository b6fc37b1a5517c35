//! A sans-IO tar parser's events, driven from a stream or a file that can seek.

use std::io;

use tar_core::EntryType;
use tar_core::parse::{Limits, ParseError, ParseEvent, ParsedEntry, Parser};

use super::tree::Kind;

/// Where a tar is read from.
pub(crate) trait Source {
    /// Whether file contents are read and hashed; they are skipped otherwise.
    const READS_CONTENTS: bool;

    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize>;

    /// Passes over `count` bytes.
    fn skip(&mut self, count: u64) -> io::Result<()>;
}

/// A damaged tar.
#[derive(Debug, thiserror::Error)]
pub enum TarError {
    /// The stream could not be read.
    #[error("{0}")]
    Read(#[from] io::Error),
    /// A header is wrong.
    #[error("damaged tar: {0}")]
    Header(ParseError),
    /// The stream ends within a header or a file.
    #[error("the tar ends in the middle of `{0}`")]
    Truncated(String),
    /// A bound on memory was hit.
    #[error("the tar has too many {0}")]
    TooMany(&'static str),
}

const WINDOW: usize = 64 << 10;
/// The longest run of headers for one member: long names, extended attributes, sparse maps.
const MAX_HEADER: usize = 4 << 20;
/// The longest path, in bytes.
const MAX_PATH: u32 = 64 << 10;

/// What is done with a tar's members.
pub(crate) trait Visit<S: Source> {
    /// What is to be done with a member's contents.
    type Plan;

    /// Sees a member's header.
    fn member(&mut self, member: &ParsedEntry, real_size: Option<u64>) -> Result<Self::Plan, TarError>;

    /// Takes all `size` bytes that follow the header, which begin at `offset`.
    fn contents(&mut self, window: &mut Window<S>, plan: Self::Plan, size: u64, offset: u64) -> Result<(), TarError>;
}

/// Shows all members of a tar, up to its end mark, to `visitor`; an error comes with the offset,
/// in bytes, of the header that it is about.
pub(crate) fn visit<S: Source, V: Visit<S>>(source: &mut S, visitor: &mut V) -> Result<(), (u64, TarError)> {
    let mut at = 0;
    visit_from(source, visitor, &mut at).map_err(|error| (at, error))
}

fn visit_from<S: Source, V: Visit<S>>(source: &mut S, visitor: &mut V, at: &mut u64) -> Result<(), TarError> {
    let limits = Limits { max_path_len: Some(MAX_PATH), ..Limits::default() };
    let mut parser = Parser::new(limits);
    parser.set_ignore_pax_errors(true);
    parser.set_allow_empty_path(true);
    let mut window = Window::new(source);
    let mut wanted = 512;
    loop {
        let enough = window.fill(wanted)?;
        if window.available().is_empty() {
            return Ok(());
        }
        let (consumed, member) = match parser.parse(window.available()).map_err(TarError::Header)? {
            ParseEvent::NeedData { .. } if !enough => {
                // One zero block and then nothing is an end that real writers leave.
                let is_end = window.available().iter().all(|&byte| byte == 0);
                return if is_end { Ok(()) } else { Err(TarError::Truncated("a header".into())) };
            }
            ParseEvent::NeedData { min_bytes } => {
                wanted = min_bytes.max(window.available().len() + 1);
                continue;
            }
            ParseEvent::GlobalExtensions { consumed, .. } => (consumed, None),
            ParseEvent::Entry { consumed, entry } => {
                reject_bad_size(&entry)?;
                (consumed, Some((visitor.member(&entry, None)?, content_size(&entry))))
            }
            ParseEvent::SparseEntry { consumed, entry, real_size, .. } => {
                reject_bad_size(&entry)?;
                (consumed, Some((visitor.member(&entry, Some(real_size))?, content_size(&entry))))
            }
            ParseEvent::End { .. } => return Ok(()),
        };
        window.consume(consumed);
        let offset = at.saturating_add(consumed as u64);
        let size = member.as_ref().map_or(0, |(_, size)| *size);
        if let Some((plan, size)) = member {
            visitor.contents(&mut window, plan, size, offset)?;
        }
        // A last member without its padding is what some writers leave; the contents are whole.
        match window.skip(padding(size)) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            skipped => skipped?,
        }
        *at = offset.saturating_add(size).saturating_add(padding(size));
        wanted = 512;
    }
}

/// What a member is; `None` for types that no file system has.
pub(crate) fn kind_of(member: &ParsedEntry) -> Option<Kind> {
    Some(match member.entry_type {
        // Old tars mark folders by a trailing slash only.
        EntryType::Regular if member.path.ends_with(b"/") => Kind::Directory,
        EntryType::Regular | EntryType::Continuous | EntryType::GnuSparse => Kind::File,
        EntryType::Link => Kind::Hardlink,
        EntryType::Symlink => Kind::Symlink,
        EntryType::Char => Kind::CharDevice,
        EntryType::Block => Kind::BlockDevice,
        EntryType::Directory => Kind::Directory,
        EntryType::Fifo => Kind::Fifo,
        _ => return None,
    })
}

/// Bytes that follow a member's header: links and folders have none, whatever their size field says.
pub(crate) fn content_size(member: &ParsedEntry) -> u64 {
    match kind_of(member) {
        Some(Kind::File) | None => member.size,
        Some(_) => 0,
    }
}

/// Zeroes after `size` bytes of contents, up to the next block of 512.
fn padding(size: u64) -> u64 {
    (512 - size % 512) % 512
}

/// A size in an extended header that is no number must not silently shift everything after it.
fn reject_bad_size(member: &ParsedEntry) -> Result<(), TarError> {
    let Some(pax) = member.pax else { return Ok(()) };
    for extension in tar_core::PaxExtensions::new(pax).flatten() {
        let is_number = |text: &str| text.parse::<u64>().is_ok();
        if extension.key_bytes() == b"size" && !extension.value().is_ok_and(is_number) {
            let value = String::from_utf8_lossy(extension.value_bytes()).into_owned();
            return Err(TarError::Header(ParseError::InvalidPaxValue { key: "size", value: value.into() }));
        }
    }
    Ok(())
}

/// A buffer over a source that grows only for long headers.
pub(crate) struct Window<'s, S> {
    source: &'s mut S,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
}

impl<'s, S: Source> Window<'s, S> {
    fn new(source: &'s mut S) -> Window<'s, S> {
        // Where contents are skipped, small reads of headers are cheaper than large ones.
        let size = if S::READS_CONTENTS { WINDOW } else { 4 << 10 };
        Window { source, buffer: vec![0; size], start: 0, end: 0 }
    }

    fn available(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    fn consume(&mut self, count: usize) {
        self.start = (self.start + count).min(self.end);
    }

    /// Makes at least `wanted` bytes available; false where the stream ends before.
    fn fill(&mut self, wanted: usize) -> Result<bool, TarError> {
        if wanted > MAX_HEADER {
            return Err(TarError::TooMany("bytes in a header"));
        }
        if self.start + wanted > self.buffer.len() {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
            if wanted > self.buffer.len() {
                self.buffer.resize(wanted.next_power_of_two(), 0);
            }
        }
        while self.end - self.start < wanted {
            if !self.read()? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn read(&mut self) -> io::Result<bool> {
        loop {
            match self.source.read(&mut self.buffer[self.end..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
                Ok(count) => {
                    self.end += count;
                    return Ok(count > 0);
                }
            }
        }
    }

    /// Hands the next `count` bytes to `each`; false where the stream ends before.
    pub(crate) fn pass(&mut self, mut count: u64, mut each: impl FnMut(&[u8])) -> io::Result<bool> {
        while count > 0 {
            if self.start == self.end {
                (self.start, self.end) = (0, 0);
                if !self.read()? {
                    return Ok(false);
                }
            }
            let here = usize::try_from(count).unwrap_or(usize::MAX).min(self.end - self.start);
            each(&self.buffer[self.start..self.start + here]);
            self.start += here;
            count -= here as u64;
        }
        Ok(true)
    }

    /// Passes over the next `count` bytes.
    pub(crate) fn skip(&mut self, count: u64) -> io::Result<()> {
        if S::READS_CONTENTS {
            return self.pass(count, |_| {}).map(drop);
        }
        let here = (self.end - self.start) as u64;
        if count <= here {
            self.start += count as usize;
            return Ok(());
        }
        (self.start, self.end) = (0, 0);
        self.source.skip(count - here)
    }

    /// The next bytes, at most `buffer.len()`; 0 where the stream ends.
    pub(crate) fn take(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
            if !self.read()? {
                return Ok(0);
            }
        }
        let count = buffer.len().min(self.end - self.start);
        buffer[..count].copy_from_slice(&self.buffer[self.start..self.start + count]);
        self.start += count;
        Ok(count)
    }
}
