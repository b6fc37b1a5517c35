use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gix::ObjectId;
use gix::object::tree::EntryKind;

use crate::cache::{ContentId, Dir, Node};
use crate::model::paths::from_root;

use super::commit_files::CommitFiles;
use super::paths::{absolute, slashed};

/// Links from one file to the next that are followed.
const LINKS: usize = 8;

/// Why git could not be asked; the words name the remedy.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// No repository.
    #[error("{0}: is in no git repository; without one, `cachalot cache predict --changed PATH` says what rebuilds")]
    NoRepository(String),
    /// A revision that git does not know.
    #[error("`{0}` is no commit of this repository")]
    NoCommit(String),
    /// A revision that a shallow clone does not know.
    #[error("`{0}` is no commit of this shallow clone; `git fetch --unshallow` brings the rest")]
    NotInShallow(String),
    /// A repository before its first commit.
    #[error("the repository has no commit yet")]
    NoHistory,
    /// An object that is not there, as in a shallow clone.
    #[error("the history cannot be read: {0}; a shallow clone needs `git fetch --unshallow`")]
    Broken(String),
}

/// A git repository as a source of build contexts. Contents are named by their blob ids and never
/// read, and nothing is checked out.
pub struct Git {
    repository: gix::Repository,
    root: PathBuf,
    /// Folders by tree id: commits share most of theirs.
    folders: HashMap<ObjectId, Arc<Dir>>,
}

/// A commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    id: ObjectId,
}

impl Commit {
    /// The id in hexadecimal.
    pub fn id(&self) -> String {
        self.id.to_hex().to_string()
    }

    /// The id's first eight digits.
    pub fn short(&self) -> String {
        self.id.to_hex_with_len(8).to_string()
    }
}

impl Git {
    /// The repository that `folder` lies in. A bare one has its root where it is.
    pub fn discover(folder: &Path) -> Result<Git, GitError> {
        let repository = gix::discover(folder).map_err(|_| GitError::NoRepository(super::display(folder)))?;
        let root = repository.workdir().unwrap_or_else(|| repository.git_dir());
        let root = root.canonicalize().unwrap_or_else(|_| absolute(root));
        Ok(Git { repository, root, folders: HashMap::new() })
    }

    /// True without a working tree.
    pub fn is_bare(&self) -> bool {
        self.repository.workdir().is_none()
    }

    /// True for a clone that lacks the older commits.
    pub fn is_shallow(&self) -> bool {
        self.repository.is_shallow().unwrap_or_default()
    }

    /// The path of a file or folder in the repository; empty for its root, `None` where it lies
    /// elsewhere.
    pub fn path_of(&self, path: &Path) -> Option<String> {
        let path = path.canonicalize().unwrap_or_else(|_| absolute(path));
        path.strip_prefix(&self.root).ok().map(slashed)
    }

    /// The commit that a revision stands for.
    pub fn commit(&self, revision: &str) -> Result<Commit, GitError> {
        let failed = || match () {
            () if self.repository.head().is_ok_and(|head| head.is_unborn()) => GitError::NoHistory,
            () if self.is_shallow() => GitError::NotInShallow(revision.to_string()),
            () => GitError::NoCommit(revision.to_string()),
        };
        let id = self.repository.rev_parse_single(revision).map_err(|_| failed())?;
        let object = id.object().map_err(|_| failed())?;
        let commit = object.peel_to_commit().map_err(|_| failed())?;
        Ok(Commit { id: commit.id })
    }

    /// The commit from which the histories of two go apart; `None` where they have none in common, or
    /// a shallow clone does not hold it.
    pub fn merge_base(&self, one: &Commit, other: &Commit) -> Option<Commit> {
        let base = self.repository.merge_base(one.id, other.id).ok()?;
        Some(Commit { id: base?.detach() })
    }

    /// The commits from `tip` back along the first parents, oldest first: at most `most`, and none
    /// that `base` has as well.
    pub fn history(&self, tip: &Commit, base: Option<&Commit>, most: usize) -> Result<Vec<Commit>, GitError> {
        let walk = self.repository.rev_walk([tip.id]).first_parent_only();
        let walk = walk.with_hidden(base.map(|commit| commit.id)).all().map_err(broken)?;
        let commits = walk.take(most).map(|info| Ok(Commit { id: info.map_err(broken)?.id }));
        let mut commits = commits.collect::<Result<Vec<_>, GitError>>()?;
        commits.reverse();
        Ok(commits)
    }

    /// The tree of a commit below `folder`; empty where the commit has no such folder.
    pub fn tree(&mut self, commit: &Commit, folder: &str) -> Result<Arc<Dir>, GitError> {
        let id = match self.entry(commit, folder)? {
            Some((id, EntryKind::Tree)) => id,
            _ => return Ok(Dir::empty()),
        };
        self.folder(id)
    }

