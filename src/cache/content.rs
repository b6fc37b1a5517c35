//! The file system that a vertex leaves behind, as far as it can be known without running anything.

use std::sync::Arc;

use super::digest::{Digest, Hasher};
use super::graph::{Copied, Vertex, VertexKind};
use super::paths::{base, has_wildcard};
use super::select::{self, Selector};
use super::tree::{Dir, Node};

/// A file system.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// All of its files are known.
    Known(Arc<Dir>),
    /// Not known, but equal to every other one of this name.
    Opaque(Digest),
}

/// A RUN whose effect somebody may know.
pub struct RunCall<'a> {
    /// The program and its arguments.
    pub args: &'a [String],
    /// The files that it finds.
    pub root: &'a Arc<Dir>,
    /// What is mounted, by target.
    pub mounts: Vec<(String, Node)>,
}

/// The content of what an input reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) id: Digest,
    /// False where another id may still stand for the same content.
    pub(super) exact: bool,
    /// True where the same content may go by another hash (see [`super::opened`]).
    pub(super) unsettled: bool,
}

/// Whether two contents are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Same {
    No,
    Perhaps,
    Yes,
}

impl Content {
    pub(super) fn compare(&self, other: &Content) -> Same {
        match () {
            () if self.id == other.id && !self.unsettled && !other.unsettled => Same::Yes,
            () if self.id == other.id => Same::Perhaps,
            () if self.exact && other.exact => Same::No,
            () => Same::Perhaps,
        }
    }
}

impl Outcome {
    /// The content of a selection; the error is the path that does not exist.
    pub(super) fn content(&self, selectors: &[Selector]) -> Result<Content, String> {
        match self {
            Outcome::Known(root) => Ok(Content { id: select::digest(selectors, root)?, exact: true, unsettled: false }),
            // `--parents` never finds the root itself.
            Outcome::Opaque(_) if selectors.iter().any(|it| it.required.iter().any(|it| it == "/")) => {
                Err("/".to_string())
            }
            Outcome::Opaque(id) => {
                let id = Hasher::new("of opaque").part(id).part(&select::name(selectors)).sum();
                Ok(Content { id, exact: false, unsettled: false })
            }
        }
    }

    fn id(&self) -> Digest {
        match self {
            Outcome::Known(root) => Hasher::new("known").part(&root.digest()).sum(),
            Outcome::Opaque(id) => *id,
        }
    }

    fn known(&self) -> Option<&Arc<Dir>> {
        match self {
            Outcome::Known(root) => Some(root),
            Outcome::Opaque(_) => None,
        }
    }
}

/// Tells what a command makes of its root file system; `None` for one that nobody knows.
pub type Simulate = fn(&RunCall) -> Option<Arc<Dir>>;

/// What the vertex makes of its inputs; `None` for a command that nobody knows.
pub(super) fn outcome(vertex: &Vertex, inputs: &[Outcome], run: Option<Simulate>) -> Option<Outcome> {
    let known = match &vertex.kind {
        VertexKind::Image { files, .. } => files.clone(),
        VertexKind::Context(_, files) => Some(files.clone()),
        VertexKind::Remote { held: Some(held), file, .. } if !file.is_empty() => {
            Some(Dir::empty().with(file, Node::File(0o600, super::ContentId::of(held.as_bytes()))))
        }
        VertexKind::Remote { .. } => None,
        VertexKind::Inline(name, mode, bytes) => {
            Some(Dir::empty().with(name, Node::File(*mode, super::ContentId::of(bytes))))
        }
        VertexKind::Mkdir(path) => parent(vertex, inputs).and_then(|root| make_folder(&root, path)),
        VertexKind::Copy(actions) => copy(vertex, actions, inputs),
        VertexKind::Link => inputs.iter().map(Outcome::known).collect::<Option<Vec<_>>>().map(|all| overlay_all(&all)),
        VertexKind::Run(args, mounts) => return run_outcome(args, mounts, inputs, run),
    };
    known.map(Outcome::Known).or_else(|| Some(Outcome::Opaque(deterministic(vertex, inputs))))
}

