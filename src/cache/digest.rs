use sha2::{Digest as _, Sha256};

/// A SHA-256 sum.
pub type Digest = [u8; 32];

/// Names the bytes of a file: equal names, equal bytes. A git blob id or any other hash, as long as
/// all trees that are compared use the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentId(pub Digest);

impl ContentId {
    /// The name of these bytes, by their SHA-256 sum.
    pub fn of(bytes: &[u8]) -> ContentId {
        ContentId(Sha256::digest(bytes).into())
    }

    /// A hash that somebody else computed, such as a git blob id; more than 32 bytes are cut off.
    pub fn from_hash(hash: &[u8]) -> ContentId {
        let mut id = [0; 32];
        let len = hash.len().min(32);
        id[..len].copy_from_slice(&hash[..len]);
        ContentId(id)
    }
}

/// Sums up parts, each with its length, so that no two lists of parts run into one another.
#[derive(Clone, Default)]
pub(super) struct Hasher(Sha256);

impl Hasher {
    pub(super) fn new(domain: &str) -> Hasher {
        Hasher::default().part(domain.as_bytes())
    }

    pub(super) fn part(mut self, bytes: &[u8]) -> Hasher {
        self.add(bytes);
        self
    }

    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    pub(super) fn sum(self) -> Digest {
        self.0.finalize().into()
    }
}
