//! The tar around an image: `docker save`, `podman save`, OCI archives.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::{self, Read, Seek};

use tar_core::parse::ParsedEntry;

use super::config::MAX_CONFIG;
use super::media::Compression;
use super::paths::{components, normalize};
use super::scan::{Expected, LayerError, LayerScan, Limits, Problem, Seeking, Streaming, scan};
use super::tar::{Source, TarError, Visit, Window, kind_of, visit};
use super::tree::Kind;

/// A member of an archive that can be read again at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Member {
    /// A file's contents.
    File {
        /// Where they begin, in bytes from the archive's start.
        offset: u64,
        /// How many bytes.
        size: u64,
    },
    /// Another name of the member of that clean name.
    Link(String),
}

/// A damaged archive.
#[derive(Debug, thiserror::Error)]
#[error("{problem}, at byte {offset} of the archive")]
pub struct ArchiveError {
    /// Where, in bytes from the archive's start.
    pub offset: u64,
    /// What.
    pub problem: TarError,
}

/// How many members an archive may have: three per layer and some blobs.
const MAX_MEMBERS: usize = 100_000;

/// How many links are followed from one name to another.
const MAX_LINKS: usize = 8;

/// Lists an archive by seeking over the contents; names are clean, without a leading `./`.
pub fn index(archive: impl Read + Seek) -> Result<BTreeMap<String, Member>, ArchiveError> {
    let count = Cell::new(0);
    let mut indexer = Indexer::default();
    match visit(&mut Seeking { inner: archive, count: &count }, &mut indexer) {
        Ok(()) => Ok(indexer.members),
        Err((offset, problem)) => Err(ArchiveError { offset, problem }),
    }
}

/// Follows links to a file; `link` tells what a member links to.
pub fn follow<'m, T>(
    members: &'m BTreeMap<String, T>,
    name: &str,
    link: impl Fn(&T) -> Option<String>,
) -> Option<&'m T> {
    let mut member = members.get(&clean(name))?;
    for _ in 0..MAX_LINKS {
        match link(member) {
            None => return Some(member),
            Some(target) => member = members.get(&target)?,
        }
    }
    None
}

/// The clean form of a member's name, within the archive.
pub fn clean(name: &str) -> String {
    String::from_utf8_lossy(&normalize(name.as_bytes())).into_owned()
}

#[derive(Default)]
struct Indexer {
    members: BTreeMap<String, Member>,
}

impl<S: Source> Visit<S> for Indexer {
    type Plan = Option<String>;

    fn member(&mut self, member: &ParsedEntry, _: Option<u64>) -> Result<Option<String>, TarError> {
        note_link(&mut self.members, member, Member::Link)
    }

    fn contents(
        &mut self,
        window: &mut Window<S>,
        name: Option<String>,
        size: u64,
        offset: u64,
    ) -> Result<(), TarError> {
        match (window.skip(size), name) {
            (Err(error), Some(name)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(TarError::Truncated(name));
            }
            (skipped, None) => skipped?,
            (skipped, Some(name)) => {
                skipped?;
                self.members.insert(name, Member::File { offset, size });
            }
        }
        Ok(())
    }
}

/// Notes a link among the members; the name of a file, whose contents follow, is returned.
fn note_link<T>(
    members: &mut BTreeMap<String, T>,
    member: &ParsedEntry,
    link: fn(String) -> T,
) -> Result<Option<String>, TarError> {
    if members.len() >= MAX_MEMBERS {
        return Err(TarError::TooMany("members"));
    }
    let Some((name, target)) = place(member) else { return Ok(None) };
    let Some(target) = target else { return Ok(Some(name)) };
    members.insert(name, link(target));
    Ok(None)
}

