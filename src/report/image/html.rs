use std::collections::BTreeMap;

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
/// clicked through, the waste, and what the rules found, as the JSON format has it.
pub fn html(report: &ImageReport, diagnostics: Value) -> String {
    let mut data = super::json(report);
    data["diagnostics"] = diagnostics;
    if let Some(files) = report.files {
        data["tree"] = treemap(files);
    }
    filled(PAGE, &data)
}

const PAGE: &str = include_str!("page.html");

/// `[name, bytes, layer, children]` nested; the layer is that of the file, from 1, and 0 for folders.
/// Files too small for a box of their own are summed up by folder and layer.
fn treemap(files: &Files) -> Value {
    let paths = &files.trees.paths;
    let sizes = files.folder_sizes();
    // A box for everything above a share of the whole bounds their number.
    let least = (sizes[0] / MAX_BOXES as u64).max(1);
    let mut nodes: Vec<Node> = vec![Node::default(); paths.len()];
    for live in &files.stacked.live {
        nodes[live.path.index()].layer = live.layer + 1;
        nodes[paths.parent(live.path).index()].is_folder = true;
    }
    let mut depth = vec![0u16; paths.len()];
    for id in paths.ids().skip(1) {
        depth[id.index()] = depth[paths.parent(id).index()].saturating_add(1);
    }
    // Children have larger numbers than their parents: from the end, each is whole before its folder.
    for at in (1..paths.len()).rev() {
        let node = std::mem::take(&mut nodes[at]);
        let parent = &mut nodes[paths.parent(PathId(at as u32)).index()];
        if sizes[at] >= least && depth[at] <= MAX_DEPTH {
            let name = String::from_utf8_lossy(paths.name(PathId(at as u32))).into_owned();
            parent.children.push((sizes[at], node.value(&name, sizes[at])));
        } else if node.is_folder {
            node.small.into_iter().for_each(|(layer, size)| *parent.small.entry(layer).or_default() += size);
        } else if sizes[at] > 0 {
            *parent.small.entry(node.layer).or_default() += sizes[at];
        }
    }
    std::mem::take(&mut nodes[0]).value("", sizes[0])
}

#[derive(Clone, Default)]
struct Node {
    layer: u16,
    is_folder: bool,
    children: Vec<(u64, Value)>,
    /// Bytes by layer of what has no box of its own.
    small: BTreeMap<u16, u64>,
}

impl Node {
    fn value(mut self, name: &str, size: u64) -> Value {
        self.children.sort_by_key(|(size, _)| std::cmp::Reverse(*size));
        let mut children: Vec<Value> = self.children.into_iter().map(|(_, value)| value).collect();
        children.extend(self.small.into_iter().map(|(layer, size)| json!(["(smaller files)", size, layer, []])));
        json!([name, size, if self.is_folder { 0 } else { self.layer }, children])
    }
}
