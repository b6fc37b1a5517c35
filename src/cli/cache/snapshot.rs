use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};

use crate::cache::{ContentId, Dir, Filter, NamedContext, Node, Snapshot};
use crate::host::{self, Commit, Git, Worktree};
use crate::syntax::dockerignore::Dockerignore;
use crate::text::decode;

/// Where a build gets its files from.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The Dockerfile's path.
    pub(super) dockerfile: PathBuf,
    /// The context's folder.
    pub(super) context: PathBuf,
    /// Named contexts: folders.
    folders: Vec<(String, PathBuf)>,
    /// Named contexts: images.
    images: BTreeMap<String, NamedContext>,
}

impl Place {
    /// The place of a Dockerfile; `context` is its folder unless given, `named` are `NAME=VALUE`s of
    /// `--build-context`.
    pub(super) fn new(dockerfile: &Path, context: Option<PathBuf>, named: &[String]) -> anyhow::Result<Place> {
        let folder = dockerfile.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let context = context.unwrap_or_else(|| folder.to_path_buf());
        let mut place =
            Place { dockerfile: dockerfile.to_path_buf(), context, folders: Vec::new(), images: BTreeMap::new() };
        for given in named {
            let (name, value) = given.split_once('=').context("--build-context: expected NAME=FOLDER")?;
            let name = name.to_ascii_lowercase();
            if let Some(image) = value.strip_prefix("docker-image://") {
                place.images.insert(name, NamedContext::Image(image.to_string()));
            } else if value.contains("://") {
                bail!("--build-context: `{value}` is neither a folder nor a docker-image://");
            } else {
                place.folders.push((name, PathBuf::from(value)));
            }
        }
        Ok(place)
    }

    /// The path in the context, if it lies there.
    pub(super) fn inner(&self, path: &Path) -> Option<String> {
        host::DiskFiles::new(&self.context).path_of(path)
    }

    /// The ignore file that holds, and whether it is there: the Dockerfile's own goes before that of
    /// the context.
    pub(super) fn ignore_file(&self) -> (PathBuf, bool) {
        let own = with_suffix(&self.dockerfile);
        let shared = self.context.join(".dockerignore");
        if own.is_file() { (own, true) } else { (shared.clone(), shared.is_file()) }
    }

    /// The state on disk. `git` names contents as the repository does.
    pub(super) fn on_disk(&self, git: Option<&Git>) -> anyhow::Result<(Snapshot, Worktree)> {
        let dockerfile = decode(&host::read(&self.dockerfile)?).0;
        let read = |folder: &Path| match git {
            // A repository is not shared between threads; the kind of hash is all that is needed.
            Some(_) => Worktree::read(folder, &host::blob_id),
            None => Worktree::read(folder, &ContentId::of),
        };
        let worktree = read(&self.context);
        let ignore = host::read(&self.ignore_file().0).map(|bytes| decode(&bytes).0).unwrap_or_default();
        let tree = Dir::overlay(&worktree.ignored, &worktree.files);
        let mut contexts = self.images.clone();
        for (name, folder) in &self.folders {
            if !folder.is_dir() {
                bail!("--build-context: `{}` is not a folder", host::display(folder));
            }
            let own = read(folder);
            let ignore = host::read(&folder.join(".dockerignore")).map(|bytes| decode(&bytes).0).unwrap_or_default();
            let tree = Dir::overlay(&own.ignored, &own.files);
            contexts.insert(name.clone(), NamedContext::Files(sent(&ignore, &tree)));
        }
        let state = Snapshot {
            dockerfile: dockerfile.into(),
            tree,
            ignore: ignore.into(),
            contexts: Arc::new(contexts),
            commit: "worktree".into(),
        };
        Ok((state, worktree))
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
        let mut ignore = git.read(commit, &format!("{path}.dockerignore"))?;
        if ignore.is_none() {
            ignore = git.read(commit, &inside(&folder, ".dockerignore"))?;
        }
        let mut tree = Dir::overlay(ignored, &git.tree(commit, &folder)?);
        if folder.is_empty() && !git.is_bare() {
            tree = with_git(&tree, &commit.id());
        }
        Ok(Some(Snapshot {
            dockerfile: decode(&bytes).0.into(),
            tree,
            ignore: ignore.map(|bytes| decode(&bytes).0).unwrap_or_default().into(),
            contexts: Arc::new(self.contexts_at(git, commit)?),
            commit: commit.id().into(),
        }))
    }

    fn contexts_at(&self, git: &mut Git, commit: &Commit) -> anyhow::Result<BTreeMap<String, NamedContext>> {
        let mut contexts = self.images.clone();
        for (name, folder) in &self.folders {
            let outside = || format!("--build-context: `{}` is not in the repository", host::display(folder));
            let path = git.path_of(folder).with_context(outside)?;
            let ignore = git.read(commit, &inside(&path, ".dockerignore"))?;
            let ignore = ignore.map(|bytes| decode(&bytes).0).unwrap_or_default();
            let tree = git.tree(commit, &path)?;
            contexts.insert(name.clone(), NamedContext::Files(sent(&ignore, &tree)));
        }
        Ok(contexts)
    }
}

fn sent(ignore: &str, tree: &Arc<Dir>) -> Arc<Dir> {
    Filter::new(Dockerignore::parse(ignore).matcher()).sent(tree)
}

fn inside(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_string() } else { format!("{folder}/{name}") }
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
