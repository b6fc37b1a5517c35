//! Named files around an image: an archive on disk, an archive that was streamed, a folder.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::Error;
use crate::image::archive::{self, Member, Streamed};
use crate::image::{LayerScan, Limits};

/// A place with named files.
pub(super) trait Store: Send + Sync {
    /// What to call it in messages.
    fn name(&self) -> &str;

    /// The names, clean, links included.
    fn names(&self) -> Vec<String>;

    /// The bytes of a document; `None` where it is not there.
    fn document(&self, name: &str, max: u64) -> Result<Option<Vec<u8>>, Error>;

    /// The size in bytes of a file; `None` where it is not there or not known.
    fn size(&self, name: &str) -> Option<u64>;

    /// True where there is such a file.
    fn has(&self, name: &str) -> bool;

    /// A layer's bytes or what was already read of it.
    fn layer(&self, name: &str) -> Result<Blob, Error>;

    /// True where every look costs a request.
    fn is_remote(&self) -> bool {
        false
    }
}

/// A layer's bytes.
pub(super) enum Blob {
    /// A part of a file.
    File(Part),
    /// Bytes from elsewhere, read once.
    Stream(Box<dyn Read>),
    /// A result that still has to be compared with what is expected.
    Scanned(Box<LayerScan>),
}

/// A part of a file, read as if it were one.
pub(super) struct Part {
    file: io::BufReader<File>,
    start: u64,
    size: u64,
    at: u64,
}

impl Part {
    fn open(path: &Path, start: u64, size: u64) -> io::Result<Part> {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(start))?;
        Ok(Part { file: io::BufReader::with_capacity(64 << 10, file), start, size, at: 0 })
    }
}

impl Part {
    /// Bytes of the part.
    pub(super) fn size(&self) -> u64 {
        self.size
    }
}

impl Read for Part {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.size - self.at).unwrap_or(usize::MAX).min(buffer.len());
        let count = self.file.read(&mut buffer[..left])?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Part {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.size.checked_add_signed(by),
        };
        let Some(target) = target.filter(|&target| target <= self.size) else {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file ends before the tar does"));
        };
        let by = target as i64 - self.at as i64;
        self.file.seek_relative(by)?;
        self.at = target;
        debug_assert!(self.start.checked_add(target).is_some());
        Ok(target)
    }
}

/// An archive file.
pub(super) struct ArchiveFile {
    name: String,
    path: PathBuf,
    members: BTreeMap<String, Member>,
}

impl ArchiveFile {
    pub(super) fn open(path: &Path) -> Result<ArchiveFile, Error> {
        let name = super::super::display(path);
        let io = |error| Error::Io { name: name.clone(), error };
        let size = std::fs::metadata(path).map_err(io)?.len();
        let mut head = Vec::new();
        Part::open(path, 0, size).map_err(io)?.take(512).read_to_end(&mut head).map_err(io)?;
        super::compression(&name, &head)?;
        let part = Part::open(path, 0, size).map_err(io)?;
        let members = archive::index(part).map_err(|error| Error::Archive { name: name.clone(), error })?;
        Ok(ArchiveFile { name, path: path.to_path_buf(), members })
    }

    fn place(&self, name: &str) -> Option<(u64, u64)> {
        let link = |member: &Member| match member {
            Member::Link(target) => Some(target.clone()),
            Member::File { .. } => None,
        };
        match archive::follow(&self.members, name, link)? {
            Member::File { offset, size } => Some((*offset, *size)),
            Member::Link(_) => None,
        }
    }
}

impl Store for ArchiveFile {
    fn name(&self) -> &str {
        &self.name
    }

    fn names(&self) -> Vec<String> {
        self.members.keys().cloned().collect()
    }

    fn document(&self, name: &str, max: u64) -> Result<Option<Vec<u8>>, Error> {
        let Some((offset, size)) = self.place(name) else { return Ok(None) };
        check_size(&self.name, name, size, max)?;
        let mut bytes = Vec::new();
        let part = Part::open(&self.path, offset, size);
        part.and_then(|mut part| part.read_to_end(&mut bytes))
            .map_err(|error| Error::Io { name: self.name.clone(), error })?;
        Ok(Some(bytes))
    }

    fn size(&self, name: &str) -> Option<u64> {
        self.place(name).map(|(_, size)| size)
    }

    fn has(&self, name: &str) -> bool {
        self.place(name).is_some()
    }

    fn layer(&self, name: &str) -> Result<Blob, Error> {
        let missing = || Error::Missing { name: self.name.clone(), what: name.to_owned() };
        let (offset, size) = self.place(name).ok_or_else(missing)?;
        let part = Part::open(&self.path, offset, size);
        part.map(Blob::File).map_err(|error| Error::Io { name: self.name.clone(), error })
    }
}

