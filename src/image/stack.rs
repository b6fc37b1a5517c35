//! Layers put on top of each other: what each adds, changes and removes, what bytes are wasted by
//! that, and the file system that a container sees.

use super::entries::Entries;
use super::paths::{PathId, components};
use super::tree::{Entry, Kind, NoteKind};
use super::trees::Trees;
use super::waste::{Fates, Waste, WasteKind};

const NONE: u32 = u32::MAX;
const ABSENT: u16 = u16::MAX;
/// The longest target of a symbolic link that the kernel would follow, in bytes.
const MAX_TARGET: usize = 4096;

/// How many names may be looked up on the way through symbolic links, in all and more for each entry:
/// links that lead in circles must not make every entry below them dear.
const LOOKUPS: u64 = 1 << 20;
const LOOKUPS_PER_ENTRY: u64 = 256;

/// What one layer does to what lies below.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Change {
    /// Paths that were not there, folders not counted.
    pub added: u64,
    /// Paths that were there and are different now, or stored again; folders not counted.
    pub changed: u64,
    /// Paths that are gone, folders not counted.
    pub removed: u64,
    /// Bytes of the layer's files.
    pub file_bytes: u64,
    /// Of those, bytes that this or a later layer wastes.
    pub wasted_bytes: u64,
    /// Bytes, of this or of lower layers, that this layer wastes.
    pub killed_bytes: u64,
}

/// A path of the final file system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Live {
    /// Where.
    pub path: PathId,
    /// The layer that put it there.
    pub layer: u16,
    /// Index among that layer's entries; `None` for a folder that no layer lists.
    pub entry: Option<u32>,
    /// The layer and entry that hold the file's bytes, `None` unless a regular file or a hard
    /// link to one.
    pub inode: Option<(u16, u32)>,
    /// False for a second name of a file that an earlier path in this list has already counted.
    pub counts: bool,
}

/// All layers on top of each other.
#[derive(Clone, Debug, Default)]
pub struct Stacked {
    /// Per layer, from the bottom.
    pub changes: Vec<Change>,
    /// The final file system, parents before children in the order of [`PathId`].
    pub live: Vec<Live>,
    /// Bytes of the final file system's files, each inode once.
    pub live_bytes: u64,
    /// Bytes of all layers' files.
    pub total_bytes: u64,
    /// What is odd, with the layer.
    pub notes: Vec<(u16, NoteKind, PathId)>,
    /// False where a layer's contents were not read: then equal contents are not recognised.
    pub hashed: bool,
    fates: Fates,
}

impl Stacked {
    /// Files carried along for nothing, by the layer that added them and their place in its tar.
    pub fn waste<'a>(&'a self, trees: &'a Trees) -> impl Iterator<Item = Waste> + 'a {
        self.fates.iter(trees)
    }

    /// Bytes that are in some layer and not in the final file system.
    pub fn wasted_bytes(&self) -> u64 {
        self.total_bytes - self.live_bytes
    }

    /// The share of the layers' file bytes that the final file system has; 1 where there are none.
    pub fn efficiency(&self) -> f64 {
        if self.total_bytes == 0 { 1.0 } else { self.live_bytes as f64 / self.total_bytes as f64 }
    }
}

/// Stacks all layers that were read, in time linear in their entries.
pub fn stack(trees: &mut Trees) -> Stacked {
    let mut stack = Stack::new(trees);
    for number in 0..trees.layers.len() {
        let Some(layer) = trees.layers[number].clone() else {
            stack.out.changes.push(Change::default());
            continue;
        };
        stack.out.hashed &= layer.hashed;
        stack.layer(trees, number as u16, &layer.entries);
    }
    stack.finish(trees)
}

/// What is at a path right now.
#[derive(Clone, Copy)]
struct State {
    /// The layer that put it there; `ABSENT` where nothing is.
    layer: u16,
    /// The last layer that removed something from here by a whiteout.
    removed_by: u16,
    /// Index among the layer's entries; `NONE` for a folder that no layer lists.
    entry: u32,
    /// Index into `inodes`, `NONE` where no file is.
    inode: u32,
    /// The children that are there, a doubly linked list.
    first_child: u32,
    next: u32,
    previous: u32,
}

