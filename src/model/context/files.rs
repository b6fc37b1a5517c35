use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::model::paths::from_root;

/// A folder tree to read from: the disk, a git commit, an editor's unsaved files, memory.
pub trait Files: Sync {
    /// The bytes of a file, by its path in the tree; `None` where there is none to read.
    fn read(&self, path: &Path) -> Option<Arc<[u8]>>;

    /// What lies at a path of the tree, links followed; `None` for nothing.
    fn kind(&self, path: &str) -> Option<EntryKind> {
        self.list().iter().find(|entry| entry.path == path).map(|entry| entry.kind)
    }

    /// Everything in the tree but its root, each path once, in any order. Folders may be left out
    /// where something lies in them.
    fn list(&self) -> &[Entry];
}

/// One file, folder or link of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Path from the root, `/` between folders, none at either end.
    pub path: String,
    /// What it is.
    pub kind: EntryKind,
    /// Size in bytes; 0 for folders and where it is not known.
    pub size: u64,
    /// True if some execute bit of a file is set.
    pub executable: bool,
}

impl Entry {
    /// A file of `size` bytes that is not executable.
    pub fn file(path: impl Into<String>, size: u64) -> Entry {
        Entry { path: path.into(), kind: EntryKind::File, size, executable: false }
    }

    /// A folder.
    pub fn dir(path: impl Into<String>) -> Entry {
        Entry { path: path.into(), kind: EntryKind::Dir, size: 0, executable: false }
    }

    /// True for a folder.
    pub fn is_dir(&self) -> bool {
        self.kind == EntryKind::Dir
    }

    /// The last part of the path.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

/// What an [`Entry`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A folder.
    Dir,
    /// A symbolic link, whatever it leads to.
    Symlink,
}

/// A tree in memory.
#[derive(Clone, Debug, Default)]
pub struct MemoryFiles {
    contents: BTreeMap<String, Arc<[u8]>>,
    entries: Vec<Entry>,
}

impl MemoryFiles {
    /// A tree of (path, content) pairs; the folders above them come by themselves, and a path that
    /// ends in `/` is an empty folder.
    pub fn new<P: AsRef<str>, C: AsRef<[u8]>>(files: impl IntoIterator<Item = (P, C)>) -> MemoryFiles {
        let mut tree: BTreeMap<String, Entry> = BTreeMap::new();
        let mut contents = BTreeMap::new();
        for (path, content) in files {
            let clean = from_root(path.as_ref());
            for (slash, _) in clean.match_indices('/') {
                tree.entry(clean[..slash].to_string()).or_insert_with(|| Entry::dir(&clean[..slash]));
            }
            if path.as_ref().ends_with('/') || clean.is_empty() {
                tree.entry(clean.clone()).or_insert_with(|| Entry::dir(clean));
                continue;
            }
            tree.insert(clean.clone(), Entry::file(&clean, content.as_ref().len() as u64));
            contents.insert(clean, Arc::from(content.as_ref()));
        }
        tree.remove("");
        MemoryFiles { contents, entries: tree.into_values().collect() }
    }
}

impl Files for MemoryFiles {
    fn read(&self, path: &Path) -> Option<Arc<[u8]>> {
        self.contents.get(path.to_str()?).cloned()
    }

    fn list(&self) -> &[Entry] {
        &self.entries
    }
}
