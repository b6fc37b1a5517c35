//! One pass over a layer blob: both digests, the tar's members, the files' hashes.

use std::cell::Cell;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use flate2::bufread::MultiGzDecoder;

use super::digest::{Digest, Hasher};
use super::hashing::Hashing;
use super::layer_tar;
use super::media::Compression;
use super::tar::{self, TarError};
use super::tree::LayerTree;

/// What is known about a layer before it is read.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    /// The blob's digest.
    pub digest: Option<Digest>,
    /// The blob's size in bytes.
    pub size: Option<u64>,
    /// The digest of the decompressed tar.
    pub diff_id: Option<Digest>,
}

/// Bounds on what a layer may make us do, in memory, time and threads.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes that a layer may decompress to.
    pub max_layer_bytes: u64,
    /// Tar members in a layer.
    pub max_entries: u32,
    /// Whether both digests may have threads of their own: for a layer that would keep one processor
    /// busy while others have nothing to do.
    pub hash_apart: bool,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { max_layer_bytes: u64::MAX, max_entries: 50_000_000, hash_apart: false }
    }
}

/// Blobs from this many bytes on are worth threads for their hashes.
const APART_FROM: u64 = 4 << 20;

impl Limits {
    /// The same for a blob of that size.
    pub fn for_blob(self, size: u64) -> Limits {
        Limits { hash_apart: self.hash_apart && size >= APART_FROM, ..self }
    }
}

/// A blob that decompresses to more than this and by more than [`BOMB_RATIO`] is refused.
const BOMB_BYTES: u64 = 1 << 30;
const BOMB_RATIO: u64 = 1000;

/// The buffer between the stages of the pipeline, in bytes: what one stage leaves is still in the
/// processor's cache for the next.
const BUFFER: usize = 64 << 10;

/// The largest zstd window that is accepted, as a power of two.
const ZSTD_WINDOW_LOG: u32 = 27;

/// What one pass over a layer blob tells.
#[derive(Clone, Debug)]
pub struct LayerScan {
    /// The digest of the blob's bytes.
    pub digest: Digest,
    /// The blob's size in bytes.
    pub blob_size: u64,
    /// The digest of the decompressed tar, including what follows the tar's end.
    pub diff_id: Digest,
    /// Bytes of the decompressed tar.
    pub tar_size: u64,
    /// How the blob is compressed.
    pub compression: Compression,
    /// What the tar holds.
    pub tree: LayerTree,
}

impl LayerScan {
    /// Compares what was computed with what was promised.
    pub fn verify(&self, expected: &Expected) -> Result<(), Problem> {
        if let Some(wanted) = expected.digest.clone().filter(|wanted| *wanted != self.digest) {
            return Err(Problem::Digest { expected: wanted, actual: self.digest.clone() });
        }
        if let Some(wanted) = expected.size.filter(|&wanted| wanted != self.blob_size) {
            return Err(Problem::Size { expected: wanted, actual: self.blob_size });
        }
        if let Some(wanted) = expected.diff_id.clone().filter(|wanted| *wanted != self.diff_id) {
            return Err(Problem::DiffId { expected: wanted, actual: self.diff_id.clone() });
        }
        Ok(())
    }
}

/// A layer that cannot be believed: which, where and why.
#[derive(Debug, thiserror::Error)]
#[error("layer blob `{blob}`: {problem}, at byte {tar_offset} of the tar ({blob_offset} of the blob)")]
pub struct LayerError {
    /// The blob's digest or the name of the archive's member.
    pub blob: String,
    /// How far the blob was read, in bytes.
    pub blob_offset: u64,
    /// How far the decompressed tar was read, in bytes.
    pub tar_offset: u64,
    /// What is wrong.
    pub problem: Problem,
}

impl LayerError {
    /// The same error once more, its cause as text.
    pub fn copy(&self) -> LayerError {
        let problem = Problem::Read(io::Error::other(self.problem.to_string()));
        LayerError { blob: self.blob.clone(), problem, ..*self }
    }
}

