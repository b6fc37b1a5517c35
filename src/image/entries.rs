use hashbrown::HashMap;

use super::paths::PathId;
use super::tree::{Entry, Kind};

/// A layer's members in the tar's order, 18 bytes each: a dozen layers of 100,000 files are no
/// rare image, and all of them stay in memory until the report is written.
#[derive(Clone, Debug, Default)]
pub struct Entries {
    packed: Vec<Packed>,
    tables: Tables,
}

/// Halves of words, the low one first, because nothing may be lost to alignment:
///
/// ```text
/// path | hash, low 32 bits | hash, high 32 bits | size (of a link: its target's number)
/// attribute number: 12 bits, kind: 4 bits
/// ```
type Packed = [u16; 9];

fn halves([a, b, c, d]: [u32; 4], tag: u16) -> Packed {
    let (low, high) = (|word: u32| word as u16, |word: u32| (word >> 16) as u16);
    [low(a), high(a), low(b), high(b), low(c), high(c), low(d), high(d), tag]
}

fn word(packed: &Packed, at: usize) -> u32 {
    u32::from(packed[2 * at]) | u32::from(packed[2 * at + 1]) << 16
}

/// What is shared by many members, or fits no packed one.
#[derive(Clone, Debug, Default)]
struct Tables {
    /// Pairs of owner and mode, of which an image has few.
    attributes: Vec<(u32, u16)>,
    index: HashMap<(u32, u16), u16>,
    /// Files of four gibibytes and whatever else hardly any tar has.
    wide: Vec<Entry>,
}

/// In the place of a kind: the fourth word is an index into [`Tables::wide`].
const WIDE: u16 = 15;
const MAX_ATTRIBUTES: usize = 1 << 12;
const MAX_SIZE: u64 = 1 << 32;

impl Entries {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.packed.len()
    }

    /// True without members.
    pub fn is_empty(&self) -> bool {
        self.packed.is_empty()
    }

    /// The member of that number.
    pub fn get(&self, at: u32) -> Option<Entry> {
        self.packed.get(at as usize).map(|packed| self.tables.unpack(packed))
    }

    /// All members.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Entry> + Clone + '_ {
        self.packed.iter().map(|packed| self.tables.unpack(packed))
    }

    /// A member that is known to be there.
    pub(crate) fn at(&self, at: u32) -> Entry {
        self.tables.unpack(&self.packed[at as usize])
    }

    pub(crate) fn push(&mut self, entry: Entry) {
        let packed = self.tables.pack(entry);
        self.packed.push(packed);
    }

    /// Changes every member.
    pub(crate) fn change_all(&mut self, mut change: impl FnMut(&mut Entry)) {
        let old = std::mem::take(&mut self.tables);
        for packed in &mut self.packed {
            let mut entry = old.unpack(packed);
            change(&mut entry);
            *packed = self.tables.pack(entry);
        }
    }

    /// Sets the hash of a member once its contents were read.
    pub(crate) fn set_hash(&mut self, at: usize, hash: u64) {
        let packed = &mut self.packed[at];
        match kind(packed) {
            None => self.tables.wide[word(packed, 3) as usize].hash = hash,
            Some(_) => {
                *packed = halves([word(packed, 0), hash as u32, (hash >> 32) as u32, word(packed, 3)], packed[8]);
            }
        }
    }

    /// Gives spare memory back.
    pub(crate) fn shrink(&mut self) {
        self.packed.shrink_to_fit();
    }
}

impl FromIterator<Entry> for Entries {
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Entries {
        let mut all = Entries::default();
        entries.into_iter().for_each(|entry| all.push(entry));
        all.shrink();
        all
    }
}

impl Tables {
    fn pack(&mut self, entry: Entry) -> Packed {
        let is_link = matches!(entry.kind, Kind::Symlink | Kind::Hardlink);
        let fits = entry.size < MAX_SIZE && if is_link { entry.size == 0 } else { entry.link == 0 };
        let attribute = fits.then(|| self.attribute(entry.owner, entry.mode)).flatten();
        let Some(attribute) = attribute else {
            self.wide.push(entry);
            return halves([entry.path.0, 0, 0, self.wide.len() as u32 - 1], WIDE);
        };
        let size = if is_link { entry.link } else { entry.size as u32 };
        let hash = [entry.hash as u32, (entry.hash >> 32) as u32];
        halves([entry.path.0, hash[0], hash[1], size], attribute << 4 | entry.kind as u16)
    }

