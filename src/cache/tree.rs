use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use crate::syntax::dockerignore::{FolderState, Matcher};

use super::digest::{ContentId, Digest, Hasher};

/// Links followed for one path at most.
const MAX_LINKS: usize = 255;

/// A folder of a build context or an image. Cloning an [`Arc`] of it shares everything below, and
/// its digest is computed once, so that a long history costs what changed in it.
#[derive(Debug, Default)]
pub struct Dir {
    /// Permission bits.
    pub mode: u32,
    /// What lies in it, sorted by name.
    entries: Vec<(Arc<str>, Node)>,
    digest: OnceLock<Digest>,
}

/// What a name in a folder stands for.
#[derive(Clone, Debug)]
pub enum Node {
    /// A regular file: its permission bits and its bytes' name.
    File(u32, ContentId),
    /// A symbolic link and its text.
    Link(Arc<str>),
    /// A folder.
    Dir(Arc<Dir>),
}

impl Node {
    /// Names everything that the builder's content hash looks at; equal for equal content. The time
    /// of the last change is not part of it.
    pub fn digest(&self) -> Digest {
        match self {
            Node::File(mode, id) => Hasher::new("file").part(&mode.to_le_bytes()).part(&id.0).sum(),
            Node::Link(target) => Hasher::new("link").part(target.as_bytes()).sum(),
            Node::Dir(dir) => Hasher::new("dir").part(&dir.mode.to_le_bytes()).part(&dir.digest()).sum(),
        }
    }

    /// The same for the entry alone, without what lies below a folder.
    pub(super) fn header(&self) -> Digest {
        match self {
            Node::Dir(dir) => Hasher::new("header").part(&dir.mode.to_le_bytes()).sum(),
            _ => self.digest(),
        }
    }
}

impl Dir {
    /// A folder of these entries; of two with one name the last one stays.
    pub fn new(mode: u32, mut entries: Vec<(Arc<str>, Node)>) -> Dir {
        entries.reverse();
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        entries.dedup_by(|a, b| a.0 == b.0);
        Dir { mode, entries, digest: OnceLock::new() }
    }

    /// An empty folder that everybody may enter.
    pub fn empty() -> Arc<Dir> {
        Arc::new(Dir::new(0o755, Vec::new()))
    }

    /// A tree of (path, what stands there); folders that are not listed have mode 0755. A path that
    /// leads through a file replaces it.
    pub fn from_paths<P: AsRef<str>>(paths: impl IntoIterator<Item = (P, Node)>) -> Arc<Dir> {
        let mut root = Growing::default();
        for (path, node) in paths {
            root.add(path.as_ref(), node);
        }
        root.grown(0o755)
    }

    /// One tree over another: what stands in both is that of `above`, folders are joined.
    pub fn overlay(below: &Arc<Dir>, above: &Arc<Dir>) -> Arc<Dir> {
        if below.entries.is_empty() && below.mode == above.mode {
            return above.clone();
        }
        let mut entries = below.entries.clone();
        for (name, node) in &above.entries {
            let node = match (below.get(name), node) {
                (Some(Node::Dir(a)), Node::Dir(b)) => Node::Dir(Dir::overlay(a, b)),
                _ => node.clone(),
            };
            entries.push((name.clone(), node));
        }
        Arc::new(Dir::new(above.mode, entries))
    }

    /// The folder without the entries of these names.
    pub(super) fn without(self: Arc<Dir>, names: &[String]) -> Arc<Dir> {
        if names.is_empty() {
            return self;
        }
        let kept = self.entries.iter().filter(|(name, _)| !names.iter().any(|it| **it == **name)).cloned();
        Arc::new(Dir::new(self.mode, kept.collect()))
    }

    /// The folder with every entry replaced.
    pub fn map(&self, change: fn(&Node) -> Node) -> Arc<Dir> {
        let entries = self.entries.iter().map(|(name, node)| (name.clone(), change(node))).collect();
        Arc::new(Dir::new(self.mode, entries))
    }

    /// What lies in it, sorted by name.
    pub fn entries(&self) -> &[(Arc<str>, Node)] {
        &self.entries
    }

    /// The entry of that name.
    pub fn get(&self, name: &str) -> Option<&Node> {
        let at = self.entries.binary_search_by(|(it, _)| (**it).cmp(name)).ok()?;
        Some(&self.entries[at].1)
    }

