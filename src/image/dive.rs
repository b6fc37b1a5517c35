//! What dive computes, for people whose pipelines read its numbers. Its definition differs from
//! ours on purpose and is not to be believed: it counts the copy that one must keep as wasted, a
//! deleted folder as nothing, and ignores opaque marks.

use hashbrown::HashMap;

use super::entries::Entries;
use super::paths::{PathId, Paths};
use super::tree::Kind;
use super::trees::Trees;

/// A path that dive lists as inefficient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inefficient {
    /// The path with a leading slash.
    pub path: String,
    /// In how many layers it appears.
    pub count: u64,
    /// Its bytes, all copies together.
    pub bytes: u64,
}

/// dive's numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Dive {
    /// Bytes of all layers' files.
    pub size: u64,
    /// The same without the lowest layer.
    pub user_size: u64,
    /// Bytes of all inefficient paths.
    pub wasted: u64,
    /// `wasted / user_size`; not a number for a single layer.
    pub user_wasted_percent: f64,
    /// dive's efficiency, from 0 to 1.
    pub efficiency: f64,
    /// The inefficient paths, largest first.
    pub inefficient: Vec<Inefficient>,
    /// Per layer, its files in dive's order: children before their folder, by name.
    pub layers: Vec<Vec<Listed>>,
}

/// A line of dive's file list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The path with a leading slash; whiteouts under their literal name.
    pub path: String,
    /// The layer's entry; `None` for a folder that it does not list.
    pub entry: Option<u32>,
}

/// The tree of one layer as dive sees it: whiteouts are files with odd names.
struct Literal {
    paths: Paths,
    entries: Vec<Option<u32>>,
    children: Vec<Vec<PathId>>,
}

/// Computes dive's numbers.
pub fn dive(trees: &Trees) -> Dive {
    let mut sums: HashMap<String, Sum> = HashMap::new();
    let mut stacked = Restacked::default();
    let mut layers = Vec::new();
    let mut sizes = Vec::new();
    for number in 0..trees.layers.len() {
        let entries = trees.entries(number);
        let literal = Literal::of(trees, entries);
        let order = literal.children_first();
        sum_layer(&mut sums, &literal, &order, entries, &stacked);
        stacked.add(trees, entries);
        sizes.push(entries.iter().fold(0u64, |sum, entry| sum.saturating_add(entry.size)));
        let listed = |&id: &PathId| Listed { path: literal.paths.display(id), entry: literal.entries[id.index()] };
        layers.push(order.iter().map(listed).collect());
    }
    let size: u64 = sizes.iter().sum();
    let user_size = size - sizes.first().copied().unwrap_or(0);
    let (least, all) = sums.values().fold((0u64, 0u64), |(least, all), sum| (least + sum.least, all + sum.all));
    let mut inefficient: Vec<Inefficient> = sums
        .into_iter()
        .filter(|(_, sum)| sum.count >= 2)
        .map(|(path, sum)| Inefficient { path, count: sum.count, bytes: sum.all })
        .collect();
    inefficient.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.path.cmp(&b.path)));
    let wasted = inefficient.iter().map(|file| file.bytes).sum();
    Dive {
        size,
        user_size,
        wasted,
        user_wasted_percent: wasted as f64 / user_size as f64,
        efficiency: if all == 0 { 1.0 } else { least as f64 / all as f64 },
        inefficient,
        layers,
    }
}

struct Sum {
    all: u64,
    least: u64,
    count: u64,
}

fn sum_layer(
    sums: &mut HashMap<String, Sum>,
    literal: &Literal,
    order: &[PathId],
    entries: &Entries,
    below: &Restacked,
) {
    let hidden_sizes = entries.iter().any(|entry| entry.kind == Kind::Whiteout).then(|| below.sizes());
    for &id in order.iter().filter(|id| literal.children[id.index()].is_empty()) {
        let Some(entry) = literal.entries[id.index()].and_then(|at| entries.get(at)) else { continue };
        let mut path = literal.paths.display(id);
        let size = match entry.kind {
            Kind::Whiteout => {
                // dive stops reading the layer at a whiteout of something that is not there.
                let Some(size) = below.hidden(entry.path, hidden_sizes.as_deref()) else { return };
                let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
                path = format!("{folder}/{}", name.trim_start_matches(".wh."));
                size
            }
            Kind::Opaque => continue,
            _ => entry.size,
        };
        let sum = sums.entry(path).or_insert(Sum { all: 0, least: u64::MAX, count: 0 });
        sum.all += size;
        sum.least = sum.least.min(size);
        sum.count += 1;
    }
}

