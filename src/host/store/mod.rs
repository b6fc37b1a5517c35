//! A place that keeps results under names: a folder, or an object store that many machines share.
//! Trouble with it costs time and nothing else: the work is done again, and the first failure is told.

mod folder;
#[cfg(feature = "object-store")]
mod objects;

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use crate::lint::Memory;

use folder::Folder;

/// Bytes by name. Names have one `/`, after the kind of what is kept.
#[derive(Debug)]
pub struct Store {
    place: Place,
    trouble: Mutex<Option<String>>,
}

#[derive(Debug)]
enum Place {
    Folder(Folder),
    #[cfg(feature = "object-store")]
    Objects(objects::Objects),
}

/// Why an address cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A scheme that nobody knows.
    #[error("`{0}` is no store: give a folder, s3://, gs://, az:// or redis://")]
    UnknownScheme(String),
    /// An object store in a program that was built without them.
    #[error("`{0}` needs a cachalot with object stores: cargo install cachalot --features object-store")]
    NotBuiltIn(String),
    /// What the store's client says.
    #[error("{0}")]
    Client(String),
}

impl Store {
    /// A folder of the user's own; it is made when something is kept.
    pub fn folder(path: &Path) -> Store {
        Store::new(Place::Folder(Folder::new(path)))
    }

    /// What an address means: a path or `file://` a folder, other schemes an object store.
    pub fn open(url: &str) -> Result<Arc<Store>, StoreError> {
        let (scheme, rest) = url.split_once("://").unwrap_or(("file", url));
        match scheme {
            "file" => Ok(Arc::new(Store::folder(&PathBuf::from(rest)))),
            "s3" | "gs" | "gcs" | "az" | "azblob" | "redis" => object_store(url, scheme, rest),
            _ => Err(StoreError::UnknownScheme(url.to_string())),
        }
    }

    fn new(place: Place) -> Store {
        Store { place, trouble: Mutex::default() }
    }

    /// What was kept under a name; `None` if nothing was or it cannot be had.
    pub fn get(&self, name: &str) -> Option<Vec<u8>> {
        let got = match &self.place {
            Place::Folder(folder) => folder.get(name).map_err(|error| error.to_string()),
            #[cfg(feature = "object-store")]
            Place::Objects(objects) => objects.get(name),
        };
        got.unwrap_or_else(|why| self.note(why))
    }

    /// What was kept under a name, to be read piece by piece, and how many bytes.
    pub fn reader(&self, name: &str) -> Option<(Box<dyn Read>, u64)> {
        match &self.place {
            Place::Folder(folder) => match folder.reader(name) {
                Ok(found) => found.map(|(file, size)| (Box::new(file) as Box<dyn Read>, size)),
                Err(error) => {
                    self.note(error.to_string());
                    None
                }
            },
            #[cfg(feature = "object-store")]
            Place::Objects(_) => {
                let bytes = self.get(name)?;
                let size = bytes.len() as u64;
                Some((Box::new(io::Cursor::new(bytes)), size))
            }
        }
    }

    /// Keeps under a name what `fill` writes; what was there goes.
    pub fn write(&self, name: &str, fill: &dyn Fn(&mut dyn Write) -> io::Result<()>) {
        let written = match &self.place {
            Place::Folder(folder) => folder.write(name, fill).map_err(|error| error.to_string()),
            #[cfg(feature = "object-store")]
            Place::Objects(objects) => {
                let mut bytes = Vec::new();
                fill(&mut bytes).map_err(|error| error.to_string()).and_then(|()| objects.put(name, &bytes))
            }
        };
        if let Err(why) = written {
            self.note(why);
        }
    }

    /// Keeps bytes under a name; what was there goes.
    pub fn put(&self, name: &str, bytes: &[u8]) {
        self.write(name, &|out| out.write_all(bytes));
    }

    fn note(&self, why: String) -> Option<Vec<u8>> {
        if let Ok(mut trouble) = self.trouble.lock() {
            trouble.get_or_insert(why);
        }
        None
    }

    /// The first failure, to be told once.
    pub fn take_trouble(&self) -> Option<String> {
        self.trouble.lock().ok()?.take()
    }
}

impl Memory for Store {
    fn get(&self, name: &str) -> Option<Vec<u8>> {
        Store::get(self, name)
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        Store::put(self, name, bytes);
    }
}

#[cfg(feature = "object-store")]
fn object_store(_: &str, scheme: &str, rest: &str) -> Result<Arc<Store>, StoreError> {
    let scheme = match scheme {
        "gs" => "gcs",
        "az" => "azblob",
        same => same,
    };
    let objects = objects::Objects::open(&format!("{scheme}://{rest}")).map_err(StoreError::Client)?;
    Ok(Arc::new(Store::new(Place::Objects(objects))))
}

#[cfg(not(feature = "object-store"))]
fn object_store(url: &str, _: &str, _: &str) -> Result<Arc<Store>, StoreError> {
    Err(StoreError::NotBuiltIn(url.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_keeps_bytes() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = Store::open(&folder.path().join("new").to_string_lossy()).expect("a folder");
        assert_eq!(store.get("kind-v1/name"), None);
        store.put("kind-v1/name", b"one");
        store.put("kind-v1/name", b"two");
        assert_eq!(store.get("kind-v1/name").as_deref(), Some(&b"two"[..]));
        assert_eq!(store.take_trouble(), None);
    }

    #[test]
    fn trouble_is_told_once() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let store = Store::folder(file.path());
        store.put("kind-v1/name", b"one");
        assert!(store.take_trouble().is_some());
        assert_eq!((store.get("kind-v1/name"), store.take_trouble().is_none()), (None, false));
    }

    #[test]
    fn addresses() {
        assert!(Store::open("ftp://x").is_err_and(|error| error.to_string().contains("is no store")));
        assert!(Store::open("file:///tmp/x").is_ok());
    }
}