    /// Names all that lies in it, but not its own mode: that of a context's root does not count.
    pub fn digest(&self) -> Digest {
        *self.digest.get_or_init(|| {
            let mut hasher = Hasher::new("entries");
            for (name, node) in &self.entries {
                hasher.add(name.as_bytes());
                hasher.add(&node.digest());
            }
            hasher.sum()
        })
    }

    /// A copy with `node` at `path`; folders on the way are made. A folder put where one stands
    /// already only sets its mode and adds its entries.
    #[must_use]
    pub fn with(self: &Arc<Dir>, path: &str, node: Node) -> Arc<Dir> {
        let path = path.trim_matches('/');
        if path.is_empty() {
            let Node::Dir(dir) = node else { return self.clone() };
            let both = self.entries.iter().chain(&dir.entries).cloned().collect();
            return Arc::new(Dir::new(dir.mode, both));
        }
        let (name, rest) = path.split_once('/').unwrap_or((path, ""));
        let below = match self.get(name) {
            Some(Node::Dir(dir)) => dir.clone(),
            _ => Dir::empty(),
        };
        let is_dir = matches!(node, Node::Dir(_));
        let new = if rest.is_empty() && !is_dir { node } else { Node::Dir(below.with(rest, node)) };
        let mut entries = self.entries.clone();
        entries.push((name.into(), new));
        Arc::new(Dir::new(self.mode, entries))
    }

    /// A copy with `node` at `path`, whatever stood there.
    #[must_use]
    pub(super) fn with_replaced(self: &Arc<Dir>, path: &str, node: Node) -> Arc<Dir> {
        let Some((name, rest)) = path.split_once('/').or((!path.is_empty()).then_some((path, ""))) else {
            return if let Node::Dir(dir) = node { dir } else { self.clone() };
        };
        let new = match (self.get(name), rest) {
            (Some(Node::Dir(dir)), rest) if !rest.is_empty() => Node::Dir(dir.with_replaced(rest, node)),
            _ => node,
        };
        let mut entries = self.entries.clone();
        entries.push((name.into(), new));
        Arc::new(Dir::new(self.mode, entries))
    }

    /// The path that `path` leads to once links on the way are followed, and what stands there;
    /// `None` where nothing does. With `last` a link at the end is followed as well. Paths have no
    /// slash at either end; the root is empty.
    pub fn resolve(self: &Arc<Dir>, path: &str, last: bool) -> Option<(String, Node)> {
        let mut todo: Vec<String> = path.split('/').rev().filter(|it| !it.is_empty()).map(str::to_string).collect();
        let mut found: Vec<(String, Arc<Dir>)> = Vec::new();
        let mut links = 0;
        while let Some(name) = todo.pop() {
            if name == "." || name == ".." {
                if name == ".." {
                    found.pop();
                }
                continue;
            }
            let here = found.last().map_or(self, |(_, dir)| dir).clone();
            match here.get(&name)? {
                Node::Dir(dir) => {
                    let dir = dir.clone();
                    found.push((name, dir));
                }
                Node::Link(target) if last || !todo.is_empty() => {
                    links += 1;
                    if links > MAX_LINKS {
                        return None;
                    }
                    if target.starts_with('/') {
                        found.clear();
                    }
                    todo.extend(target.split('/').rev().filter(|it| !it.is_empty()).map(str::to_string));
                }
                node if todo.is_empty() => {
                    let node = node.clone();
                    let path: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).chain([name.as_str()]).collect();
                    return Some((path.join("/"), node));
                }
                _ => return None,
            }
        }
        let path: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        Some((path.join("/"), Node::Dir(found.last().map_or_else(|| self.clone(), |(_, dir)| dir.clone()))))
    }

    /// The paths at which two trees differ; folders that exist on one side only come with all below.
    pub fn changes(before: &Dir, after: &Dir) -> Vec<String> {
        let mut found = Vec::new();
        differ(before, after, "", &mut found);
        found
    }
}

/// A tree in the making.
#[derive(Default)]
struct Growing {
    node: Option<Node>,
    below: BTreeMap<String, Growing>,
}

impl Growing {
    fn add(&mut self, path: &str, node: Node) {
        let mut here = self;
        for name in path.split('/').filter(|it| !it.is_empty()) {
            here = here.below.entry(name.to_string()).or_default();
        }
        here.node = Some(node);
    }

    /// The folder; `mode` is its own where none was listed.
    fn grown(self, mode: u32) -> Arc<Dir> {
        let (mode, mut entries) = match self.node {
            Some(Node::Dir(dir)) => (dir.mode, dir.entries.clone()),
            _ => (mode, Vec::new()),
        };
        for (name, growing) in self.below {
            let node = match growing.node {
                Some(node) if growing.below.is_empty() => node,
                _ => Node::Dir(growing.grown(0o755)),
            };
            entries.push((name.into(), node));
        }
        Arc::new(Dir::new(mode, entries))
    }
}

