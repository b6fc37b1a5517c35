//! Layer results as bytes, for a cache of them: written and read piece by piece, because a tree may
//! have a million paths and a second form of it beside the first would double what a run needs.
//!
//! ```text
//! version | head | count, (parent, name)… | count, entry… | tail | XXH3 of all but the version
//! ```

use std::io::{self, BufRead, BufReader, BufWriter, Read, Take, Write};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

use super::digest::Digest;
use super::media::Compression;
use super::paths::{PathId, Paths};
use super::scan::LayerScan;
use super::tree::{Entry, Kind, LayerTree, Note, Texts};

/// Changes whenever the form or the meaning of the bytes does.
pub const VERSION: u32 = 4;

/// The version and the checksum, in bytes.
const FRAME: u64 = 4 + 8;
/// How many other blobs are remembered with a layer.
const MAX_BLOBS: usize = 8;
/// The buffer of a reader or a writer, in bytes.
const BUFFER: usize = 32 << 10;
/// Room for the texts of one value, in bytes: a path's name has up to 64 KiB, a hundred notes as much.
const SCRATCH: usize = 128 << 10;

/// A verified layer, remembered by its diff id.
#[derive(Clone, Debug)]
pub struct Memo {
    /// What is known without the tree.
    pub head: Head,
    /// What the tar holds.
    pub tree: LayerTree,
}

/// What is remembered of a layer besides its tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The digest of the decompressed tar.
    pub diff_id: Digest,
    /// Blobs that were seen to decompress to it: digest, bytes, compression.
    pub blobs: Vec<(Digest, u64, Compression)>,
    /// Bytes of the decompressed tar.
    pub tar_size: u64,
}

/// What follows the entries.
#[derive(Deserialize)]
struct Tail {
    texts: Texts,
    owners: Vec<(u64, u64)>,
    sparse: Vec<(u32, u64)>,
    captured: Vec<(PathId, Vec<u8>)>,
    notes: Vec<Note>,
}

/// The same as it is written.
#[derive(Serialize)]
struct WrittenTail<'t> {
    texts: &'t Texts,
    owners: &'t [(u64, u64)],
    sparse: &'t [(u32, u64)],
    captured: &'t [(PathId, Vec<u8>)],
    notes: &'t [Note],
}

/// Writes a verified layer. `blobs` are others that are known to decompress to it.
pub fn write(scan: &LayerScan, blobs: &[(Digest, u64, Compression)], mut out: impl Write) -> io::Result<()> {
    out.write_all(&VERSION.to_le_bytes())?;
    let mut body = BufWriter::with_capacity(BUFFER, Summed { inner: &mut out, sum: Xxh3::new() });
    write_body(scan, blobs, &mut body)?;
    let sum = body.into_inner().map_err(|error| error.into_error())?.sum.digest();
    out.write_all(&sum.to_le_bytes())
}

fn write_body(scan: &LayerScan, blobs: &[(Digest, u64, Compression)], out: &mut impl Write) -> io::Result<()> {
    let tree = &scan.tree;
    let mut all = vec![(scan.digest.clone(), scan.blob_size, scan.compression)];
    all.extend(blobs.iter().filter(|blob| blob.0 != scan.digest).take(MAX_BLOBS).cloned());
    put(&Head { diff_id: scan.diff_id.clone(), blobs: all, tar_size: scan.tar_size }, out)?;
    put(&(tree.paths.len() as u32 - 1), out)?;
    for id in tree.paths.ids().skip(1) {
        put(&(tree.paths.parent(id).0, tree.paths.name(id)), out)?;
    }
    put(&(tree.entries.len() as u32), out)?;
    for entry in tree.entries.iter() {
        put(&entry, out)?;
    }
    let LayerTree { texts, owners, sparse, captured, notes, .. } = tree;
    put(&WrittenTail { texts, owners, sparse, captured, notes }, out)
}

fn put(value: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
    postcard::to_io(value, out).map(drop).map_err(io::Error::other)
}

impl Memo {
    /// Reads `size` bytes that [`write`] wrote; `None` for another version and for anything damaged.
    pub fn read(input: impl Read, size: u64) -> Option<Memo> {
        let mut body = body(input, size)?;
        let memo = read_body(&mut body)?;
        if !body.fill_buf().ok()?.is_empty() {
            return None;
        }
        let Summed { inner, sum } = body.into_inner();
        let mut wanted = [0; 8];
        inner.into_inner().read_exact(&mut wanted).ok()?;
        (u64::from_le_bytes(wanted) == sum.digest()).then_some(memo)
    }
}

impl Head {
    /// Reads the first part only, which no checksum vouches for by itself.
    pub fn read(input: impl Read, size: u64) -> Option<Head> {
        get(&mut body(input, size)?, &mut vec![0; SCRATCH])
    }
}

type Body<R> = BufReader<Summed<Take<R>>>;

fn body<R: Read>(mut input: R, size: u64) -> Option<Body<R>> {
    let mut version = [0; 4];
    input.read_exact(&mut version).ok()?;
    let inner = input.take(size.checked_sub(FRAME)?);
    let summed = Summed { inner, sum: Xxh3::new() };
    (u32::from_le_bytes(version) == VERSION).then(|| BufReader::with_capacity(BUFFER, summed))
}

fn read_body(body: &mut impl Read) -> Option<Memo> {
    let scratch = &mut vec![0; SCRATCH][..];
    let head = get(body, scratch)?;
    let mut tree = LayerTree { paths: read_paths(body, scratch)?, hashed: true, ..LayerTree::default() };
    let known = |paths: &Paths, path: PathId| path.index() < paths.len();
    for _ in 0..get::<u32>(body, scratch)? {
        let entry: Entry = get(body, scratch)?;
        let fits =
            known(&tree.paths, entry.path) && (entry.kind != Kind::Hardlink || known(&tree.paths, PathId(entry.link)));
        tree.entries.push(fits.then_some(entry)?);
    }
    tree.entries.shrink();
    let tail: Tail = get(body, scratch)?;
    if !tail.captured.iter().all(|(path, _)| known(&tree.paths, *path)) {
        return None;
    }
    (tree.texts, tree.owners, tree.sparse) = (tail.texts, tail.owners, tail.sparse);
    (tree.captured, tree.notes) = (tail.captured, tail.notes);
    Some(Memo { head, tree })
}

/// Parents come before their children, and no path twice.
fn read_paths(body: &mut impl Read, scratch: &mut [u8]) -> Option<Paths> {
    let mut paths = Paths::default();
    for number in 0..get::<u32>(body, scratch)? {
        let read = postcard::from_io::<(u32, &[u8]), _>((&mut *body, &mut *scratch));
        let ((parent, name), _) = read.ok()?;
        let id = paths.intern(PathId(parent), name).filter(|_| parent <= number)?;
        if id.index() != number as usize + 1 {
            return None;
        }
    }
    Some(paths)
}

/// One value that owns all it has.
fn get<T: for<'de> Deserialize<'de>>(body: &mut impl Read, scratch: &mut [u8]) -> Option<T> {
    postcard::from_io((body, scratch)).ok().map(|(value, _)| value)
}

/// Sums up what passes.
struct Summed<T> {
    inner: T,
    sum: Xxh3,
}

impl<R: Read> Read for Summed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.sum.update(&buffer[..count]);
        Ok(count)
    }
}

impl<W: Write> Write for Summed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(bytes)?;
        self.sum.update(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
