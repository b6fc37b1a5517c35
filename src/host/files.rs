use std::collections::{HashMap, VecDeque};
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use crate::model::{Entry, EntryKind, Files};

use super::paths::{absolute, slashed};

/// Entries of a context listed at most, those near the root first.
const MAX_ENTRIES: usize = 200_000;
/// Bytes of a context's file read at most: manifests are small, and nothing else is read.
const MAX_BYTES: u64 = 8 << 20;
/// Folders that hold thousands of files nobody names one by one: what lies directly in them is
/// listed, nothing below.
const BULK: [&str; 2] = [".git", "node_modules"];
/// Contexts kept for the next Dockerfile, at most.
const KEPT: usize = 8;

/// A folder on disk as a build context. It is listed when first asked for; links are listed, never
/// followed out of it.
#[derive(Debug)]
pub struct DiskFiles {
    root: PathBuf,
    entries: OnceLock<Vec<Entry>>,
}

impl DiskFiles {
    /// The tree below `root`, which need not exist.
    pub fn new(root: &Path) -> DiskFiles {
        DiskFiles { root: absolute(root), entries: OnceLock::new() }
    }

    /// True once the folder was listed: until then [`Files::list`] may take seconds.
    pub fn is_listed(&self) -> bool {
        self.entries.get().is_some()
    }

    /// The path of a file in the tree, from the root; `None` where it lies elsewhere.
    pub fn path_of(&self, file: &Path) -> Option<String> {
        absolute(file).strip_prefix(&self.root).ok().map(slashed)
    }
}

impl Files for DiskFiles {
    fn read(&self, path: &Path) -> Option<Arc<[u8]>> {
        let file = self.root.join(path).canonicalize().ok()?;
        if !file.starts_with(self.root.canonicalize().ok()?) {
            return None;
        }
        let meta = fs::metadata(&file).ok()?;
        if !meta.is_file() || meta.len() > MAX_BYTES {
            return None;
        }
        fs::read(file).ok().map(Arc::from)
    }

    fn kind(&self, path: &str) -> Option<EntryKind> {
        let meta = fs::metadata(self.root.join(path)).ok()?;
        Some(if meta.is_dir() { EntryKind::Dir } else { EntryKind::File })
    }

    fn list(&self) -> &[Entry] {
        self.entries.get_or_init(|| list(&self.root))
    }
}

/// Everything below `root`, level by level, so that the cap cuts off the deepest.
fn list(root: &Path) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut folders = VecDeque::from([String::new()]);
    while let Some(folder) = folders.pop_front() {
        let Ok(inside) = fs::read_dir(root.join(&folder)) else { continue };
        let mut names: Vec<fs::DirEntry> = inside.flatten().collect();
        names.sort_by_key(fs::DirEntry::file_name);
        for item in names {
            if entries.len() >= MAX_ENTRIES {
                return entries;
            }
            let Some(entry) = entry(&folder, &item) else { continue };
            if entry.is_dir() && !in_bulk(&folder) {
                folders.push_back(entry.path.clone());
            }
            entries.push(entry);
        }
    }
    entries
}

fn in_bulk(folder: &str) -> bool {
    BULK.contains(&folder.rsplit('/').next().unwrap_or(folder))
}

/// One entry; a name that is not Unicode cannot be written in a Dockerfile and is left out.
fn entry(folder: &str, item: &fs::DirEntry) -> Option<Entry> {
    let name = item.file_name().into_string().ok()?;
    let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
    let kind = item.file_type().ok()?;
    if kind.is_dir() {
        return Some(Entry::dir(path));
    }
    if kind.is_symlink() {
        return Some(Entry { path, kind: EntryKind::Symlink, size: 0, executable: false });
    }
    let meta = item.metadata().ok().filter(|_| kind.is_file())?;
    Some(Entry { executable: is_executable(&meta), ..Entry::file(path, meta.len()) })
}

#[cfg(unix)]
fn is_executable(meta: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    meta.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &Metadata) -> bool {
    false
}

/// The contexts of a run: Dockerfiles side by side share one listing.
#[derive(Debug, Default)]
pub struct Contexts(Mutex<HashMap<PathBuf, Arc<DiskFiles>>>);

impl Contexts {
    /// The context of a folder.
    pub fn at(&self, folder: &Path) -> Arc<DiskFiles> {
        let fresh = || Arc::new(DiskFiles::new(folder));
        let Ok(mut kept) = self.0.lock() else { return fresh() };
        if kept.len() >= KEPT && !kept.contains_key(folder) {
            kept.clear();
        }
        kept.entry(folder.to_path_buf()).or_insert_with(fresh).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().expect("is in a folder")).expect("creates");
            fs::write(path, "text").expect("writes");
        }
        folder
    }

    #[test]
    fn lists_level_by_level_and_bulk_folders_only_on_top() {
        let folder = tree(&["src/a/b.rs", "Dockerfile", ".git/HEAD", ".git/objects/aa/bb", "node_modules/x/y.js"]);
        let files = DiskFiles::new(folder.path());
        let paths: Vec<&str> = files.list().iter().map(|it| it.path.as_str()).collect();
        let expected = [
            ".git",
            "Dockerfile",
            "node_modules",
            "src",
            ".git/HEAD",
            ".git/objects",
            "node_modules/x",
            "src/a",
            "src/a/b.rs",
        ];
        assert_eq!(paths, expected);
        assert_eq!(files.path_of(&folder.path().join("src/../src/a/Dockerfile")).as_deref(), Some("src/a/Dockerfile"));
        assert_eq!(files.path_of(Path::new("/elsewhere/Dockerfile")), None);
    }

    #[cfg(unix)]
    #[test]
    fn no_link_leads_out() {
        let (folder, outside) = (tree(&["package.json"]), tree(&["secret"]));
        let link = |to: &Path, name: &str| std::os::unix::fs::symlink(to, folder.path().join(name)).expect("links");
        link(&outside.path().join("secret"), "out");
        link(&folder.path().join("package.json"), "in");
        link(folder.path(), "loop");
        let files = DiskFiles::new(folder.path());
        assert!(files.read(Path::new("out")).is_none());
        assert!(files.read(Path::new("../x")).is_none());
        assert!(files.read(Path::new("in")).is_some());
        assert_eq!(files.list().iter().filter(|it| it.kind == EntryKind::Symlink).count(), 3);
    }
}
