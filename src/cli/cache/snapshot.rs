use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cache::{ContentId, Dir, Filter, Node};
use crate::host::{self, Commit, Git, Worktree};
use crate::syntax::dockerignore::Dockerignore;
use crate::text::decode;

/// Where a build gets its files from.
pub(super) struct Place {
    /// The Dockerfile's path.
    pub(super) dockerfile: PathBuf,
    /// The context's folder.
    pub(super) context: PathBuf,
}

/// What a build is made of at one time.
#[derive(Clone)]
pub(super) struct Snapshot {
    /// The Dockerfile's text.
    pub(super) dockerfile: String,
    /// The whole context, ignored files included.
    pub(super) tree: Arc<Dir>,
    /// The text of the ignore file in force.
    pub(super) ignore: String,
}

impl Snapshot {
    /// What reaches the builder.
    pub(super) fn sent(&self) -> Arc<Dir> {
        Filter::new(Dockerignore::parse(&self.ignore).matcher()).sent(&self.tree)
    }

    /// True if the repository's own folder reaches the builder and some step could copy it.
    pub(super) fn sends_git(&self) -> bool {
        self.sent().get(".git").is_some()
    }
}

impl Place {
    /// The Dockerfile's path in the context, if it lies there.
    pub(super) fn inner(&self, path: &Path) -> Option<String> {
        host::DiskFiles::new(&self.context).path_of(path)
    }

    /// The state on disk. `git` names contents as the repository does.
    pub(super) fn on_disk(&self, git: Option<&Git>) -> anyhow::Result<(Snapshot, Worktree)> {
        let dockerfile = decode(&host::read(&self.dockerfile)?).0;
        let worktree = match git {
            // A repository is not shared between threads; the kind of hash is all that is needed.
            Some(_) => Worktree::read(&self.context, &host::blob_id),
            None => Worktree::read(&self.context, &ContentId::of),
        };
        let own = with_suffix(&self.dockerfile);
        let ignore = [own, self.context.join(".dockerignore")].iter().find_map(|path| host::read(path).ok());
        let ignore = ignore.map(|bytes| decode(&bytes).0).unwrap_or_default();
        let tree = Dir::overlay(&worktree.ignored, &worktree.files);
        Ok((Snapshot { dockerfile, tree, ignore }, worktree))
    }

    /// The state at a commit, with what git ignores as it is on disk now.
    pub(super) fn at_commit(
        &self,
        git: &mut Git,
        commit: &Commit,
        ignored: &Arc<Dir>,
    ) -> anyhow::Result<Option<Snapshot>> {
        let folder = git.path_of(&self.context).unwrap_or_default();
        let Some(path) = git.path_of(&self.dockerfile) else { return Ok(None) };
        let Some(bytes) = git.read(commit, &path)? else { return Ok(None) };
        let dockerfile = decode(&bytes).0;
        let mut ignore = git.read(commit, &format!("{path}.dockerignore"))?;
        if ignore.is_none() {
            let file = if folder.is_empty() { ".dockerignore".to_string() } else { format!("{folder}/.dockerignore") };
            ignore = git.read(commit, &file)?;
        }
        let ignore = ignore.map(|bytes| decode(&bytes).0).unwrap_or_default();
        let mut tree = Dir::overlay(ignored, &git.tree(commit, &folder)?);
        if folder.is_empty() && !git.is_bare() {
            tree = with_git(&tree, &commit.id());
        }
        Ok(Some(Snapshot { dockerfile, tree, ignore }))
    }
}

/// The tree with a `.git` that changes with every commit.
pub(super) fn with_git(tree: &Arc<Dir>, state: &str) -> Arc<Dir> {
    tree.with(".git/HEAD", Node::File(0o644, ContentId::of(state.as_bytes())))
}

fn with_suffix(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_os_string();
    name.push(".dockerignore");
    PathBuf::from(name)
}
