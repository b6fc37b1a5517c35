//! Layer results as bytes, for a cache of them.

use serde::{Deserialize, Serialize, Serializer};
use xxhash_rust::xxh3::xxh3_64;

use super::digest::Digest;
use super::media::Compression;
use super::paths::{PathId, Paths};
use super::scan::LayerScan;
use super::tree::{Entry, Kind, LayerTree, Note, Texts};

/// Changes whenever the form or the meaning of the bytes does.
pub const VERSION: u32 = 3;

/// The version and the checksum, in bytes.
const HEAD: usize = 12;
/// How many other blobs are remembered with a layer.
const MAX_BLOBS: usize = 8;

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

#[derive(Deserialize)]
struct Stored<'b> {
    diff_id: Digest,
    blobs: Vec<(Digest, u64, Compression)>,
    tar_size: u64,
    /// Parent and name of each path but the root.
    #[serde(borrow)]
    paths: Vec<(u32, &'b [u8])>,
    entries: Vec<Entry>,
    texts: Texts,
    owners: Vec<(u64, u64)>,
    sparse: Vec<(u32, u64)>,
    captured: Vec<(PathId, Vec<u8>)>,
    notes: Vec<Note>,
}

/// The same as it is written, without a copy of a tree that may have a million paths.
#[derive(Serialize)]
#[serde(bound = "")]
struct Written<'s, P, E>
where
    P: Iterator<Item: Serialize> + Clone,
    E: Iterator<Item: Serialize> + Clone,
{
    diff_id: &'s Digest,
    blobs: &'s [(Digest, u64, Compression)],
    tar_size: u64,
    #[serde(serialize_with = "each")]
    paths: P,
    #[serde(serialize_with = "each")]
    entries: E,
    texts: &'s Texts,
    owners: &'s [(u64, u64)],
    sparse: &'s [(u32, u64)],
    captured: &'s [(PathId, Vec<u8>)],
    notes: &'s [Note],
}

/// Writes a sequence whose length its iterator knows.
fn each<S: Serializer, I: Iterator<Item: Serialize> + Clone>(items: &I, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(items.clone())
}

/// The bytes to store for a verified layer. `blobs` are others that are known to decompress to it.
pub fn encode(scan: &LayerScan, blobs: &[(Digest, u64, Compression)]) -> Vec<u8> {
    let tree = &scan.tree;
    let mut all = vec![(scan.digest.clone(), scan.blob_size, scan.compression)];
    all.extend(blobs.iter().filter(|blob| blob.0 != scan.digest).take(MAX_BLOBS).cloned());
    let written = Written {
        diff_id: &scan.diff_id,
        blobs: &all,
        tar_size: scan.tar_size,
        paths: tree.paths.ids().skip(1).map(|id| (tree.paths.parent(id).0, tree.paths.name(id))),
        entries: tree.entries.iter(),
        texts: &tree.texts,
        owners: &tree.owners,
        sparse: &tree.sparse,
        captured: &tree.captured,
        notes: &tree.notes,
    };
    let mut bytes = VERSION.to_le_bytes().to_vec();
    bytes.extend([0; 8]);
    let mut bytes = postcard::to_extend(&written, bytes).expect("plain data in memory can be written");
    let checksum = xxh3_64(&bytes[HEAD..]);
    bytes[HEAD - 8..HEAD].copy_from_slice(&checksum.to_le_bytes());
    bytes
}

impl Memo {
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
