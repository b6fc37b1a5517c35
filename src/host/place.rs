use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cache::{ContentId, Dir, Filter, NamedContext, Node, Request, Snapshot};
use crate::config::Config;
use crate::syntax::dockerignore::Dockerignore;
use crate::text::decode;

use super::git::{Commit, Git, GitError};
use super::read::ReadError;
use super::{DiskFiles, Worktree, blob_id, display};

/// Why the files of a build cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// A named context that is no pair.
    #[error("--build-context: expected NAME=FOLDER")]
    NoPair,
    /// A named context of another kind.
    #[error("--build-context: `{0}` is neither a folder nor a docker-image://")]
    OtherContext(String),
    /// A named context that is not there.
    #[error("--build-context: `{0}` is not a folder")]
    NoFolder(String),
    /// A named context without a history.
    #[error("--build-context: `{0}` is not in the repository")]
    Outside(String),
    /// The Dockerfile cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The history cannot be read.
    #[error(transparent)]
    Git(#[from] GitError),
}

/// What a configuration asks of each build; the context comes later.
pub fn request(config: &Config) -> Request {
    let given = config.build_args().map(|(name, value)| (format!("build-arg:{name}"), value.to_string()));
    let mut options: BTreeMap<String, String> = given.collect();
    options.extend(config.target.value.iter().map(|it| ("target".to_string(), it.clone())));
    Request { options, ..Request::default() }
}

/// Where a build gets its files from.
#[derive(Clone, Debug)]
pub struct Place {
    /// The Dockerfile's path.
    pub dockerfile: PathBuf,
    /// The context's folder.
    pub context: PathBuf,
    /// Named contexts: folders.
    folders: Vec<(String, PathBuf)>,
    /// Named contexts: images.
    images: BTreeMap<String, NamedContext>,
}

impl Place {
    /// The place of a Dockerfile; `context` is the likely one unless given, `named` are `NAME=VALUE`s of
    /// `--build-context`.
    pub fn new(dockerfile: &Path, context: Option<PathBuf>, named: &[String]) -> Result<Place, PlaceError> {
        let context = context.unwrap_or_else(|| super::likely_context(dockerfile));
        let mut place =
            Place { dockerfile: dockerfile.to_path_buf(), context, folders: Vec::new(), images: BTreeMap::new() };
        for given in named {
            let (name, value) = given.split_once('=').ok_or(PlaceError::NoPair)?;
            let name = name.to_ascii_lowercase();
            if let Some(image) = value.strip_prefix("docker-image://") {
                place.images.insert(name, NamedContext::Image(image.to_string()));
            } else if value.contains("://") {
                return Err(PlaceError::OtherContext(value.to_string()));
            } else {
                place.folders.push((name, PathBuf::from(value)));
            }
        }
        Ok(place)
    }

    /// The path in the context, if it lies there.
    pub fn inner(&self, path: &Path) -> Option<String> {
        DiskFiles::new(&self.context).path_of(path)
    }

    /// The ignore file that holds, and whether it is there: the Dockerfile's own goes before that of
    /// the context.
    pub fn ignore_file(&self) -> (PathBuf, bool) {
        let own = with_suffix(&self.dockerfile);
        let shared = self.context.join(".dockerignore");
        if own.is_file() { (own, true) } else { (shared.clone(), shared.is_file()) }
    }

    /// The state on disk. `git` names contents as the repository does.
    pub fn on_disk(&self, git: Option<&Git>) -> Result<(Snapshot, Worktree), PlaceError> {
        let dockerfile = decode(&super::read(&self.dockerfile)?).0;
        let read = |folder: &Path| match git {
            // A repository is not shared between threads; the kind of hash is all that is needed.
            Some(_) => Worktree::read(folder, &blob_id),
            None => Worktree::read(folder, &ContentId::of),
        };
        let worktree = read(&self.context);
        let ignore = super::read(&self.ignore_file().0).map(|bytes| decode(&bytes).0).unwrap_or_default();
        let tree = Dir::overlay(&worktree.ignored, &worktree.files);
        let mut contexts = self.images.clone();
        for (name, folder) in &self.folders {
            if !folder.is_dir() {
                return Err(PlaceError::NoFolder(display(folder)));
            }
            let own = read(folder);
            let ignore = super::read(&folder.join(".dockerignore")).map(|bytes| decode(&bytes).0).unwrap_or_default();
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
    pub fn at_commit(
        &self,
        git: &mut Git,
        commit: &Commit,
        ignored: &Arc<Dir>,
    ) -> Result<Option<Snapshot>, PlaceError> {
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

    fn contexts_at(&self, git: &mut Git, commit: &Commit) -> Result<BTreeMap<String, NamedContext>, PlaceError> {
        let mut contexts = self.images.clone();
        for (name, folder) in &self.folders {
            let path = git.path_of(folder).ok_or_else(|| PlaceError::Outside(display(folder)))?;
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
pub fn with_git(tree: &Arc<Dir>, state: &str) -> Arc<Dir> {
    tree.with(".git/HEAD", Node::File(0o644, ContentId::of(state.as_bytes())))
}

fn with_suffix(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_os_string();
    name.push(".dockerignore");
    PathBuf::from(name)
}
