use std::cmp::Ordering;

use hashbrown::HashTable;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// One path of a [`Paths`]; [`PathId::ROOT`] is the root folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PathId(pub u32);

impl PathId {
    /// The root folder.
    pub const ROOT: PathId = PathId(0);

    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

#[derive(Clone, Copy, Debug)]
struct Node {
    parent: u32,
    start: u32,
    length: u16,
}

/// All paths of a layer or an image, stored once: a tree of names whose parents come before their
/// children. Names are bytes, because file names need not be UTF-8.
#[derive(Clone, Debug)]
pub struct Paths {
    nodes: Vec<Node>,
    names: Vec<u8>,
    index: HashTable<u32>,
}

impl Default for Paths {
    fn default() -> Paths {
        let root = Node { parent: 0, start: 0, length: 0 };
        Paths { nodes: vec![root], names: Vec::new(), index: HashTable::new() }
    }
}

impl Paths {
    /// How many paths there are, the root included.
    #[allow(clippy::len_without_is_empty, reason = "the root is always there")]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// All paths, parents before their children.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = PathId> + Clone + use<> {
        (0..self.nodes.len() as u32).map(PathId)
    }

    /// The folder that holds `id`; the root's is the root.
    pub fn parent(&self, id: PathId) -> PathId {
        PathId(self.nodes[id.index()].parent)
    }

    /// The last component; empty for the root.
    pub fn name(&self, id: PathId) -> &[u8] {
        let node = &self.nodes[id.index()];
        &self.names[node.start as usize..node.start as usize + node.length as usize]
    }

    /// The child of `parent` called `name`, if it was ever added.
    pub fn child(&self, parent: PathId, name: &[u8]) -> Option<PathId> {
        let hash = hash(parent, name);
        let same = |&id: &u32| self.nodes[id as usize].parent == parent.0 && self.name(PathId(id)) == name;
        self.index.find(hash, same).map(|&id| PathId(id))
    }

    /// The child of `parent` called `name`, added if it was not there. `None` where the table is
    /// full (4 GiB of names or 2^32 paths) or the name longer than 65,535 bytes.
    pub fn intern(&mut self, parent: PathId, name: &[u8]) -> Option<PathId> {
        if let Some(id) = self.child(parent, name) {
            return Some(id);
        }
        let start = u32::try_from(self.names.len()).ok()?;
        let length = u16::try_from(name.len()).ok()?;
        let id = u32::try_from(self.nodes.len()).ok()?;
        self.names.extend_from_slice(name);
        self.nodes.push(Node { parent: parent.0, start, length });
        let (nodes, names) = (&self.nodes, &self.names);
        self.index.insert_unique(hash(parent, name), id, |&id| {
            let node = nodes[id as usize];
            hash(PathId(node.parent), &names[node.start as usize..node.start as usize + node.length as usize])
        });
        Some(PathId(id))
    }

    /// Adds every component of `path`, as [`normalize`] cleans it.
    pub fn intern_path(&mut self, path: &[u8]) -> Option<PathId> {
        components(path).try_fold(PathId::ROOT, |parent, name| self.intern(parent, name))
    }

    /// Looks a path up by its components.
    pub fn find(&self, path: &[u8]) -> Option<PathId> {
        components(path).try_fold(PathId::ROOT, |parent, name| self.child(parent, name))
    }

    /// The path from the root without a leading slash; empty for the root.
    pub fn bytes(&self, id: PathId) -> Vec<u8> {
        let mut parts = Vec::new();
        let mut at = id;
        while at != PathId::ROOT {
            parts.push(self.name(at));
            at = self.parent(at);
        }
        parts.reverse();
        parts.join(&b'/')
    }

    /// The path with a leading slash, bad UTF-8 replaced: for people.
    pub fn display(&self, id: PathId) -> String {
        format!("/{}", String::from_utf8_lossy(&self.bytes(id)))
    }

    /// The order of the paths' bytes, without writing them out.
    pub fn compare(&self, a: PathId, b: PathId) -> Ordering {
        let (deep_a, deep_b) = (self.depth(a), self.depth(b));
        let lift = |mut id, by| {
            (0..by).for_each(|_| id = self.parent(id));
            id
        };
        let (mut x, mut y) = (lift(a, deep_a.saturating_sub(deep_b)), lift(b, deep_b.saturating_sub(deep_a)));
        if x == y {
            return deep_a.cmp(&deep_b); // one is a folder above the other
        }
        while self.parent(x) != self.parent(y) {
            (x, y) = (self.parent(x), self.parent(y));
        }
        // What follows a name in a longer path is a slash.
        let rest = |id, whole| self.name(id).iter().chain((id != whole).then_some(&b'/'));
        rest(x, a).cmp(rest(y, b))
    }

    /// How many components the path has.
    pub fn depth(&self, id: PathId) -> usize {
        let mut depth = 0;
        let mut at = id;
        while at != PathId::ROOT {
            depth += 1;
            at = self.parent(at);
        }
        depth
    }

    /// Gives spare memory back.
    pub fn shrink(&mut self) {
        self.nodes.shrink_to_fit();
        self.names.shrink_to_fit();
    }
}

/// The components of a tar member's name: `.` and empty ones dropped, `..` taken back within the
/// root, as a container runtime would resolve them.
pub(crate) fn components(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in path.split(|&byte| byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.into_iter()
}

/// True where `..` would leave the root.
pub(crate) fn escapes(path: &[u8]) -> bool {
    let mut depth = 0usize;
    for part in path.split(|&byte| byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." if depth == 0 => return true,
            b".." => depth -= 1,
            _ => depth += 1,
        }
    }
    false
}

/// The clean form of a tar member's name: components joined by `/`.
pub fn normalize(path: &[u8]) -> Vec<u8> {
    components(path).collect::<Vec<_>>().join(&b'/')
}

fn hash(parent: PathId, name: &[u8]) -> u64 {
    xxh3_64_with_seed(name, parent.0.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interns_once() {
        let mut paths = Paths::default();
        let a = paths.intern_path(b"./usr//bin/./sh").expect("as written");
        assert_eq!(paths.intern_path(b"/usr/bin/sh"), Some(a));
        assert_eq!(paths.display(a), "/usr/bin/sh");
        assert_eq!(paths.depth(a), 3);
        assert_eq!(paths.len(), 4);
        assert_eq!(paths.find(b"usr/lib"), None);
        assert_eq!(paths.find(b"/"), Some(PathId::ROOT));
    }

    #[test]
    fn compares_as_written() {
        let mut paths = Paths::default();
        for path in [&b"a/b"[..], b"a-b", b"a", b"a/b/c", b"a/b-c", b"a.b/x", b"b", b"a/c", b"a/b!"] {
            paths.intern_path(path).expect("as written");
        }
        for a in paths.ids() {
            for b in paths.ids() {
                assert_eq!(paths.compare(a, b), paths.bytes(a).cmp(&paths.bytes(b)), "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn stays_within_the_root() {
        assert_eq!(normalize(b"../../etc/evil"), b"etc/evil");
        assert!(escapes(b"a/../../b"));
        assert!(!escapes(b"a/../b"));
    }
}