/// What can be wrong with a layer.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The bytes could not be read or decompressed.
    #[error("{0}")]
    Read(#[from] io::Error),
    /// The blob is no layer.
    #[error("{0}")]
    NotALayer(&'static str),
    /// The tar is damaged.
    #[error("{0}")]
    Tar(#[from] TarError),
    /// The blob's bytes are not those that its name promises.
    #[error("its digest is `{actual}`, not `{expected}`")]
    Digest {
        /// As named by the manifest.
        expected: Digest,
        /// As computed.
        actual: Digest,
    },
    /// The decompressed bytes are not those that the configuration promises.
    #[error("its diff id is `{actual}`, the configuration says `{expected}`")]
    DiffId {
        /// As named by the configuration.
        expected: Digest,
        /// As computed.
        actual: Digest,
    },
    /// The blob has another size than its descriptor says.
    #[error("it has {actual} bytes, the manifest says {expected}")]
    Size {
        /// As named by the manifest.
        expected: u64,
        /// As counted.
        actual: u64,
    },
    /// A decompression bomb, or more than the user allows.
    #[error("it decompresses to more than {0} bytes; --max-layer-bytes raises the limit")]
    TooLarge(u64),
}

/// Reads a whole layer blob, verifies what is `expected`, and returns what the tar holds.
pub fn scan(name: &str, blob: impl Read, expected: &Expected, limits: Limits) -> Result<LayerScan, LayerError> {
    let (raw, tar) = (Cell::new(0), Cell::new(0));
    scan_counted(blob, expected, limits, &raw, &tar).map_err(|problem| LayerError {
        blob: name.to_owned(),
        blob_offset: raw.get(),
        tar_offset: tar.get(),
        problem,
    })
}

/// Lists a bare tar by seeking over the files' contents: nothing is verified and no file is hashed.
pub fn skim(name: &str, tar: impl Read + Seek, limits: Limits) -> Result<LayerTree, LayerError> {
    let offset = Cell::new(0);
    let mut source = Seeking { inner: tar, count: &offset };
    layer_tar::walk(&mut source, limits.max_entries).map_err(|(at, problem)| LayerError {
        blob: name.to_owned(),
        blob_offset: at,
        tar_offset: at,
        problem: problem.into(),
    })
}

fn scan_counted(
    blob: impl Read,
    expected: &Expected,
    limits: Limits,
    raw_count: &Cell<u64>,
    tar_count: &Cell<u64>,
) -> Result<LayerScan, Problem> {
    let start = if limits.hash_apart { Hashing::apart } else { Hashing::Here };
    let hashing = |expected: &Option<Digest>| start(Hasher::like(expected.as_ref()));
    let mut raw = Hashed { inner: blob, hashing: Some(hashing(&expected.digest)), count: raw_count };
    let mut head = [0; Compression::SNIFF];
    let filled = fill(&mut raw, &mut head)?;
    let head = &head[..filled];
    let compression = Compression::sniff(head).map_err(Problem::NotALayer)?;
    let one_hash = compression == Compression::None && same_algorithm(expected);
    let tar_hashing = (!one_hash).then(|| hashing(&expected.diff_id));
    let mut input = BufReader::with_capacity(BUFFER, head.chain(&mut raw));
    let tar = Tar { hashing: tar_hashing, count: tar_count, raw_count, limits };
    let (tree, tar_hashing) = match compression {
        Compression::None => tar.walk(&mut input)?,
        Compression::Gzip => tar.walk(MultiGzDecoder::new(&mut input))?,
        Compression::Zstd => tar.walk(zstd(&mut input)?)?,
    };
    io::copy(&mut input, &mut io::sink())?;
    drop(input);
    let digest = raw.hashing.expect("a blob is always hashed").finish();
    let diff_id = tar_hashing.map_or_else(|| digest.clone(), Hashing::finish);
    let (blob_size, tar_size) = (raw_count.get(), tar_count.get());
    let scan = LayerScan { digest, blob_size, diff_id, tar_size, compression, tree };
    scan.verify(expected)?;
    Ok(scan)
}

/// True where the blob's digest and the diff id of a bare tar are the same hash.
fn same_algorithm(expected: &Expected) -> bool {
    let algorithm = |digest: &Option<Digest>| digest.as_ref().map_or("sha256".to_owned(), |d| d.algorithm().to_owned());
    algorithm(&expected.digest) == algorithm(&expected.diff_id)
}

/// The decompressed side of the pipeline.
struct Tar<'a> {
    hashing: Option<Hashing>,
    count: &'a Cell<u64>,
    raw_count: &'a Cell<u64>,
    limits: Limits,
}

impl Tar<'_> {
    /// Walks a tar to the end of its stream: whatever follows the tar's own end belongs to the
    /// diff id too, and eStargz puts its table there.
    fn walk(self, stream: impl Read) -> Result<(LayerTree, Option<Hashing>), Problem> {
        let bounded = Bounded { inner: stream, read: 0, raw_count: self.raw_count, limits: self.limits };
        let mut stream = Streaming(Hashed { inner: bounded, hashing: self.hashing, count: self.count });
        let too_large = |error: io::Error| match error.get_ref().and_then(|inner| inner.downcast_ref::<TooLarge>()) {
            Some(TooLarge(limit)) => Problem::TooLarge(*limit),
            None => Problem::Read(error),
        };
        let mut tree = layer_tar::walk(&mut stream, self.limits.max_entries).map_err(|(at, error)| match error {
            TarError::Read(error) => too_large(error),
            error => {
                self.count.set(at);
                Problem::Tar(error)
            }
        })?;
        let mut rest = BufReader::with_capacity(BUFFER, &mut stream.0);
        io::copy(&mut rest, &mut io::sink()).map_err(too_large)?;
        tree.hashed = true;
        Ok((tree, stream.0.hashing))
    }
}

