//! What an image's files say: the largest, the wasted, the duplicate.

use std::collections::BTreeMap;

use hashbrown::HashMap;
use serde::Serialize;

use super::paths::PathId;
use super::stack::{Live, Stacked, stack};
use super::tree::{Entry, Kind};
use super::trees::Trees;
use super::waste::{Waste, WasteKind};

/// The stacked layers of an image.
#[derive(Clone, Debug)]
pub struct Files {
    /// The layers' members.
    pub trees: Trees,
    /// The layers on top of each other.
    pub stacked: Stacked,
}

/// Bytes wasted at one path, by all layers together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WastedPath {
    /// Where.
    pub path: PathId,
    /// All wasted bytes.
    pub bytes: u64,
    /// Each loss: the layer that added the bytes, the one that killed them, how, and the bytes.
    pub losses: Vec<(u16, u16, WasteKind, u64)>,
}

/// Bytes wasted between two layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Flow {
    /// The layer that added the bytes, from 0.
    pub added: u16,
    /// The layer that killed them, from 0.
    pub killed: u16,
    /// How.
    pub kind: WasteKind,
    /// Files.
    pub files: u64,
    /// Bytes.
    pub bytes: u64,
}

/// Files of the final file system with the same contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duplicate {
    /// The bytes of one copy.
    pub size: u64,
    /// The paths, sorted by name.
    pub paths: Vec<PathId>,
}

impl Duplicate {
    /// Bytes that one copy would save.
    pub fn extra_bytes(&self) -> u64 {
        self.size.saturating_mul(self.paths.len() as u64 - 1)
    }
}

/// Sums over a range of layers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Totals {
    /// Bytes of the files in all layers.
    pub file_bytes: u64,
    /// Of those, bytes that the final file system has.
    pub live_bytes: u64,
    /// Bytes that it does not have.
    pub wasted_bytes: u64,
    /// Of those, deleted, opaque marks included.
    pub deleted_bytes: u64,
    /// Of those, overwritten with other contents.
    pub overwritten_bytes: u64,
    /// Of those, stored again for a change of mode, owner or time.
    pub metadata_bytes: u64,
    /// `live_bytes / file_bytes`; 1 where there are none.
    pub efficiency: f64,
}

impl Files {
    /// Stacks the layers.
    pub fn new(mut trees: Trees) -> Files {
        let stacked = stack(&mut trees);
        Files { trees, stacked }
    }

    /// The entry of a live path; `None` for a folder that no layer lists.
    pub fn entry(&self, live: &Live) -> Option<Entry> {
        self.trees.entries(live.layer as usize).get(live.entry?)
    }

    /// The bytes that a live path's file holds, also under a second name; 0 for what is no file.
    pub fn size(&self, live: &Live) -> u64 {
        live.inode.map_or(0, |(layer, entry)| self.trees.entries(layer as usize).at(entry).size)
    }

    /// Sums over waste that layers from `first` on cause: 0 for the whole image, the number of
    /// base layers for one's own part. Whoever deletes or overwrites a file causes its waste.
    pub fn totals(&self, first: usize) -> Totals {
        let mut totals = Totals { file_bytes: self.stacked.total_bytes, ..Totals::default() };
        for flow in self.flows(first) {
            totals.wasted_bytes += flow.bytes;
            *match flow.kind {
                WasteKind::Deleted | WasteKind::Opaque => &mut totals.deleted_bytes,
                WasteKind::Overwritten => &mut totals.overwritten_bytes,
                WasteKind::Metadata => &mut totals.metadata_bytes,
            } += flow.bytes;
        }
        totals.live_bytes = self.stacked.live_bytes;
        // Without the base's waste, what remains is what one's own layers can do better.
        let relevant = totals.live_bytes + totals.wasted_bytes;
        totals.efficiency = if relevant == 0 { 1.0 } else { totals.live_bytes as f64 / relevant as f64 };
        totals
    }