/// A member's clean name, and the clean name that it links to if it is a link; `None` for others.
fn place(member: &ParsedEntry) -> Option<(String, Option<String>)> {
    let name = String::from_utf8_lossy(&normalize(&member.path)).into_owned();
    let target = member.link_target.as_deref().unwrap_or_default();
    match kind_of(member)? {
        Kind::File => Some((name, None)),
        Kind::Hardlink => Some((name, Some(String::from_utf8_lossy(&normalize(target)).into_owned()))),
        Kind::Symlink => {
            let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
            let target = [folder.as_bytes(), b"/", target].concat();
            let target: Vec<&[u8]> = components(&target).collect();
            Some((name, Some(String::from_utf8_lossy(&target.join(&b'/')).into_owned())))
        }
        _ => None,
    }
}

/// A member of an archive that was read once, front to back.
#[derive(Debug)]
pub enum Streamed {
    /// A JSON document.
    Json(Vec<u8>),
    /// Something that reads like a layer, with what went wrong if it did.
    Layer(Box<Result<LayerScan, LayerError>>),
    /// Another name of the member of that clean name.
    Link(String),
    /// Anything else, by its first bytes not worth keeping.
    Other,
}

/// Reads an archive front to back, for sources that cannot seek: every member that could be a
/// layer is analysed as it passes, because the documents that name the layers may come last.
pub fn stream(archive: impl Read, limits: Limits) -> Result<BTreeMap<String, Streamed>, ArchiveError> {
    let mut streamer = Streamer { members: BTreeMap::new(), json_bytes: 0, limits };
    match visit(&mut Streaming(archive), &mut streamer) {
        Ok(()) => Ok(streamer.members),
        Err((offset, problem)) => Err(ArchiveError { offset, problem }),
    }
}

/// All JSON documents of a streamed archive together, in bytes.
const MAX_JSON: u64 = 256 << 20;

struct Streamer {
    members: BTreeMap<String, Streamed>,
    json_bytes: u64,
    limits: Limits,
}

impl<S: Source> Visit<S> for Streamer {
    type Plan = Option<String>;

    fn member(&mut self, member: &ParsedEntry, _: Option<u64>) -> Result<Option<String>, TarError> {
        note_link(&mut self.members, member, Streamed::Link)
    }

    fn contents(&mut self, window: &mut Window<S>, name: Option<String>, size: u64, _: u64) -> Result<(), TarError> {
        let Some(name) = name else { return Ok(window.skip(size)?) };
        let mut member = Limited { window, left: size };
        let mut head = Vec::new();
        member.by_ref().take(Compression::SNIFF as u64).read_to_end(&mut head)?;
        let is_json = matches!(head.trim_ascii_start().first(), Some(b'{' | b'['));
        let streamed = if is_json && size <= MAX_CONFIG && self.json_bytes + size <= MAX_JSON {
            self.json_bytes += size;
            member.read_to_end(&mut head)?;
            Streamed::Json(head)
        } else if Compression::sniff(&head).is_ok() {
            let scanned = scan(&name, head.chain(&mut member), &Expected::default(), self.limits.for_blob(size));
            if let Err(LayerError { problem: Problem::Read(error), .. }) = &scanned
                && error.kind() == io::ErrorKind::ConnectionAborted
            {
                return Err(TarError::Truncated(name));
            }
            Streamed::Layer(Box::new(scanned))
        } else {
            Streamed::Other
        };
        let left = member.left;
        if !window.pass(left, |_| {})? {
            return Err(TarError::Truncated(name));
        }
        self.members.insert(name, streamed);
        Ok(())
    }
}

/// One member's contents; it is an error for the archive to end within.
struct Limited<'w, 's, S> {
    window: &'w mut Window<'s, S>,
    left: u64,
}

impl<S: Source> Read for Limited<'_, '_, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        if wanted == 0 {
            return Ok(0);
        }
        let count = self.window.take(&mut buffer[..wanted])?;
        if count == 0 {
            return Err(io::Error::new(io::ErrorKind::ConnectionAborted, "the archive ends within this member"));
        }
        self.left -= count as u64;
        Ok(count)
    }
}
