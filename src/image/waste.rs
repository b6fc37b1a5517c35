use hashbrown::HashMap;

use super::paths::PathId;
use super::trees::Trees;

/// Why bytes of a layer are not in the final file system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WasteKind {
    /// The file, or a folder above it, was deleted.
    Deleted,
    /// A folder above it was emptied by an opaque mark (deleted and made anew).
    Opaque,
    /// Other contents, or something that is no file, took its place.
    Overwritten,
    /// The same contents were stored again: only mode, owner or times differ.
    Metadata,
}

/// A file whose bytes are carried along for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waste {
    /// The last name that the file had.
    pub path: PathId,
    /// Bytes.
    pub size: u64,
    /// The layer that added the bytes.
    pub added: u16,
    /// The layer that took them from sight; the same where one layer lists a path twice.
    pub killed: u16,
    /// How.
    pub kind: WasteKind,
}

/// What became of each layer's entries, two bytes each: nearly all of an image may be waste.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fates {
    /// Per layer and entry, the layer that killed it times four and how; [`KEPT`] otherwise. A layer
    /// that lost nothing has none.
    layers: Vec<Vec<u16>>,
    /// The last names of files that had another one than where they were added.
    renamed: HashMap<(u16, u32), PathId>,
}

const KEPT: u16 = u16::MAX;
const KINDS: [WasteKind; 4] = [WasteKind::Deleted, WasteKind::Opaque, WasteKind::Overwritten, WasteKind::Metadata];
// A layer's number times four must stay below the mark.
const _: () = assert!(super::MAX_LAYERS < (KEPT / 4) as usize);

impl Fates {
    pub(crate) fn kill(
        &mut self,
        trees: &Trees,
        (added, entry): (u16, u32),
        killed: u16,
        kind: WasteKind,
        last: PathId,
    ) {
        let entries = trees.entries(added as usize);
        if self.layers.len() <= added as usize {
            self.layers.resize(added as usize + 1, Vec::new());
        }
        let fates = &mut self.layers[added as usize];
        if fates.is_empty() {
            *fates = vec![KEPT; entries.len()];
        }
        fates[entry as usize] = killed << 2 | kind as u16;
        if entries.at(entry).path != last {
            self.renamed.insert((added, entry), last);
        }
    }

    /// The files that were lost, by the layer that added them and by their place in it.
    pub(crate) fn iter<'a>(&'a self, trees: &'a Trees) -> impl Iterator<Item = Waste> + 'a {
        self.layers.iter().enumerate().flat_map(move |(added, fates)| {
            let lost = fates.iter().enumerate().filter(|(_, fate)| **fate != KEPT);
            lost.filter_map(move |(at, fate)| {
                let (added, at) = (added as u16, at as u32);
                let entry = trees.entries(added as usize).get(at)?;
                let path = self.renamed.get(&(added, at)).copied().unwrap_or(entry.path);
                Some(Waste { path, size: entry.size, added, killed: fate >> 2, kind: KINDS[usize::from(fate & 3)] })
            })
        })
    }
}