impl Literal {
    fn of(trees: &Trees, entries: &Entries) -> Literal {
        let mut paths = Paths::default();
        let mut found: Vec<(PathId, usize)> = Vec::new();
        for (at, entry) in entries.iter().enumerate() {
            let mut name = trees.paths.bytes(entry.path);
            if entry.kind == Kind::Opaque {
                continue; // dive drops `.wh..wh.*`
            }
            if entry.kind == Kind::Whiteout {
                let start = memchr::memrchr(b'/', &name).map_or(0, |slash| slash + 1);
                name.splice(start..start, *b".wh.");
            }
            if let Some(id) = paths.intern_path(&name) {
                found.push((id, at));
            }
        }
        let mut literal = Literal { entries: vec![None; paths.len()], children: vec![Vec::new(); paths.len()], paths };
        for (id, at) in found {
            literal.entries[id.index()] = Some(at as u32);
        }
        for id in literal.paths.ids().skip(1) {
            let parent = literal.paths.parent(id);
            literal.children[parent.index()].push(id);
        }
        let paths = &literal.paths;
        for children in &mut literal.children {
            children.sort_by(|&a, &b| paths.name(a).cmp(paths.name(b)));
        }
        literal
    }

    /// All paths but the root, children before their folder.
    fn children_first(&self) -> Vec<PathId> {
        let mut order = Vec::with_capacity(self.paths.len());
        let mut pending = vec![(PathId::ROOT, 0)];
        while let Some((id, next)) = pending.pop() {
            if let Some(&child) = self.children[id.index()].get(next) {
                pending.push((id, next + 1));
                pending.push((child, 0));
            } else if id != PathId::ROOT {
                order.push(id);
            }
        }
        order
    }
}

/// The layers so far, stacked as dive does: whiteouts remove, opaque marks do nothing.
#[derive(Default)]
struct Restacked {
    /// Per path: `None` where nothing is, or the size of the file.
    nodes: Vec<Option<u64>>,
    parents: Vec<u32>,
    is_folder: Vec<bool>,
}

impl Restacked {
    fn add(&mut self, trees: &Trees, entries: &Entries) {
        for id in (self.parents.len() as u32..trees.paths.len() as u32).map(PathId) {
            self.parents.push(trees.paths.parent(id).0);
        }
        self.nodes.resize(trees.paths.len(), None);
        self.is_folder.resize(trees.paths.len(), false);
        let whiteouts = entries.iter().filter(|entry| entry.kind == Kind::Whiteout);
        let mut gone = vec![false; 0];
        for entry in whiteouts {
            gone.resize(self.nodes.len(), false);
            gone[entry.path.index()] = true;
        }
        for at in 0..gone.len() {
            // A path below one that is gone is gone: parents come first.
            gone[at] = gone[at] || at > 0 && gone[self.parents[at] as usize];
            if gone[at] {
                (self.nodes[at], self.is_folder[at]) = (None, false);
            }
        }
        for entry in entries.iter().filter(|entry| !entry.kind.is_whiteout()) {
            let mut at = entry.path.index();
            self.nodes[at] = Some(entry.size);
            while at != 0 {
                at = self.parents[at] as usize;
                if self.is_folder[at] && self.nodes[at].is_some() {
                    break;
                }
                self.is_folder[at] = true;
                self.nodes[at].get_or_insert(0);
            }
        }
    }

    /// Bytes at and below each path.
    fn sizes(&self) -> Vec<u64> {
        let mut sizes: Vec<u64> = self.nodes.iter().map(|node| node.unwrap_or(0)).collect();
        for at in (1..sizes.len()).rev() {
            if self.nodes[at].is_some() {
                sizes[self.parents[at] as usize] += sizes[at];
            }
        }
        sizes
    }

    /// The bytes that dive books for a whiteout: those of a folder, 0 for a file; `None` where
    /// nothing is there.
    fn hidden(&self, path: PathId, sizes: Option<&[u64]>) -> Option<u64> {
        (*self.nodes.get(path.index())?)?;
        Some(if self.is_folder[path.index()] { sizes?[path.index()] } else { 0 })
    }
}
