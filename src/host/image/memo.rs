//! Layer results that were kept, one for each diff id.

use super::store::Blob;
use super::{Opened, Options};
use crate::host::Store;
use crate::image::memo::{Head, Memo, VERSION, write};
use crate::image::{Compression, Digest, LayerScan};

/// Layers remembered in a store. Trouble with it is no error: the layer is read instead.
pub(super) struct Memory<'s> {
    store: &'s Store,
}

/// A remembered layer.
pub(super) struct Recalled {
    pub(super) memo: Memo,
    pub(super) compression: Compression,
    pub(super) blob_size: u64,
}

impl<'s> Memory<'s> {
    pub(super) fn new(store: &'s Store) -> Memory<'s> {
        Memory { store }
    }

    /// The remembered result for a layer; `None` where the layer has to be read. What is on disk
    /// is still hashed, so that a damaged archive is found out; what a registry holds under a
    /// digest that was verified before is not fetched again.
    pub(super) fn recall(&self, opened: &Opened, number: usize, options: &Options) -> Option<Recalled> {
        let layer = &opened.image.layers[number];
        let (input, size) = self.store.reader(&name(&layer.diff_id))?;
        let memo = Memo::read(input, size)?;
        let promised = layer.digest.as_ref().unwrap_or(&layer.diff_id);
        let (_, blob_size, compression) = memo.head.blobs.iter().find(|(known, _, _)| known == promised).cloned()?;
        if memo.head.diff_id != layer.diff_id {
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
        let name = name(&scan.diff_id);
        let before = self.store.reader(&name).and_then(|(input, size)| Head::read(input, size));
        let before = before.filter(|head| head.diff_id == scan.diff_id);
        let blobs = before.map_or_else(Vec::new, |head| head.blobs);
        self.store.write(&name, &|out| write(scan, &blobs, out));
    }
}

fn name(diff_id: &Digest) -> String {
    format!("layers-v{VERSION}/{}", diff_id.hex())
}
