use serde::{Deserialize, Serialize};

use super::entries::Entries;
use super::paths::{PathId, Paths};

/// What a tar entry puts at, or takes from, its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Directory,
    /// A symbolic link; [`Entry::link`] is its target in [`LayerTree::texts`].
    Symlink,
    /// Another name of the file at the path [`Entry::link`].
    Hardlink,
    /// A character device.
    CharDevice,
    /// A block device.
    BlockDevice,
    /// A named pipe.
    Fifo,
    /// Hides the path and all below it in lower layers.
    Whiteout,
    /// Hides what lower layers have below the path.
    Opaque,
}

impl Kind {
    /// True for the marks that hide something in lower layers.
    pub fn is_whiteout(self) -> bool {
        matches!(self, Kind::Whiteout | Kind::Opaque)
    }
}

/// One member of a layer's tar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Entry {
    /// Bytes stored in the tar; 0 unless a regular file.
    pub size: u64,
    /// XXH3 of a file's contents or a link's target, or a device's numbers; 0 where contents were
    /// not read ([`LayerTree::hashed`]).
    pub hash: u64,
    /// Where.
    pub path: PathId,
    /// See [`Kind::Symlink`] and [`Kind::Hardlink`]; 0 otherwise.
    pub link: u32,
    /// Index into [`LayerTree::owners`].
    pub owner: u32,
    /// Permission bits with setuid, setgid and sticky.
    pub mode: u16,
    /// What.
    pub kind: Kind,
}

/// What a layer's tar says, without the contents.
#[derive(Clone, Debug, Default)]
pub struct LayerTree {
    /// The paths named, with their parents.
    pub paths: Paths,
    /// The members in the tar's order.
    pub entries: Entries,
    /// Targets of symbolic links.
    pub texts: Texts,
    /// Pairs of user and group number.
    pub owners: Vec<(u64, u64)>,
    /// Sparse files: index into `entries` and the size a reader sees, in bytes.
    pub sparse: Vec<(u32, u64)>,
    /// Contents of the few files that analysis reads (package databases, `etc/passwd`).
    pub captured: Vec<(PathId, Vec<u8>)>,
    /// What is odd about the tar.
    pub notes: Vec<Note>,
    /// True where file contents were read, so that [`Entry::hash`] means something.
    pub hashed: bool,
}

/// Something odd about a layer that is no error.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Note {
    /// What.
    pub kind: NoteKind,
    /// The tar member's name as written, bad UTF-8 replaced, at most 200 bytes.
    pub name: String,
}

/// Kinds of [`Note`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoteKind {
    /// The name climbs out of the root with `..`.
    EscapesRoot,
    /// A whiteout that names nothing.
    MalformedWhiteout,
    /// A hidden file of the old aufs driver.
    AufsMetadata,
    /// A table of contents or landmark of eStargz, not part of the file system.
    Stargz,
    /// A hard link to a path that is not there.
    DanglingHardlink,
    /// A tar member of an unknown type, ignored.
    UnknownType,
    /// A path below something that is no folder.
    BelowFile,
}

impl NoteKind {
    /// The remark, lowercase, to put the member's name after.
    pub fn as_str(self) -> &'static str {
        match self {
            NoteKind::EscapesRoot => "member name climbs out of the root",
            NoteKind::MalformedWhiteout => "malformed whiteout ignored",
            NoteKind::AufsMetadata => "aufs metadata ignored",
            NoteKind::Stargz => "eStargz metadata, not counted as a file",
            NoteKind::DanglingHardlink => "hard link to a missing file",
            NoteKind::UnknownType => "member of unknown type ignored",
            NoteKind::BelowFile => "path below something that is no folder",
        }
    }
}

/// How many notes a layer keeps.
const MAX_NOTES: usize = 100;

impl LayerTree {
    /// Sum of the regular files' bytes, duplicates of a path included.
    pub fn file_bytes(&self) -> u64 {
        self.entries.iter().fold(0, |sum, entry| sum.saturating_add(entry.size))
    }

    /// The user and group number of an entry.
    pub fn owner(&self, entry: &Entry) -> (u64, u64) {
        self.owners.get(entry.owner as usize).copied().unwrap_or_default()
    }

    /// Adds a remark, up to a hundred.
    pub(crate) fn note(&mut self, kind: NoteKind, name: &[u8]) {
        if self.notes.len() < MAX_NOTES {
            let name = &name[..name.len().min(200)];
            self.notes.push(Note { kind, name: String::from_utf8_lossy(name).into_owned() });
        }
    }
}

/// Byte strings, each stored once after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Texts {
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

impl Texts {
    /// Adds a string and returns its number; `None` where 4 GiB are full.
    pub fn push(&mut self, text: &[u8]) -> Option<u32> {
        let end = u32::try_from(self.bytes.len() + text.len()).ok()?;
        let number = u32::try_from(self.ends.len()).ok()?;
        self.bytes.extend_from_slice(text);
        self.ends.push(end);
        Some(number)
    }

    /// The string of that number; empty for a number never given.
    pub fn get(&self, number: u32) -> &[u8] {
        let number = number as usize;
        let start = if number == 0 { 0 } else { self.ends.get(number - 1).copied().unwrap_or(0) };
        let end = self.ends.get(number).copied().unwrap_or(start);
        self.bytes.get(start as usize..end as usize).unwrap_or_default()
    }

    /// Gives spare memory back.
    pub(crate) fn shrink(&mut self) {
        self.bytes.shrink_to_fit();
        self.ends.shrink_to_fit();
    }
}

/// A path in a tar, as the layer format reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark<'a> {
    /// An ordinary member.
    Plain,
    /// `.wh.NAME`: hides NAME.
    Whiteout(&'a [u8]),
    /// `.wh..wh..opq`.
    Opaque,
    /// Another `.wh..wh.*`.
    Aufs,
    /// `.wh.`, `.wh..` or `.wh...`.
    Malformed,
}

/// Reads the last component of a member's name.
pub(crate) fn mark(name: &[u8]) -> Mark<'_> {
    match name.strip_prefix(b".wh.") {
        None => Mark::Plain,
        Some(b".wh..opq") => Mark::Opaque,
        Some(rest) if rest.starts_with(b".wh.") => Mark::Aufs,
        Some(b"" | b"." | b"..") => Mark::Malformed,
        Some(rest) => Mark::Whiteout(rest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks() {
        assert_eq!(mark(b"a"), Mark::Plain);
        assert_eq!(mark(b".wh.a"), Mark::Whiteout(b"a"));
        assert_eq!(mark(b".wh..wh..opq"), Mark::Opaque);
        assert_eq!(mark(b".wh..wh.plnk"), Mark::Aufs);
        for name in [&b".wh."[..], b".wh..", b".wh..."] {
            assert_eq!(mark(name), Mark::Malformed);
        }
    }

    #[test]
    fn texts() {
        let mut texts = Texts::default();
        let (a, b) = (texts.push(b"a").expect("as written"), texts.push(b"bc").expect("as written"));
        assert_eq!((texts.get(a), texts.get(b), texts.get(9)), (&b"a"[..], &b"bc"[..], &b""[..]));
    }
}
