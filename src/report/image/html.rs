use serde_json::{Value, json};

use crate::image::PathId;
use crate::image::analysis::Files;

use super::super::page::filled;
use super::ImageReport;

/// The most boxes of the treemap; smaller files are summed up per folder.
const MAX_BOXES: usize = 6000;

/// How deep folders nest in the treemap; what lies deeper is summed up.
const MAX_DEPTH: u16 = 64;

/// One self-contained page: the layers as a waterfall, the file system as a treemap that can be
/// clicked through, the waste.
pub fn html(report: &ImageReport) -> String {
    let mut data = super::json(report);
    if let Some(files) = report.files {
        data["tree"] = treemap(files);
    }
    filled(PAGE, &data)
}

const PAGE: &str = include_str!("page.html");

/// `[name, bytes, layer, children]` nested; the layer is that of the file, 0 for folders.
fn treemap(files: &Files) -> Value {
    let sizes = files.folder_sizes();
    let total = sizes.first().copied().unwrap_or(0);
    let mut children: Vec<Vec<(PathId, u16)>> = vec![Vec::new(); files.trees.paths.len()];
    // A box for everything above a share of the whole bounds their number.
    let least = (total / MAX_BOXES as u64).max(1);
    for live in &files.stacked.live {
        let parent = files.trees.paths.parent(live.path).0 as usize;
        children[parent].push((live.path, live.layer));
    }
    let mut depth = vec![0u16; files.trees.paths.len()];
    for id in files.trees.paths.ids().skip(1) {
        depth[id.0 as usize] = depth[files.trees.paths.parent(id).0 as usize].saturating_add(1);
    }
    // Children have larger numbers than their parents: from the end, each is built before its folder.
    let mut built: Vec<Option<Value>> = vec![None; files.trees.paths.len()];
    let mut layer_of = vec![0u16; files.trees.paths.len()];
    for live in &files.stacked.live {
        layer_of[live.path.0 as usize] = live.layer + 1;
    }
    for at in (0..files.trees.paths.len()).rev() {
        if (sizes[at] < least || depth[at] > MAX_DEPTH) && at > 0 {
            continue;
        }
        let mut inner: Vec<(u64, Value)> = Vec::new();
        let mut rest = 0;
        for &(child, _) in &children[at] {
            match built[child.0 as usize].take() {
                Some(value) => inner.push((sizes[child.0 as usize], value)),
                None => rest += sizes[child.0 as usize],
            }
        }
        inner.sort_by_key(|(size, _)| std::cmp::Reverse(*size));
        let mut inner: Vec<Value> = inner.into_iter().map(|(_, value)| value).collect();
        if rest > 0 && !children[at].is_empty() {
            inner.push(json!(["(smaller files)", rest, 0, []]));
        }
        let name = String::from_utf8_lossy(files.trees.paths.name(PathId(at as u32))).into_owned();
        let layer = if children[at].is_empty() { layer_of[at] } else { 0 };
        built[at] = Some(json!([name, sizes[at], layer, inner]));
    }
    built[0].take().unwrap_or(Value::Null)
}
