//! The cache folder of layer results, one file per diff id.

use std::fs;
use std::path::{Path, PathBuf};

use super::store::Blob;
use super::{Opened, Options};
use crate::image::memo::{Memo, VERSION};
use crate::image::{Compression, Digest, LayerScan};

/// How many layers are remembered; the oldest go first.
const MAX_FILES: usize = 2000;

/// Layers remembered on disk. Trouble with the folder is no error: the layer is read instead.
pub(super) struct Memory {
    folder: PathBuf,
}

/// A remembered layer.
pub(super) struct Recalled {
    pub(super) memo: Memo,
    pub(super) compression: Compression,
    pub(super) blob_size: u64,
}

impl Memory {
    pub(super) fn new(cache: &Path) -> Memory {
        Memory { folder: cache.join(format!("layers-v{VERSION}")) }
    }

    /// The remembered result for a layer; `None` where the layer has to be read. What is on disk
    /// is still hashed, so that a damaged archive is found out; what a registry holds under a
    /// digest that was verified before is not fetched again.
    pub(super) fn recall(&self, opened: &Opened, number: usize, options: &Options) -> Option<Recalled> {
        let layer = &opened.image.layers[number];
        let memo = Memo::decode(&fs::read(self.file(&layer.diff_id)).ok()?)?;
        let promised = layer.digest.as_ref().unwrap_or(&layer.diff_id);
        let (_, blob_size, compression) = memo.blobs.iter().find(|(known, _, _)| known == promised).cloned()?;
        if memo.diff_id != layer.diff_id {
            return None;
        }
        if options.verify && !opened.source.is_remote() {
            let Ok(Blob::File(part)) = opened.source.layer(number) else { return None };
            let (actual, size) = Digest::of_reader(promised, part).ok()?;
            if actual != *promised || size != blob_size {
                return None; // reading it says what is wrong
            }
        }
        Some(Recalled { memo, compression, blob_size })
    }

    /// Remembers a verified layer.
    pub(super) fn keep(&self, scan: &LayerScan) {
        let mut memo = Memo::new(scan);
        let file = self.file(&scan.diff_id);
        if let Some(before) = fs::read(&file).ok().and_then(|bytes| Memo::decode(&bytes)) {
            let other = |blob: &(Digest, u64, Compression)| blob.0 != scan.digest;
            memo.blobs.extend(before.blobs.into_iter().filter(other).take(8));
        }
        if self.make_folder().is_err() {
            return;
        }
        // A failure to write costs time next time and nothing else.
        let _ = self.write(&file, &memo.encode());
        self.prune();
    }

    /// In one step, for other runs may read or write the same layer.
    fn write(&self, file: &Path, bytes: &[u8]) -> std::io::Result<()> {
        let mut new = tempfile::NamedTempFile::new_in(&self.folder)?;
        std::io::Write::write_all(&mut new, bytes)?;
        new.persist(file).map(drop).map_err(|error| error.error)
    }

    fn file(&self, diff_id: &Digest) -> PathBuf {
        self.folder.join(diff_id.hex())
    }

    /// Account files of images are in there: the folder is the user's alone.
    fn make_folder(&self) -> std::io::Result<()> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.folder)
    }

    fn prune(&self) {
        let Ok(entries) = fs::read_dir(&self.folder) else { return };
        let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        if files.len() <= MAX_FILES {
            return;
        }
        files.sort_by_cached_key(|file| fs::metadata(file).and_then(|meta| meta.modified()).ok());
        for file in &files[..files.len() - MAX_FILES * 9 / 10] {
            let _ = fs::remove_file(file);
        }
    }
}