/// An OCI layout or a skopeo `dir:`.
pub(super) struct Folder {
    name: String,
    path: PathBuf,
}

impl Folder {
    pub(super) fn open(path: &Path) -> Folder {
        Folder { name: super::super::display(path), path: path.to_path_buf() }
    }

    /// The file of a clean name. Names come from documents, so nothing but plain components passes.
    fn file(&self, name: &str) -> PathBuf {
        let clean = archive::clean(name);
        clean
            .split('/')
            .filter(|part| !part.contains(['\\', ':', '\0']) || is_digest(part))
            .fold(self.path.clone(), |path, part| path.join(part))
    }
}

fn is_digest(name: &str) -> bool {
    crate::image::Digest::parse(name).is_ok()
}

impl Store for Folder {
    fn name(&self) -> &str {
        &self.name
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.path).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    fn document(&self, name: &str, max: u64) -> Result<Option<Vec<u8>>, Error> {
        let io = |error| Error::Io { name: format!("{}/{name}", self.name), error };
        // Opening a pipe would wait for a writer for ever.
        if std::fs::metadata(self.file(name)).is_ok_and(|meta| !meta.is_file()) {
            let error = io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file");
            return Err(io(error));
        }
        let file = match File::open(self.file(name)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(io(error)),
        };
        let mut bytes = Vec::new();
        file.take(max + 1).read_to_end(&mut bytes).map_err(io)?;
        check_size(&self.name, name, bytes.len() as u64, max)?;
        Ok(Some(bytes))
    }

    fn size(&self, name: &str) -> Option<u64> {
        std::fs::metadata(self.file(name)).ok().filter(std::fs::Metadata::is_file).map(|meta| meta.len())
    }

    fn has(&self, name: &str) -> bool {
        self.size(name).is_some()
    }

    fn layer(&self, name: &str) -> Result<Blob, Error> {
        let missing = || Error::Missing { name: self.name.clone(), what: name.to_owned() };
        let size = self.size(name).ok_or_else(missing)?;
        let part = Part::open(&self.file(name), 0, size);
        part.map(Blob::File).map_err(|error| Error::Io { name: format!("{}/{name}", self.name), error })
    }
}

/// An archive that was read once, front to back.
pub(super) struct Stream {
    name: String,
    members: BTreeMap<String, Streamed>,
}

impl Stream {
    pub(super) fn read(name: &str, archive: impl Read, limits: Limits) -> Result<Stream, Error> {
        let members = archive::stream(archive, limits).map_err(|error| Error::Archive { name: name.into(), error })?;
        Ok(Stream { name: name.to_owned(), members })
    }

    fn member(&self, name: &str) -> Option<&Streamed> {
        let link = |member: &Streamed| match member {
            Streamed::Link(target) => Some(target.clone()),
            _ => None,
        };
        archive::follow(&self.members, name, link)
    }
}

impl Store for Stream {
    fn name(&self) -> &str {
        &self.name
    }

    fn names(&self) -> Vec<String> {
        self.members.keys().cloned().collect()
    }

    fn document(&self, name: &str, max: u64) -> Result<Option<Vec<u8>>, Error> {
        match self.member(name) {
            Some(Streamed::Json(bytes)) => {
                check_size(&self.name, name, bytes.len() as u64, max)?;
                Ok(Some(bytes.clone()))
            }
            _ => Ok(None),
        }
    }

    fn size(&self, name: &str) -> Option<u64> {
        match self.member(name)? {
            Streamed::Json(bytes) => Some(bytes.len() as u64),
            Streamed::Layer(scan) => scan.as_ref().as_ref().ok().map(|scan| scan.blob_size),
            _ => None,
        }
    }

    fn has(&self, name: &str) -> bool {
        matches!(self.member(name), Some(Streamed::Json(_) | Streamed::Layer(_)))
    }

    fn layer(&self, name: &str) -> Result<Blob, Error> {
        match self.member(name) {
            Some(Streamed::Layer(scan)) => match scan.as_ref() {
                Ok(scan) => Ok(Blob::Scanned(Box::new(scan.clone()))),
                Err(error) => Err(Error::Layer { name: self.name.clone(), error: error.copy() }),
            },
            Some(_) => Err(Error::NotAnImage { name: self.name.clone(), why: format!("`{name}` is no layer") }),
            None => Err(Error::Missing { name: self.name.clone(), what: name.to_owned() }),
        }
    }
}

fn check_size(store: &str, name: &str, size: u64, max: u64) -> Result<(), Error> {
    match size > max {
        true => Err(Error::TooLarge { name: store.to_owned(), what: name.to_owned(), max }),
        false => Ok(()),
    }
}