    fn unpack(&self, packed: &Packed) -> Entry {
        let [path, low, high, size] = [0, 1, 2, 3].map(|at| word(packed, at));
        let Some(kind) = kind(packed) else { return self.wide[size as usize] };
        let (owner, mode) = self.attributes[usize::from(packed[8] >> 4)];
        let (size, link) = match kind {
            Kind::Symlink | Kind::Hardlink => (0, size),
            _ => (u64::from(size), 0),
        };
        let hash = u64::from(high) << 32 | u64::from(low);
        Entry { size, hash, path: PathId(path), link, owner, mode, kind }
    }

    /// The number of a pair; `None` where the table is full.
    fn attribute(&mut self, owner: u32, mode: u16) -> Option<u16> {
        if let Some(&number) = self.index.get(&(owner, mode)) {
            return Some(number);
        }
        if self.attributes.len() >= MAX_ATTRIBUTES {
            return None;
        }
        let number = self.attributes.len() as u16;
        self.attributes.push((owner, mode));
        self.index.insert((owner, mode), number);
        Some(number)
    }
}

fn kind(packed: &Packed) -> Option<Kind> {
    const KINDS: [Kind; 9] = [
        Kind::File,
        Kind::Directory,
        Kind::Symlink,
        Kind::Hardlink,
        Kind::CharDevice,
        Kind::BlockDevice,
        Kind::Fifo,
        Kind::Whiteout,
        Kind::Opaque,
    ];
    KINDS.get(usize::from(packed[8] & 15)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(kind: Kind, size: u64, link: u32) -> Entry {
        Entry { size, hash: 0xfedc_ba98_7654_3210, path: PathId(7), link, owner: 3, mode: 0o4755, kind }
    }

    #[test]
    fn what_goes_in_comes_out() {
        let kinds = [Kind::File, Kind::Directory, Kind::CharDevice, Kind::BlockDevice, Kind::Fifo, Kind::Opaque];
        let mut all: Vec<Entry> = kinds.iter().map(|&kind| entry(kind, 0, 0)).collect();
        all.extend([entry(Kind::Whiteout, 0, 0), entry(Kind::Symlink, 0, u32::MAX), entry(Kind::Hardlink, 0, 9)]);
        let sizes = [1, 0x1_0001, MAX_SIZE - 1, MAX_SIZE, u64::MAX];
        all.extend(sizes.map(|size| entry(Kind::File, size, 0)));
        // No tar gives these; they have to survive all the same.
        all.extend([entry(Kind::Symlink, 5, 1), entry(Kind::File, 5, 1)]);
        let packed: Entries = all.iter().copied().collect();
        assert_eq!(packed.iter().collect::<Vec<_>>(), all);
        assert_eq!(packed.tables.wide.len(), 4);
    }

    #[test]
    fn more_owners_than_any_image_has() {
        let of = |number: u32| Entry { owner: number >> 4, mode: (number & 0xf) as u16, ..entry(Kind::File, 1, 0) };
        let count = MAX_ATTRIBUTES as u32 + 2;
        let packed: Entries = (0..count).map(of).collect();
        assert!(packed.iter().eq((0..count).map(of)));
        assert_eq!(packed.tables.wide.len(), 2);
    }

    #[test]
    fn changes() {
        let mut packed: Entries = [entry(Kind::File, 1, 0), entry(Kind::File, MAX_SIZE, 0)].into_iter().collect();
        packed.set_hash(0, 1);
        packed.set_hash(1, 2);
        packed.change_all(|entry| entry.owner += 1);
        let seen: Vec<_> = packed.iter().map(|entry| (entry.hash, entry.owner, entry.size)).collect();
        assert_eq!(seen, [(1, 4, 1), (2, 4, MAX_SIZE)]);
        assert_eq!(packed.tables.wide.len(), 1);
    }
}
