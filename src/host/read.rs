use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::display;

/// Bytes of a linted file at most. Offsets are 32 bits wide and a tree is several times its text;
/// nobody writes such a Dockerfile.
pub const MAX_FILE_BYTES: u64 = 64 << 20;

/// Why a file could not be read; its words name the path and what to do.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say what the variants are")]
pub enum ReadError {
    #[error("{}: no such file or folder", display(.0))]
    Missing(PathBuf),
    #[error("{}: is a folder, not a file", display(.0))]
    Folder(PathBuf),
    #[error("{}: is not a regular file", display(.0))]
    Special(PathBuf),
    #[error("{}: is larger than {} MiB; exclude it in cachalot.toml or .gitignore", display(.0), MAX_FILE_BYTES >> 20)]
    TooLarge(PathBuf),
    #[error("{}: cannot be read: {}", display(.0), .1)]
    Io(PathBuf, io::Error),
}

/// The bytes of a file, read whole.
pub fn read(path: &Path) -> Result<Vec<u8>, ReadError> {
    let fail = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => ReadError::Missing(path.to_path_buf()),
        _ => ReadError::Io(path.to_path_buf(), error),
    };
    // Looking first keeps us from opening a pipe, which would wait for a writer for ever.
    let meta = std::fs::metadata(path).map_err(fail)?;
    if meta.is_dir() {
        return Err(ReadError::Folder(path.to_path_buf()));
    }
    if !meta.is_file() && !is_stream(path) {
        return Err(ReadError::Special(path.to_path_buf()));
    }
    if meta.len() > MAX_FILE_BYTES {
        return Err(ReadError::TooLarge(path.to_path_buf()));
    }
    let mut bytes = Vec::with_capacity(meta.len() as usize + 1);
    File::open(path).map_err(fail)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(fail)?;
    within_limit(path, bytes)
}

/// Everything on standard input.
pub fn read_stdin() -> Result<Vec<u8>, ReadError> {
    let path = Path::new("<stdin>");
    let mut bytes = Vec::new();
    let read = io::stdin().lock().take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| ReadError::Io(path.to_path_buf(), error))?;
    within_limit(path, bytes)
}

/// A process substitution such as `<(…)` is a pipe that somebody does write to.
fn is_stream(path: &Path) -> bool {
    path.starts_with("/dev/fd") || path.starts_with("/proc/self/fd") || path == Path::new("/dev/stdin")
}

fn within_limit(path: &Path, bytes: Vec<u8>) -> Result<Vec<u8>, ReadError> {
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(ReadError::TooLarge(path.to_path_buf()));
    }
    Ok(bytes)
}