const NOTHING: State = State {
    layer: ABSENT,
    removed_by: ABSENT,
    entry: NONE,
    inode: NONE,
    first_child: NONE,
    next: NONE,
    previous: NONE,
};

struct Inode {
    entry: u32,
    links: u32,
    layer: u16,
}

struct Stack {
    states: Vec<State>,
    inodes: Vec<Inode>,
    /// Inodes without a name, whose places are free.
    free: Vec<u32>,
    /// How many names may still be looked up to follow links.
    lookups: u64,
    out: Stacked,
}

impl Stack {
    fn new(trees: &Trees) -> Stack {
        let mut states = vec![NOTHING; trees.paths.len()];
        states[0].layer = 0;
        let out = Stacked { hashed: true, ..Stacked::default() };
        Stack { states, inodes: Vec::new(), free: Vec::new(), lookups: LOOKUPS, out }
    }

    fn layer(&mut self, trees: &mut Trees, number: u16, entries: &Entries) {
        self.out.changes.push(Change::default());
        self.lookups += entries.len() as u64 * LOOKUPS_PER_ENTRY;
        // Whiteouts speak of lower layers only, wherever they stand in the tar.
        for entry in entries.iter().filter(|entry| entry.kind.is_whiteout()) {
            let Some(path) = self.resolve(trees, entry.path) else { continue };
            match entry.kind {
                Kind::Opaque => self.remove_children(trees, path, number, WasteKind::Opaque),
                _ => self.remove(trees, path, number, WasteKind::Deleted, true),
            }
        }
        for (index, entry) in entries.iter().enumerate() {
            if !entry.kind.is_whiteout() {
                let change = &mut self.out.changes[number as usize];
                change.file_bytes = change.file_bytes.saturating_add(entry.size);
                self.out.total_bytes = self.out.total_bytes.saturating_add(entry.size);
                self.put(trees, number, index as u32, &entry);
            }
        }
    }

    fn put(&mut self, trees: &mut Trees, number: u16, index: u32, entry: &Entry) {
        let path = self.make_parents(trees, number, entry.path);
        if path == PathId::ROOT {
            return;
        }
        let target = (entry.kind == Kind::Hardlink).then(|| self.link_target(trees, PathId(entry.link))).flatten();
        let before = self.states[path.index()];
        let old = self.entry_of(trees, &before);
        let is_directory = |entry: Option<Entry>| entry.is_none_or(|entry| entry.kind == Kind::Directory);
        if before.layer != ABSENT && is_directory(old) && entry.kind == Kind::Directory {
            let state = &mut self.states[path.index()];
            (state.layer, state.entry) = (number, index);
            return;
        }
        if before.layer != ABSENT && before.inode != NONE && Some(before.inode) == target {
            return; // the same file under the same name
        }
        if before.layer != ABSENT {
            let same = old.is_some_and(|old| is_same_content(&old, entry) && self.out.hashed);
            let kind = if same { WasteKind::Metadata } else { WasteKind::Overwritten };
            if !is_directory(old) {
                self.out.changes[number as usize].changed += u64::from(entry.kind != Kind::Directory);
                self.out.changes[number as usize].removed += u64::from(entry.kind == Kind::Directory);
            } else if entry.kind != Kind::Directory {
                self.out.changes[number as usize].added += 1;
            }
            self.remove(trees, path, number, kind, false);
        } else if entry.kind != Kind::Directory {
            let change = &mut self.out.changes[number as usize];
            if before.removed_by == number {
                change.removed = change.removed.saturating_sub(1);
                change.changed += 1;
            } else {
                change.added += 1;
            }
        }
        // What stood here may have been the folder that the target was in.
        let target = target.filter(|&target| self.inodes[target as usize].links > 0);
        if entry.kind == Kind::Hardlink && target.is_none() {
            self.out.notes.push((number, NoteKind::DanglingHardlink, entry.path));
        }
        let inode = match (entry.kind, target) {
            (Kind::File, _) => self.new_inode(Inode { entry: index, links: 1, layer: number }),
            (Kind::Hardlink, Some(target)) => {
                self.inodes[target as usize].links += 1;
                target
            }
            _ => NONE,
        };
        self.attach(trees, path, number, index, inode);
    }

