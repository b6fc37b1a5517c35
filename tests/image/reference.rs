//! What an image holds, computed the slow and obvious way: whole file systems as maps, one per layer.

use std::collections::{BTreeMap, BTreeSet};

use crate::image_spec::{Member, Spec};

#[derive(Debug, Default, PartialEq)]
pub(crate) struct Reference {
    pub(crate) total: u64,
    pub(crate) live: u64,
    pub(crate) paths: BTreeSet<String>,
}

#[derive(Clone, PartialEq)]
enum Node {
    Dir,
    Link(String),
    File(usize),
    Other,
}

pub(crate) fn reference(spec: &Spec) -> Reference {
    let mut system = System::default();
    for layer in spec.layers() {
        let members: Vec<&Member> = layer.members.iter().filter(|member| member.kind != b'g').collect();
        members.iter().for_each(|member| system.hide(member));
        members.iter().for_each(|member| system.put(member));
    }
    let file = |node: &Node| if let Node::File(at) = node { Some(*at) } else { None };
    let inodes: BTreeSet<usize> = system.nodes.values().filter_map(file).collect();
    Reference {
        total: system.sizes.iter().sum(),
        live: inodes.iter().map(|&at| system.sizes[at]).sum(),
        paths: system.nodes.keys().map(|path| format!("/{path}")).collect(),
    }
}

#[derive(Default)]
struct System {
    nodes: BTreeMap<String, Node>,
    /// Of every file that any layer has.
    sizes: Vec<u64>,
}

impl System {
    /// What a member takes away of the layers below.
    fn hide(&mut self, member: &Member) {
        let path = clean(&member.name);
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
        if is_overlay_whiteout(member) {
            self.remove(&path, true);
        } else if member.pax.iter().any(|(key, _)| key.contains("overlay.opaque")) {
            self.remove(&path, false);
        } else if name == ".wh..wh..opq" {
            self.remove(folder, false);
        } else if let Some(hidden) = name.strip_prefix(".wh.")
            && !hidden.starts_with(".wh.")
            && !["", ".", ".."].contains(&hidden)
        {
            self.remove(&clean(&format!("{folder}/{hidden}")), true);
        }
    }

    fn remove(&mut self, path: &str, itself: bool) {
        let inside = format!("{path}/");
        self.nodes.retain(|other, _| !(other.starts_with(&inside) || itself && other == path));
    }

    /// What a member adds.
    fn put(&mut self, member: &Member) {
        let path = clean(&member.name);
        let name = path.rsplit('/').next().unwrap_or_default();
        let is_mark = name.starts_with(".wh.") || is_overlay_whiteout(member);
        if is_mark || path.is_empty() || path == "stargz.index.json" || path == ".no.prefetch.landmark" {
            return;
        }
        let path = through_links(&self.nodes, &path);
        for (at, _) in path.match_indices('/') {
            self.nodes.insert(path[..at].to_owned(), Node::Dir);
        }
        if member.kind != b'5' || self.nodes.get(&path).is_some_and(|node| *node != Node::Dir) {
            self.remove(&path, true);
        }
        let node = self.node(member);
        self.nodes.insert(path, node);
    }

    fn node(&mut self, member: &Member) -> Node {
        match member.kind {
            b'5' => Node::Dir,
            b'2' => Node::Link(member.target.clone()),
            b'1' => self.nodes.get(&clean(&member.target)).cloned().unwrap_or(Node::Other),
            b'0' => {
                self.sizes.push(member.contents.len() as u64);
                Node::File(self.sizes.len() - 1)
            }
            _ => Node::Other,
        }
    }
}

fn is_overlay_whiteout(member: &Member) -> bool {
    member.kind == b'3' && member.device == (0, 0)
}

fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// The fixtures have no chains of links: one step is enough.
fn through_links(fs: &BTreeMap<String, Node>, path: &str) -> String {
    for (at, _) in path.match_indices('/') {
        if let Some(Node::Link(target)) = fs.get(&path[..at]) {
            let folder = path[..at].rsplit_once('/').map_or("", |(folder, _)| folder);
            return clean(&format!("{folder}/{target}/{}", &path[at + 1..]));
        }
    }
    path.to_owned()
}