    /// The first line of a commit's message; empty where it cannot be read.
    pub fn subject(&self, commit: &Commit) -> String {
        let found = self.repository.find_commit(commit.id).ok();
        found.and_then(|it| Some(it.message().ok()?.title.to_string().trim().to_string())).unwrap_or_default()
    }

    /// The files of a commit below `folder`, to be read when asked for.
    pub fn files(&mut self, commit: &Commit, folder: &str) -> Result<CommitFiles, GitError> {
        let id = match self.entry(commit, folder)? {
            Some((id, EntryKind::Tree)) => Some(id),
            _ => None,
        };
        let dir = self.tree(commit, folder)?;
        Ok(CommitFiles::new(self.repository.git_dir().to_path_buf(), id, &dir))
    }

    /// The bytes of a file of a commit, by way of links as the builder does; `None` where it has none.
    /// For Dockerfiles and ignore files.
    pub fn read(&self, commit: &Commit, path: &str) -> Result<Option<Vec<u8>>, GitError> {
        let mut path = path.to_string();
        for _ in 0..LINKS {
            match self.entry(commit, &path)? {
                Some((id, EntryKind::Blob | EntryKind::BlobExecutable)) => return self.blob(id).map(Some),
                Some((id, EntryKind::Link)) => {
                    let target = self.blob(id)?;
                    let Some(next) = linked(&path, &String::from_utf8_lossy(&target)) else { return Ok(None) };
                    path = next;
                }
                _ => return Ok(None),
            }
        }
        Ok(None)
    }

    fn entry(&self, commit: &Commit, path: &str) -> Result<Option<(ObjectId, EntryKind)>, GitError> {
        let tree = self.repository.find_commit(commit.id).map_err(broken)?.tree().map_err(broken)?;
        if path.is_empty() {
            return Ok(Some((tree.id, EntryKind::Tree)));
        }
        let entry = tree.lookup_entry_by_path(path).map_err(broken)?;
        Ok(entry.map(|entry| (entry.object_id(), entry.mode().kind())))
    }

    fn blob(&self, id: ObjectId) -> Result<Vec<u8>, GitError> {
        Ok(self.repository.find_object(id).map_err(broken)?.detach().data)
    }

    fn folder(&mut self, id: ObjectId) -> Result<Arc<Dir>, GitError> {
        if let Some(known) = self.folders.get(&id) {
            return Ok(known.clone());
        }
        let listed: Vec<(String, ObjectId, EntryKind)> = {
            let tree = self.repository.find_tree(id).map_err(broken)?;
            let decoded = tree.decode().map_err(broken)?;
            let entry = |it: &gix::objs::tree::EntryRef| {
                (String::from_utf8_lossy(it.filename).into_owned(), it.oid.to_owned(), it.mode.kind())
            };
            decoded.entries.iter().map(entry).collect()
        };
        let mut entries = Vec::with_capacity(listed.len());
        for (name, id, kind) in listed {
            let node = match kind {
                EntryKind::Tree => Node::Dir(self.folder(id)?),
                EntryKind::Blob => Node::File(0o644, ContentId::from_hash(id.as_slice())),
                EntryKind::BlobExecutable => Node::File(0o755, ContentId::from_hash(id.as_slice())),
                EntryKind::Link => Node::Link(String::from_utf8_lossy(&self.blob(id)?).into()),
                // A submodule: its commit stands for all that is in it.
                EntryKind::Commit => {
                    let held = Node::File(0o644, ContentId::from_hash(id.as_slice()));
                    Node::Dir(Arc::new(Dir::new(0o755, vec![("(submodule)".into(), held)])))
                }
            };
            entries.push((name.into(), node));
        }
        let dir = Arc::new(Dir::new(0o755, entries));
        self.folders.insert(id, dir.clone());
        Ok(dir)
    }
}

/// The path that a link at `path` leads to; `None` where it leads out of the repository.
fn linked(path: &str, target: &str) -> Option<String> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let up = target.split('/').filter(|part| *part == "..").count();
    let is_inside = !target.starts_with('/') && up <= folder.split('/').filter(|part| !part.is_empty()).count();
    is_inside.then(|| from_root(&format!("{folder}/{target}")))
}

/// The name that git gives to these bytes.
pub fn blob_id(bytes: &[u8]) -> ContentId {
    let id = gix::objs::compute_hash(gix::hash::Kind::Sha1, gix::object::Kind::Blob, bytes);
    id.map_or_else(|_| ContentId::of(bytes), |id| ContentId::from_hash(id.as_slice()))
}

fn broken(error: impl std::fmt::Display) -> GitError {
    GitError::Broken(one_line(&error))
}

fn one_line(error: &dyn std::fmt::Display) -> String {
    error.to_string().lines().next().unwrap_or_default().to_string()
}