    fn new_inode(&mut self, inode: Inode) -> u32 {
        match self.free.pop() {
            Some(place) => {
                self.inodes[place as usize] = inode;
                place
            }
            None => {
                self.inodes.push(inode);
                self.inodes.len() as u32 - 1
            }
        }
    }

    fn entry_of(&self, trees: &Trees, state: &State) -> Option<Entry> {
        if state.layer == ABSENT || state.entry == NONE {
            return None;
        }
        trees.entries(state.layer as usize).get(state.entry)
    }

    /// The inode of a hard link's target, if there is a file.
    fn link_target(&mut self, trees: &mut Trees, target: PathId) -> Option<u32> {
        let path = self.resolve(trees, target)?;
        let state = self.states[path.index()];
        (state.layer != ABSENT && state.inode != NONE).then_some(state.inode)
    }

    /// Links a path into its folder, which must be there.
    fn attach(&mut self, trees: &Trees, path: PathId, layer: u16, entry: u32, inode: u32) {
        let parent = trees.paths.parent(path).index();
        let first = self.states[parent].first_child;
        if first != NONE {
            self.states[first as usize].previous = path.0;
        }
        self.states[parent].first_child = path.0;
        let state = &mut self.states[path.index()];
        *state = State { layer, entry, inode, first_child: NONE, next: first, previous: NONE, ..*state };
    }

    fn detach(&mut self, trees: &Trees, path: PathId) {
        let State { next, previous, .. } = self.states[path.index()];
        if next != NONE {
            self.states[next as usize].previous = previous;
        }
        match previous {
            NONE => self.states[trees.paths.parent(path).index()].first_child = next,
            previous => self.states[previous as usize].next = next,
        }
    }

    /// Takes a path and all below away.
    fn remove(&mut self, trees: &Trees, path: PathId, by: u16, kind: WasteKind, by_whiteout: bool) {
        if self.states[path.index()].layer == ABSENT || path == PathId::ROOT {
            return;
        }
        self.remove_children(trees, path, by, kind);
        self.detach(trees, path);
        self.drop_one(trees, path, by, kind, by_whiteout);
    }

    /// Takes all below a folder away; each path is visited once in its life.
    fn remove_children(&mut self, trees: &Trees, folder: PathId, by: u16, kind: WasteKind) {
        let mut pending = Vec::new();
        let push_children = |states: &mut [State], folder: u32, pending: &mut Vec<u32>| {
            let mut child = std::mem::replace(&mut states[folder as usize].first_child, NONE);
            while child != NONE {
                pending.push(child);
                child = states[child as usize].next;
            }
        };
        push_children(&mut self.states, folder.0, &mut pending);
        while let Some(path) = pending.pop() {
            push_children(&mut self.states, path, &mut pending);
            self.drop_one(trees, PathId(path), by, kind, true);
        }
    }

    fn drop_one(&mut self, trees: &Trees, path: PathId, by: u16, kind: WasteKind, count: bool) {
        let state = self.states[path.index()];
        let old = self.entry_of(trees, &state);
        if count && old.is_some_and(|entry| entry.kind != Kind::Directory) {
            self.out.changes[by as usize].removed += 1;
        }
        let removed_by = if count && old.is_some_and(|entry| entry.kind != Kind::Directory) { by } else { ABSENT };
        self.states[path.index()] = State { removed_by, ..NOTHING };
        if state.inode == NONE {
            return;
        }
        let inode = &mut self.inodes[state.inode as usize];
        inode.links -= 1;
        if inode.links > 0 {
            return;
        }
        let (added, entry) = (inode.layer, inode.entry);
        self.free.push(state.inode);
        let size = trees.entries(added as usize).at(entry).size;
        if size > 0 {
            self.out.fates.kill(trees, (added, entry), by, kind, path);
            self.out.changes[added as usize].wasted_bytes += size;
            self.out.changes[by as usize].killed_bytes += size;
        }
    }

