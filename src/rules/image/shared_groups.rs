use std::collections::BTreeMap;

use crate::image::PathId;

/// Paths by their layer, each layer's in the order given: a `chmod -R` says one thing, not a thousand.
pub(super) fn by_layer(found: Vec<(PathId, usize)>) -> BTreeMap<usize, Vec<PathId>> {
    let mut layers: BTreeMap<usize, Vec<PathId>> = BTreeMap::new();
    for (path, layer) in found {
        layers.entry(layer).or_default().push(path);
    }
    layers
}

/// True for what an installed package brought along: its author's files, not one's own.
pub(super) fn is_installed(path: &str) -> bool {
    const FOLDERS: [&str; 8] = [
        "/node_modules/",
        "/vendor/",
        "/site-packages/",
        "/dist-packages/",
        "/gems/",
        "/usr/share/",
        "/usr/lib/",
        "/pkg/mod/",
    ];
    FOLDERS.iter().any(|folder| path.contains(folder))
}