/// What is made by copying is the same whenever all that goes into it is.
fn deterministic(vertex: &Vertex, inputs: &[Outcome]) -> Digest {
    let mut hasher = Hasher::new("made").part(&vertex.key.digest());
    match &vertex.kind {
        VertexKind::Image { keys, .. } => keys.iter().for_each(|key| hasher.add(key.as_bytes())),
        VertexKind::Remote { url, held, .. } => {
            hasher.add(url.as_bytes());
            hasher.add(held.as_deref().unwrap_or_default().as_bytes());
        }
        _ => {}
    }
    for (input, outcome) in vertex.inputs.iter().zip(inputs) {
        let read = outcome.content(&input.content).map(|content| content.id);
        let id = if input.content.is_empty() { outcome.id() } else { read.unwrap_or_else(|_| outcome.id()) };
        hasher.add(&id);
    }
    hasher.sum()
}

/// The file system a vertex builds upon: its definition-only input, or nothing.
fn parent(vertex: &Vertex, inputs: &[Outcome]) -> Option<Arc<Dir>> {
    match vertex.inputs.iter().position(|input| input.content.is_empty()) {
        Some(at) => inputs[at].known().cloned(),
        None => Some(Dir::empty()),
    }
}

fn run_outcome(
    args: &[String],
    mounts: &[(String, usize, String)],
    inputs: &[Outcome],
    run: Option<Simulate>,
) -> Option<Outcome> {
    let nothing = Dir::empty();
    let root = inputs.first().map_or(Some(&nothing), Outcome::known)?;
    let mount = |(target, input, source): &(String, usize, String)| {
        let (_, node) = inputs.get(*input)?.known()?.resolve(source, true)?;
        Some((target.clone(), node))
    };
    let mounts = mounts.iter().filter_map(mount).collect();
    run?(&RunCall { args, root, mounts }).map(Outcome::Known)
}

fn make_folder(root: &Arc<Dir>, path: &str) -> Option<Arc<Dir>> {
    match root.resolve(path.trim_matches('/'), true) {
        Some((_, Node::Dir(_))) => Some(root.clone()),
        Some(_) => None,
        None => Some(root.with(path, Node::Dir(Dir::empty()))),
    }
}

fn overlay_all(all: &[&Arc<Dir>]) -> Arc<Dir> {
    all.iter().fold(Dir::empty(), |below, above| Dir::overlay(&below, above))
}

fn copy(vertex: &Vertex, actions: &[Copied], inputs: &[Outcome]) -> Option<Arc<Dir>> {
    let mut root = parent(vertex, inputs)?;
    for action in actions {
        let selector = &action.selector;
        let filtered = !selector.exclude.is_empty() || !selector.include.is_empty() || has_wildcard(&selector.path);
        if !action.simple || filtered {
            return None;
        }
        let source = inputs.get(action.input?)?.known()?;
        let (_, node) = source.resolve(selector.path.trim_matches('/'), true)?;
        root = place(&root, action, node)?;
    }
    Some(root)
}

fn place(root: &Arc<Dir>, action: &Copied, node: Node) -> Option<Arc<Dir>> {
    let node = action.mode.map_or(node.clone(), |mode| with_mode(&node, mode));
    let dest = action.dest.trim_matches('/');
    let there = root.resolve(dest, true);
    let real = there.as_ref().map_or(dest, |(path, _)| path);
    match (&node, &there) {
        (Node::Dir(dir), Some((_, Node::Dir(old)))) => {
            Some(root.with_replaced(real, Node::Dir(Dir::overlay(old, &like(old, dir)))))
        }
        (Node::Dir(_), None) => Some(root.with(dest, node)),
        (Node::Dir(_), Some(_)) => None,
        (_, Some((_, Node::Dir(_)))) => Some(root.with(&format!("{real}/{}", base(&action.selector.path)), node)),
        _ if action.dest.ends_with('/') => Some(root.with(&format!("{dest}/{}", base(&action.selector.path)), node)),
        _ => Some(root.with(real, node)),
    }
}

/// The source folder's entries under the mode of the folder that is there already.
fn like(old: &Dir, new: &Dir) -> Arc<Dir> {
    Arc::new(Dir::new(old.mode, new.entries().to_vec()))
}

fn with_mode(node: &Node, mode: u32) -> Node {
    match node {
        Node::File(_, id) => Node::File(mode, *id),
        Node::Link(target) => Node::Link(target.clone()),
        Node::Dir(dir) => {
            let entries = dir.entries().iter().map(|(name, node)| (name.clone(), with_mode(node, mode))).collect();
            Node::Dir(Arc::new(Dir::new(mode, entries)))
        }
    }
}