    /// Makes sure that the folders above a path are there, and returns where the path really is:
    /// a folder may be a symbolic link in a lower layer (`/lib` to `/usr/lib`).
    fn make_parents(&mut self, trees: &mut Trees, number: u16, path: PathId) -> PathId {
        let parent = trees.paths.parent(path);
        if self.is_directory(trees, parent) {
            return path;
        }
        let path = self.resolve(trees, path).unwrap_or(path);
        let mut missing = Vec::new();
        let mut at = trees.paths.parent(path);
        while !self.is_directory(trees, at) {
            missing.push(at);
            at = trees.paths.parent(at);
        }
        for folder in missing.into_iter().rev() {
            if self.states[folder.index()].layer != ABSENT {
                self.out.notes.push((number, NoteKind::BelowFile, path));
                self.remove(trees, folder, number, WasteKind::Overwritten, true);
            }
            self.attach(trees, folder, number, NONE, NONE);
        }
        path
    }

    fn is_directory(&self, trees: &Trees, path: PathId) -> bool {
        let state = &self.states[path.index()];
        path == PathId::ROOT
            || state.layer != ABSENT && self.entry_of(trees, state).is_none_or(|entry| entry.kind == Kind::Directory)
    }

    /// Follows symbolic links among the folders above `path`, as a runtime does within the root;
    /// `None` where they form a loop, or where links have cost too much.
    fn resolve(&mut self, trees: &mut Trees, path: PathId) -> Option<PathId> {
        if self.is_directory(trees, trees.paths.parent(path)) {
            return Some(path);
        }
        let mut pending: Vec<Vec<u8>> = parts_reversed(&trees.paths.bytes(path));
        let mut at = PathId::ROOT;
        let mut links = 0;
        while let Some(name) = pending.pop() {
            self.lookups = self.lookups.checked_sub(1)?;
            if name == b".." {
                at = trees.paths.parent(at);
                continue;
            }
            let next = trees.paths.intern(at, &name)?;
            self.states.resize(trees.paths.len(), NOTHING);
            let entry = self.entry_of(trees, &self.states[next.index()]);
            let is_link =
                |entry: &Entry| entry.kind == Kind::Symlink && trees.texts.get(entry.link).len() <= MAX_TARGET;
            let target = entry.filter(|entry| is_link(entry) && !pending.is_empty());
            let Some(link) = target else {
                at = next;
                continue;
            };
            links += 1;
            if links > 40 {
                return None;
            }
            let target = trees.texts.get(link.link);
            if target.starts_with(b"/") {
                at = PathId::ROOT;
            }
            pending.extend(raw_parts_reversed(target));
        }
        Some(at)
    }

    fn finish(mut self, trees: &Trees) -> Stacked {
        let mut counted = vec![false; self.inodes.len()];
        let count = self.states.iter().skip(1).filter(|state| state.layer != ABSENT).count();
        self.out.live.reserve_exact(count);
        for path in trees.paths.ids().skip(1) {
            let state = self.states[path.index()];
            if state.layer == ABSENT {
                continue;
            }
            let inode = (state.inode != NONE).then(|| &self.inodes[state.inode as usize]);
            let counts = inode.is_some() && !std::mem::replace(&mut counted[state.inode as usize], true);
            if let Some(inode) = inode.filter(|_| counts) {
                self.out.live_bytes += trees.entries(inode.layer as usize).at(inode.entry).size;
            }
            self.out.live.push(Live {
                path,
                layer: state.layer,
                entry: (state.entry != NONE).then_some(state.entry),
                inode: inode.map(|inode| (inode.layer, inode.entry)),
                counts,
            });
        }
        self.out
    }
}

fn is_same_content(old: &Entry, new: &Entry) -> bool {
    old.kind == Kind::File && new.kind == Kind::File && old.size == new.size && old.hash == new.hash
}

fn parts_reversed(path: &[u8]) -> Vec<Vec<u8>> {
    let mut parts: Vec<Vec<u8>> = components(path).map(<[u8]>::to_vec).collect();
    parts.reverse();
    parts
}

/// As above with `..` kept: behind a symbolic link it means another folder.
fn raw_parts_reversed(path: &[u8]) -> Vec<Vec<u8>> {
    let parts = path.split(|&byte| byte == b'/').filter(|part| !part.is_empty() && *part != b".");
    let mut parts: Vec<Vec<u8>> = parts.map(<[u8]>::to_vec).collect();
    parts.reverse();
    parts
}