fn differ(before: &Dir, after: &Dir, folder: &str, found: &mut Vec<String>) {
    if std::ptr::eq(before, after) || before.digest() == after.digest() {
        return;
    }
    let (mut left, mut right) = (before.entries.iter().peekable(), after.entries.iter().peekable());
    loop {
        let order = match (left.peek(), right.peek()) {
            (Some(a), Some(b)) => a.0.cmp(&b.0),
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (None, None) => return,
        };
        let (a, b) = match order {
            std::cmp::Ordering::Less => (left.next(), None),
            std::cmp::Ordering::Greater => (None, right.next()),
            std::cmp::Ordering::Equal => (left.next(), right.next()),
        };
        let Some((name, _)) = a.or(b) else { return };
        let (a, b) = (a.map(|it| &it.1), b.map(|it| &it.1));
        if is_same(a, b) {
            continue;
        }
        let path = if folder.is_empty() { name.to_string() } else { format!("{folder}/{name}") };
        match (a, b) {
            (Some(Node::Dir(a)), Some(Node::Dir(b))) => {
                if a.mode != b.mode {
                    found.push(path.clone());
                }
                differ(a, b, &path, found);
            }
            (a, b) => {
                [a, b].into_iter().flatten().for_each(|node| list(node, &path, found));
                found.dedup();
            }
        }
    }
}

/// True for two equal files or two equal links.
fn is_same(a: Option<&Node>, b: Option<&Node>) -> bool {
    match (a, b) {
        (Some(Node::File(mode, id)), Some(Node::File(other, it))) => (mode, id) == (other, it),
        (Some(Node::Link(to)), Some(Node::Link(other))) => to == other,
        _ => false,
    }
}

fn list(node: &Node, path: &str, found: &mut Vec<String>) {
    match node {
        Node::Dir(dir) if !dir.entries.is_empty() => {
            for (name, node) in &dir.entries {
                list(node, &format!("{path}/{name}"), found);
            }
        }
        _ => found.push(path.to_string()),
    }
}

/// A folder and what an ignore file leaves of it.
type Filtered = (Arc<Dir>, Option<Arc<Dir>>);

/// An ignore file at work. It remembers the folders that it has seen, so that the next commit's tree
/// costs only what changed.
#[derive(Debug, Default)]
pub struct Filter {
    matcher: Matcher,
    /// For a folder (kept alive here, so that its address stays its own) at a path: what is left.
    seen: HashMap<(usize, String), Filtered>,
}

impl Filter {
    /// A filter of an ignore file's patterns.
    pub fn new(matcher: Matcher) -> Filter {
        Filter { matcher, seen: HashMap::new() }
    }

    /// What of the tree reaches the builder.
    pub fn sent(&mut self, root: &Arc<Dir>) -> Arc<Dir> {
        if self.matcher.is_empty() {
            return root.clone();
        }
        let state = self.matcher.root();
        self.folder(root, "", &state).unwrap_or_else(Dir::empty)
    }

    /// `None` if nothing in the folder is sent.
    fn folder(&mut self, dir: &Arc<Dir>, path: &str, state: &FolderState) -> Option<Arc<Dir>> {
        let key = (Arc::as_ptr(dir) as usize, path.to_string());
        if let Some((_, known)) = self.seen.get(&key) {
            return known.clone();
        }
        let mut kept = Vec::new();
        for (name, node) in &dir.entries {
            let path = if path.is_empty() { name.to_string() } else { format!("{path}/{name}") };
            match node {
                Node::Dir(inner) => {
                    let below = self.matcher.enter(state, &path);
                    if below.is_closed() {
                        continue;
                    }
                    let sent = self.folder(inner, &path, &below);
                    if let Some(sent) = sent.or_else(|| (!below.is_excluded()).then(|| empty_like(inner))) {
                        kept.push((name.clone(), Node::Dir(sent)));
                    }
                }
                node if !self.matcher.excludes_in(state, &path) => kept.push((name.clone(), node.clone())),
                _ => {}
            }
        }
        let left = (!kept.is_empty()).then(|| Arc::new(Dir::new(dir.mode, kept)));
        self.seen.insert(key, (dir.clone(), left.clone()));
        left
    }
}

fn empty_like(dir: &Dir) -> Arc<Dir> {
    Arc::new(Dir::new(dir.mode, Vec::new()))
}
