//! Layer results as bytes, for a cache of them.

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::digest::Digest;
use super::media::Compression;
use super::paths::{PathId, Paths};
use super::scan::LayerScan;
use super::tree::{Entry, Kind, LayerTree, Note, Texts};

/// Changes whenever the form or the meaning of the bytes does.
pub const VERSION: u32 = 2;

/// A verified layer, remembered by its diff id.
#[derive(Clone, Debug)]
pub struct Memo {
    /// The digest of the decompressed tar.
    pub diff_id: Digest,
    /// Blobs that were seen to decompress to it: digest, bytes, compression.
    pub blobs: Vec<(Digest, u64, Compression)>,
    /// Bytes of the decompressed tar.
    pub tar_size: u64,
    /// What the tar holds.
    pub tree: LayerTree,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    diff_id: Digest,
    blobs: Vec<(Digest, u64, Compression)>,
    tar_size: u64,
    /// Parent and name of each path but the root.
    paths: Vec<(u32, Vec<u8>)>,
    entries: Vec<Entry>,
    texts: Texts,
    owners: Vec<(u64, u64)>,
    sparse: Vec<(u32, u64)>,
    captured: Vec<(PathId, Vec<u8>)>,
    notes: Vec<Note>,
}

impl Memo {
    /// Remembers a scan.
    pub fn new(scan: &LayerScan) -> Memo {
        Memo {
            diff_id: scan.diff_id.clone(),
            blobs: vec![(scan.digest.clone(), scan.blob_size, scan.compression)],
            tar_size: scan.tar_size,
            tree: scan.tree.clone(),
        }
    }

    /// The bytes to store.
    pub fn encode(&self) -> Vec<u8> {
        let tree = &self.tree;
        let stored = Stored {
            diff_id: self.diff_id.clone(),
            blobs: self.blobs.clone(),
            tar_size: self.tar_size,
            paths: tree.paths.ids().skip(1).map(|id| (tree.paths.parent(id).0, tree.paths.name(id).to_vec())).collect(),
            entries: tree.entries.iter().collect(),
            texts: tree.texts.clone(),
            owners: tree.owners.clone(),
            sparse: tree.sparse.clone(),
            captured: tree.captured.clone(),
            notes: tree.notes.clone(),
        };
        let body = postcard::to_allocvec(&stored).expect("plain data in memory can be written");
        let mut bytes = VERSION.to_le_bytes().to_vec();
        bytes.extend(xxh3_64(&body).to_le_bytes());
        bytes.extend(body);
        bytes
    }

    /// Reads stored bytes; `None` for another version and for anything damaged.
    pub fn decode(bytes: &[u8]) -> Option<Memo> {
        let (version, rest) = bytes.split_first_chunk::<4>()?;
        let (checksum, body) = rest.split_first_chunk::<8>()?;
        if u32::from_le_bytes(*version) != VERSION || u64::from_le_bytes(*checksum) != xxh3_64(body) {
            return None;
        }
        let stored: Stored = postcard::from_bytes(body).ok()?;
        let mut paths = Paths::default();
        for (number, (parent, name)) in stored.paths.iter().enumerate() {
            let is_known = *parent as usize <= number;
            let id = paths.intern(PathId(*parent), name).filter(|_| is_known)?;
            if id.index() != number + 1 {
                return None;
            }
        }
        let known = |path: PathId| path.index() < paths.len();
        let fits = |entry: &Entry| known(entry.path) && (entry.kind != Kind::Hardlink || known(PathId(entry.link)));
        if !stored.entries.iter().all(fits) || !stored.captured.iter().all(|(path, _)| known(*path)) {
            return None;
        }
        let tree = LayerTree {
            paths,
            entries: stored.entries.into_iter().collect(),
            texts: stored.texts,
            owners: stored.owners,
            sparse: stored.sparse,
            captured: stored.captured,
            notes: stored.notes,
            hashed: true,
        };
        Some(Memo { diff_id: stored.diff_id, blobs: stored.blobs, tar_size: stored.tar_size, tree })
    }
}
