use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::display;

/// Bytes of a linted file at most. Offsets are 32 bits wide and a tree is several times its text;
/// nobody writes such a Dockerfile.
pub const MAX_FILE_BYTES: u64 = 64 << 20;

/// Why a file could not be read; the words name the path and what to do.
#[derive(Debug, thiserror::Error)]
#[error("{}: {why}", display(.path))]
pub struct ReadError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub why: Unreadable,
}

/// What keeps a file from being read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// There is nothing at that path.
    #[error("no such file or folder")]
    Missing,
    /// A folder where a file is needed.
    #[error("is a folder, not a file")]
    Folder,
    /// A pipe or device that might never end.
    #[error("is not a regular file")]
    Special,
    /// More than [`MAX_FILE_BYTES`].
    #[error("is larger than {} MiB; exclude it in cachalot.toml or .gitignore", MAX_FILE_BYTES >> 20)]
    TooLarge,
    /// What the system says.
    #[error("cannot be read: {0}")]
    Io(io::Error),
}

/// The bytes of a file, read whole.
pub fn read(path: &Path) -> Result<Vec<u8>, ReadError> {
    whole(path).map_err(|why| ReadError { path: path.to_path_buf(), why })
}

fn whole(path: &Path) -> Result<Vec<u8>, Unreadable> {
    // Looking first keeps us from opening a pipe, which would wait for a writer for ever.
    let meta = std::fs::metadata(path).map_err(unreadable)?;
    if meta.is_dir() {
        return Err(Unreadable::Folder);
    }
    if !meta.is_file() && !is_stream(path) {
        return Err(Unreadable::Special);
    }
    if meta.len() > MAX_FILE_BYTES {
        return Err(Unreadable::TooLarge);
    }
    limited(File::open(path).map_err(unreadable)?, meta.len() as usize + 1)
}

fn unreadable(error: io::Error) -> Unreadable {
    match error.kind() {
        io::ErrorKind::NotFound => Unreadable::Missing,
        _ => Unreadable::Io(error),
    }
}

fn limited(from: impl Read, expected: usize) -> Result<Vec<u8>, Unreadable> {
    let mut bytes = Vec::with_capacity(expected);
    from.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(Unreadable::Io)?;
    if bytes.len() as u64 > MAX_FILE_BYTES { Err(Unreadable::TooLarge) } else { Ok(bytes) }
}

/// Everything on standard input.
pub fn read_stdin() -> Result<Vec<u8>, ReadError> {
    limited(io::stdin().lock(), 0).map_err(|why| ReadError { path: PathBuf::from("<stdin>"), why })
}

/// A process substitution such as `<(…)` is a pipe that somebody does write to.
fn is_stream(path: &Path) -> bool {
    path.starts_with("/dev/fd") || path.starts_with("/proc/self/fd") || path == Path::new("/dev/stdin")
}