fn zstd<R: io::BufRead>(input: R) -> io::Result<impl Read> {
    let mut decoder = zstd::stream::read::Decoder::with_buffer(input)?;
    decoder.window_log_max(ZSTD_WINDOW_LOG)?;
    Ok(decoder)
}

/// Reads until `buffer` is full or the stream ends.
fn fill(stream: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match stream.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Counts and hashes what passes.
struct Hashed<'a, R> {
    inner: R,
    hashing: Option<Hashing>,
    count: &'a Cell<u64>,
}

impl<R: Read> Read for Hashed<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        if let Some(hashing) = &mut self.hashing {
            hashing.update(&buffer[..count]);
        }
        self.count.set(self.count.get() + count as u64);
        Ok(count)
    }
}

/// Stops a stream that decompresses to too much.
struct Bounded<'a, R> {
    inner: R,
    read: u64,
    raw_count: &'a Cell<u64>,
    limits: Limits,
}

#[derive(Debug, thiserror::Error)]
#[error("more than {0} bytes")]
struct TooLarge(u64);

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read += count as u64;
        let bomb = self.read > BOMB_BYTES && self.read / BOMB_RATIO > self.raw_count.get();
        let limit = if bomb { BOMB_BYTES } else { self.limits.max_layer_bytes };
        if self.read > limit { Err(io::Error::other(TooLarge(limit))) } else { Ok(count) }
    }
}

/// A stream whose file contents are read.
pub(crate) struct Streaming<R>(pub(crate) R);

impl<R: Read> tar::Source for Streaming<R> {
    const READS_CONTENTS: bool = true;

    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }

    fn skip(&mut self, _: u64) -> io::Result<()> {
        Err(io::Error::other("a stream is read, not skipped"))
    }
}

/// A file whose contents are skipped.
pub(crate) struct Seeking<'a, R> {
    pub(crate) inner: R,
    pub(crate) count: &'a Cell<u64>,
}

impl<R: Read + Seek> tar::Source for Seeking<'_, R> {
    const READS_CONTENTS: bool = false;

    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.count.set(self.count.get() + count as u64);
        Ok(count)
    }

    fn skip(&mut self, count: u64) -> io::Result<()> {
        let distance = i64::try_from(count).map_err(io::Error::other)?;
        self.inner.seek(SeekFrom::Current(distance))?;
        self.count.set(self.count.get().saturating_add(count));
        Ok(())
    }
}