    /// Waste by the layers that added and killed the bytes, most first; only what layers from
    /// `first` on kill.
    pub fn flows(&self, first: usize) -> Vec<Flow> {
        let mut flows: BTreeMap<(u16, u16, WasteKind), (u64, u64)> = BTreeMap::new();
        for waste in self.waste(first) {
            let sum = flows.entry((waste.added, waste.killed, waste.kind)).or_default();
            sum.0 += 1;
            sum.1 += waste.size;
        }
        let flow = |((added, killed, kind), (files, bytes))| Flow { added, killed, kind, files, bytes };
        let mut flows: Vec<Flow> = flows.into_iter().map(flow).collect();
        flows.sort_by_key(|flow| (std::cmp::Reverse(flow.bytes), flow.added, flow.killed));
        flows
    }

    /// The `top` paths that waste the most, of what layers from `first` on kill.
    pub fn wasted_paths(&self, first: usize, top: usize) -> Vec<WastedPath> {
        let mut sums = vec![0u64; self.trees.paths.len()];
        for waste in self.waste(first) {
            sums[waste.path.index()] += waste.size;
        }
        let sums = sums.into_iter().enumerate().filter(|(_, bytes)| *bytes > 0);
        let paths = self.largest(sums.map(|(at, bytes)| (PathId(at as u32), bytes)), top);
        let index: HashMap<PathId, usize> = paths.iter().enumerate().map(|(at, &(path, _))| (path, at)).collect();
        let mut wasted: Vec<WastedPath> =
            paths.iter().map(|&(path, bytes)| WastedPath { path, bytes, losses: Vec::new() }).collect();
        for waste in self.waste(first) {
            if let Some(&at) = index.get(&waste.path) {
                wasted[at].losses.push((waste.added, waste.killed, waste.kind, waste.size));
            }
        }
        wasted
    }

    /// The `top` largest files of the final file system: path, bytes, layer.
    pub fn largest_files(&self, top: usize) -> Vec<(PathId, u64, u16)> {
        let files = self.stacked.live.iter().filter(|live| live.counts);
        let files = self.largest(files.map(|live| (live.path, self.size(live))), top);
        files.into_iter().filter_map(|(path, size)| Some((path, size, self.live(path)?.layer))).collect()
    }

    /// The `top` largest folders of the final file system, everything below included. A folder
    /// that has nothing but one larger folder is left out: the inner one says more.
    pub fn largest_folders(&self, top: usize) -> Vec<(PathId, u64)> {
        let sizes = self.folder_sizes();
        let mut largest_child = vec![0; sizes.len()];
        for live in &self.stacked.live {
            let parent = self.trees.paths.parent(live.path).index();
            largest_child[parent] = largest_child[parent].max(sizes[live.path.index()]);
        }
        let is_told = |(live, size): &(&Live, u64)| {
            let is_folder = self.entry(live).is_none_or(|entry| entry.kind == Kind::Directory);
            is_folder && *size > 0 && largest_child[live.path.index()] < *size
        };
        let folders = self.stacked.live.iter().map(|live| (live, sizes[live.path.index()])).filter(is_told);
        self.largest(folders.map(|(live, size)| (live.path, size)), top)
    }

    /// Bytes at and below each path of the final file system, by [`PathId`].
    pub fn folder_sizes(&self) -> Vec<u64> {
        let mut sizes = vec![0u64; self.trees.paths.len()];
        for live in self.stacked.live.iter().filter(|live| live.counts) {
            sizes[live.path.index()] += self.size(live);
        }
        // Children come after their parents, so one pass from the end adds everything up.
        for id in (1..self.trees.paths.len() as u32).rev().map(PathId) {
            let parent = self.trees.paths.parent(id);
            sizes[parent.index()] += sizes[id.index()];
        }
        sizes
    }

