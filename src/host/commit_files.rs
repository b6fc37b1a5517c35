use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use gix::ObjectId;

use crate::cache::{Dir, Node};
use crate::model::{Entry, EntryKind, Files};

/// Bytes of a file read at most: manifests are small, and nothing else is read.
const MAX_BYTES: u64 = 8 << 20;

/// The files of a commit's folder as a build context; contents are read when asked for.
pub struct CommitFiles {
    /// The repository's own folder. It is opened for each new file: few are read, and an open one
    /// cannot be shared between threads.
    repository: PathBuf,
    tree: Option<ObjectId>,
    entries: Vec<Entry>,
    read: Mutex<HashMap<PathBuf, Option<Arc<[u8]>>>>,
}

impl CommitFiles {
    /// The folder with the tree `id`, whose files are `dir`.
    pub(super) fn new(repository: PathBuf, id: Option<ObjectId>, dir: &Dir) -> CommitFiles {
        let mut entries = Vec::new();
        list(dir, "", &mut entries);
        CommitFiles { repository, tree: id, entries, read: Mutex::default() }
    }
}

fn list(dir: &Dir, folder: &str, entries: &mut Vec<Entry>) {
    for (name, node) in dir.entries() {
        let path = if folder.is_empty() { name.to_string() } else { format!("{folder}/{name}") };
        let (kind, executable) = match node {
            Node::Dir(_) => (EntryKind::Dir, false),
            Node::File(mode, _) => (EntryKind::File, mode & 0o111 != 0),
            Node::Link(_) => (EntryKind::Symlink, false),
        };
        entries.push(Entry { path: path.clone(), kind, size: 0, executable });
        if let Node::Dir(inner) = node {
            list(inner, &path, entries);
        }
    }
}

impl Files for CommitFiles {
    fn read(&self, path: &Path) -> Option<Arc<[u8]>> {
        let known = self.read.lock().ok().and_then(|read| read.get(path).cloned());
        known.unwrap_or_else(|| {
            let bytes = self.fetch(path);
            if let Ok(mut read) = self.read.lock() {
                read.insert(path.to_path_buf(), bytes.clone());
            }
            bytes
        })
    }

    fn list(&self) -> &[Entry] {
        &self.entries
    }
}

impl CommitFiles {
    fn fetch(&self, path: &Path) -> Option<Arc<[u8]>> {
        let repository = gix::open(&self.repository).ok()?;
        let tree = repository.find_tree(self.tree?).ok()?;
        let entry = tree.lookup_entry_by_path(path).ok()??;
        let header = repository.find_header(entry.object_id()).ok()?;
        if !entry.mode().is_blob() || header.size() > MAX_BYTES {
            return None;
        }
        Some(repository.find_object(entry.object_id()).ok()?.detach().data.into())
    }
}
