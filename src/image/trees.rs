use std::sync::{Arc, LazyLock};

use hashbrown::HashMap;

use super::entries::Entries;
use super::paths::{PathId, Paths};
use super::tree::{Entry, Kind, LayerTree, Note, Texts};

/// The trees of all layers of an image over one table of paths.
#[derive(Clone, Debug, Default)]
pub struct Trees {
    /// Every path that any layer names.
    pub paths: Paths,
    /// Targets of symbolic links.
    pub texts: Texts,
    /// Pairs of user and group number.
    pub owners: Vec<(u64, u64)>,
    /// The layers from the bottom; `None` where a layer was not read. A layer that is listed
    /// twice is stored once.
    pub layers: Vec<Option<Arc<Layer>>>,
    owner_index: HashMap<(u64, u64), u32>,
}

/// A layer's members over the image's paths.
#[derive(Clone, Debug, Default)]
pub struct Layer {
    /// The members in the tar's order.
    pub entries: Entries,
    /// Sparse files: index into `entries` and the size a reader sees, in bytes.
    pub sparse: Vec<(u32, u64)>,
    /// Contents of the few files that analysis reads.
    pub captured: Vec<(PathId, Vec<u8>)>,
    /// What is odd about the tar.
    pub notes: Vec<Note>,
    /// True where file contents were read.
    pub hashed: bool,
}

impl Trees {
    /// Trees for an image of `count` layers, none read yet.
    pub fn new(count: usize) -> Trees {
        Trees { layers: vec![None; count], ..Trees::default() }
    }

    /// Puts a layer's tree at each of the places where the image lists it.
    pub fn add(&mut self, places: &[usize], tree: LayerTree) {
        let layer = Arc::new(self.adopt(tree));
        for &place in places {
            if let Some(slot) = self.layers.get_mut(place) {
                *slot = Some(Arc::clone(&layer));
            }
        }
    }

    /// True where every layer was read.
    pub fn complete(&self) -> bool {
        self.layers.iter().all(Option::is_some)
    }

    /// The user and group number of an entry.
    pub fn owner(&self, entry: &Entry) -> (u64, u64) {
        self.owners.get(entry.owner as usize).copied().unwrap_or_default()
    }

    /// The entries of a layer; none where it was not read.
    pub fn entries(&self, layer: usize) -> &Entries {
        static NONE: LazyLock<Entries> = LazyLock::new(Entries::default);
        self.layers.get(layer).and_then(Option::as_ref).map_or(&NONE, |layer| &layer.entries)
    }

    fn adopt(&mut self, tree: LayerTree) -> Layer {
        // Parents come before children, so one pass translates all paths.
        let mut ids = Vec::with_capacity(tree.paths.len());
        for id in tree.paths.ids() {
            let here = match id {
                PathId::ROOT => PathId::ROOT,
                _ => {
                    let parent = ids[tree.paths.parent(id).index()];
                    self.paths.intern(parent, tree.paths.name(id)).unwrap_or(PathId::ROOT)
                }
            };
            ids.push(here);
        }
        let owners: Vec<u32> = tree.owners.iter().map(|&owner| self.intern_owner(owner)).collect();
        let mut entries = tree.entries;
        entries.change_all(|entry| {
            entry.path = ids[entry.path.index()];
            entry.owner = owners.get(entry.owner as usize).copied().unwrap_or(0);
            entry.link = match entry.kind {
                Kind::Symlink => self.texts.push(tree.texts.get(entry.link)).unwrap_or(0),
                Kind::Hardlink => ids.get(entry.link as usize).map_or(0, |id| id.0),
                _ => 0,
            };
        });
        let captured = tree.captured.into_iter().map(|(path, bytes)| (ids[path.index()], bytes)).collect();
        Layer { entries, sparse: tree.sparse, captured, notes: tree.notes, hashed: tree.hashed }
    }

    fn intern_owner(&mut self, owner: (u64, u64)) -> u32 {
        let next = self.owners.len() as u32;
        let owners = &mut self.owners;
        *self.owner_index.entry(owner).or_insert_with(|| {
            owners.push(owner);
            next
        })
    }
}