    /// The `top` groups of files with the same contents, those first that one copy would save most;
    /// only groups to which a layer from `first` on adds.
    pub fn duplicates(&self, first: usize, top: usize) -> Vec<Duplicate> {
        if !self.stacked.hashed {
            return Vec::new();
        }
        let mut files: Vec<(u64, u64, PathId)> = Vec::new();
        for live in self.stacked.live.iter().filter(|live| live.counts) {
            let Some((layer, entry)) = live.inode else { continue };
            let entry = self.trees.entries(layer as usize).get(entry);
            files.extend(entry.filter(|entry| entry.size > 0).map(|entry| (entry.size, entry.hash, live.path)));
        }
        // Sorting takes a fraction of the memory that a table of all contents would.
        files.sort_unstable();
        let own = |path: PathId| self.live(path).is_some_and(|live| live.layer as usize >= first);
        for group in files.chunk_by_mut(|a, b| (a.0, a.1) == (b.0, b.1)) {
            group.sort_unstable_by(|a, b| self.trees.paths.compare(a.2, b.2));
        }
        let same = files.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1));
        let told = same.filter(|group| group.len() > 1 && group.iter().any(|file| own(file.2)));
        let mut groups: Vec<&[(u64, u64, PathId)]> = told.collect();
        let extra = |group: &[(u64, u64, PathId)]| group[0].0.saturating_mul(group.len() as u64 - 1);
        groups.sort_by(|a, b| extra(b).cmp(&extra(a)).then_with(|| self.trees.paths.compare(a[0].2, b[0].2)));
        groups.truncate(top);
        let duplicate = |group: &[(u64, u64, PathId)]| Duplicate {
            size: group[0].0,
            paths: group.iter().map(|file| file.2).collect(),
        };
        groups.into_iter().map(duplicate).collect()
    }

    /// The contents of a captured file as the final file system has it.
    pub fn contents(&self, path: &str) -> Option<&[u8]> {
        let id = self.trees.paths.find(path.as_bytes())?;
        let (layer, _) = self.live(id)?.inode?;
        let layer = self.trees.layers.get(layer as usize)?.as_ref()?;
        layer.captured.iter().rev().find(|(captured, _)| *captured == id).map(|(_, bytes)| &bytes[..])
    }

    /// What the final file system has at a path.
    pub fn live(&self, id: PathId) -> Option<&Live> {
        let at = self.stacked.live.binary_search_by_key(&id, |live| live.path).ok()?;
        Some(&self.stacked.live[at])
    }

    fn waste(&self, first: usize) -> impl Iterator<Item = Waste> + '_ {
        self.stacked.waste(&self.trees).filter(move |waste| waste.killed as usize >= first)
    }

    /// The live paths with their names, sorted by name.
    pub fn by_name(&self) -> Vec<(Vec<u8>, &Live)> {
        let mut named: Vec<_> =
            self.stacked.live.iter().map(|live| (self.trees.paths.bytes(live.path), live)).collect();
        named.sort_by(|a, b| a.0.cmp(&b.0));
        named
    }

    /// The `top` of the paths with the most bytes, of equals the first by name. Nothing is kept of
    /// the others: they may be all files of an image.
    fn largest(&self, paths: impl Iterator<Item = (PathId, u64)>, top: usize) -> Vec<(PathId, u64)> {
        let names = &self.trees.paths;
        let before = |a: &(PathId, u64), b: &(PathId, u64)| b.1.cmp(&a.1).then_with(|| names.compare(a.0, b.0));
        let room = top.saturating_mul(2).max(64);
        let mut kept: Vec<(PathId, u64)> = Vec::new();
        let mut least = 0;
        for (path, bytes) in paths.filter(|_| top > 0) {
            if bytes < least {
                continue;
            }
            kept.push((path, bytes));
            if kept.len() >= room && kept.len() > top {
                kept.select_nth_unstable_by(top - 1, before);
                kept.truncate(top);
                least = kept[top - 1].1;
            }
        }
        kept.sort_unstable_by(before);
        kept.truncate(top);
        kept
    }
}
