use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use ignore::WalkBuilder;
use rayon::prelude::*;

use crate::cache::{ContentId, Dir, Node};
use crate::model::{EntryKind, Files};

use super::files::DiskFiles;
use super::paths::slashed;

/// Files larger than this are named by their size and time instead of their bytes.
const MAX_HASHED: u64 = 256 << 20;

/// A folder on disk as a build context.
pub struct Worktree {
    /// What git does not ignore.
    pub files: Arc<Dir>,
    /// What git ignores: it has no history, so that it counts as unchanged. Its bytes are not read.
    pub ignored: Arc<Dir>,
}

impl Worktree {
    /// Reads the tree below `root`; `name` gives a file's bytes their name. Permission bits count as
    /// git keeps them: executable or not. `.git` is left out.
    pub fn read(root: &Path, name: &(dyn Fn(&[u8]) -> ContentId + Sync)) -> Worktree {
        let kept = kept(root);
        let disk = DiskFiles::new(root);
        let (mut listed, mut ignored) = (Vec::new(), Vec::new());
        for entry in disk.list().iter().filter(|entry| !is_git(&entry.path)) {
            if kept.contains(&entry.path) { listed.push(entry) } else { ignored.push(entry) }
        }
        let node = |entry: &crate::model::Entry, read: bool| {
            let path = root.join(&entry.path);
            let mode = if entry.executable { 0o755 } else { 0o644 };
            match entry.kind {
                EntryKind::Dir => Some(Node::Dir(Dir::empty())),
                EntryKind::Symlink => {
                    let target = std::fs::read_link(&path).ok()?;
                    Some(Node::Link(slashed(&target).into()))
                }
                EntryKind::File if read && entry.size <= MAX_HASHED => {
                    Some(Node::File(mode, name(&std::fs::read(&path).ok()?)))
                }
                EntryKind::File => Some(Node::File(mode, ContentId::of(entry.path.as_bytes()))),
            }
        };
        let read = |entries: Vec<&crate::model::Entry>, contents: bool| -> Vec<(String, Node)> {
            entries.into_par_iter().filter_map(|it| Some((it.path.clone(), node(it, contents)?))).collect()
        };
        Worktree { files: Dir::from_paths(read(listed, true)), ignored: Dir::from_paths(read(ignored, false)) }
    }
}

fn is_git(path: &str) -> bool {
    path == ".git" || path.starts_with(".git/")
}

/// The paths that no .gitignore excludes.
fn kept(root: &Path) -> HashSet<String> {
    let mut walker = WalkBuilder::new(root);
    walker.hidden(false).follow_links(false).ignore(false).parents(true);
    let inside = |entry: ignore::DirEntry| entry.path().strip_prefix(root).ok().map(slashed);
    walker.build().flatten().filter_map(inside).collect()
}

/// True for a file whose time was set to something before 1980, as reproducible archives do.
pub fn has_fixed_time(path: &Path) -> bool {
    const YEAR_1980: u64 = 315_619_200;
    let time = std::fs::metadata(path).and_then(|it| it.modified()).ok();
    time.is_some_and(|it| it.duration_since(std::time::UNIX_EPOCH).map_or(true, |since| since.as_secs() < YEAR_1980))
}
