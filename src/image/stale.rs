//! Is the image what a build of the working tree would give? Layer by layer, by the layers' real
//! contents.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;

use super::analysis::Files;
use super::created_by::{instruction, keyword};
use super::image::Image;
use super::paths::PathId;
use super::source::{Written, align, same_text};
use super::tree::{Entry, Kind};
use crate::cache::{ContentId, Copied, Graph, Node, Part, Step, Taken, Vertex, VertexKind};

/// What a build of the working tree would do to the image's own steps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Stale {
    /// The instructions as they are now, and those of the image that are gone, from the bottom.
    pub steps: Vec<StepNow>,
    /// What had to be taken for granted.
    pub notes: Vec<String>,
}

/// One instruction now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepNow {
    /// The layer that it made, from 0; `None` for one without a layer.
    pub layer: Option<usize>,
    /// The line of the Dockerfile, from 1; `None` for an instruction that is gone.
    pub line: Option<u32>,
    /// The instruction.
    pub instruction: String,
    /// What becomes of it.
    pub now: Now,
    /// Why, where it is not simply reused; empty otherwise.
    pub why: String,
    /// Files that differ, by path in the context.
    pub files: Vec<FileNow>,
}

/// What becomes of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Now {
    /// The same: its layer is reused, or its setting stays.
    Same,
    /// Only the build can tell.
    Unknown,
    /// It is built again, or its setting changes.
    Changed,
    /// It is no longer in the Dockerfile.
    Gone,
}

impl Now {
    /// For people; a step without a layer is a setting.
    pub fn as_str(self, has_layer: bool) -> &'static str {
        match self {
            Now::Same if has_layer => "reused",
            Now::Same => "same",
            Now::Unknown => "maybe",
            Now::Changed if has_layer => "rebuilt",
            Now::Changed => "changed",
            Now::Gone => "gone",
        }
    }
}

/// A file that differs between a layer and the context.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct FileNow {
    /// The path in the context; for a file that is gone, its path in the image with a leading slash.
    pub path: String,
    /// `contents`, `mode`, `type`, `target`, `added` or `removed`.
    pub what: &'static str,
}

impl Stale {
    /// True where the image is certainly not what a build would give now; `None` where only the
    /// build can tell.
    pub fn is_stale(&self) -> Option<bool> {
        let any = |wanted: &[Now]| self.steps.iter().any(|step| wanted.contains(&step.now));
        match () {
            () if any(&[Now::Changed, Now::Gone]) => Some(true),
            () if any(&[Now::Unknown]) => None,
            () => Some(false),
        }
    }

    /// Own layers that are reused, that may be, and all.
    pub fn layers(&self) -> (usize, usize, usize) {
        let layers = || self.steps.iter().filter(|step| step.layer.is_some());
        let count = |wanted: Now| layers().filter(|step| step.now == wanted).count();
        (count(Now::Same), count(Now::Unknown), layers().count())
    }
}

/// The name under which a context's file is compared with a layer's: its size in bytes and its XXH3.
pub fn content_id(size: u64, hash: u64) -> ContentId {
    let mut bytes = size.to_le_bytes().to_vec();
    bytes.extend(hash.to_le_bytes());
    ContentId::from_hash(&bytes)
}

/// The build arguments that the image's history names, as `ARG NAME=value` and before commands.
pub fn build_args(image: &Image, first_own: usize) -> BTreeMap<String, String> {
    let steps = image.steps();
    let start = own_start(image, first_own);
    let texts = steps[start..].iter().map(|step| image.instruction(*step));
    let args = texts.filter_map(|text| Some(text.strip_prefix("ARG ")?.to_owned()));
    args.filter_map(|arg| arg.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()))).collect()
}

/// The index of the first history step above the base image.
pub fn own_start(image: &Image, first_own: usize) -> usize {
    let steps = image.steps();
    steps.iter().rposition(|step| step.layer.is_some_and(|layer| layer < first_own)).map_or(0, |at| {
        // The base's settings follow its last layer; up to its CMD or ENTRYPOINT they are its own.
        let rest = &steps[at + 1..];
        let next = rest.iter().position(|step| step.layer.is_some()).unwrap_or(rest.len());
        let is_end = |step: &super::Step| matches!(keyword(&image.instruction(*step)), Some("CMD" | "ENTRYPOINT"));
        at + 1 + rest[..next].iter().rposition(is_end).map_or(0, |end| end + 1)
    })
}

/// Compares an image with what `graph`, a build of `written`, would do now. The context's files in
/// `graph` are named by [`content_id`].
pub fn stale(image: &Image, files: &Files, first_own: usize, written: &[Written], graph: &Graph) -> Stale {
    let matched = align(image, written);
    let steps = image.steps();
    let mut start = own_start(image, first_own).min(steps.len());
    let has_base = graph.vertices.iter().any(|vertex| matches!(vertex.kind, VertexKind::Image { .. }));
    let lowest = matched.iter().position(Option::is_some).unwrap_or(steps.len());
    let guessed = first_own == 0 && has_base && lowest > 0;
    if guessed {
        start = lowest;
    }
    let index = Index::new(files);
    let mut judge = Judge { image, index, graph, broken: None, doubtful: None, setting: None, out: Stale::default() };
    if !files.stacked.hashed {
        judge.out.notes.push("contents were not read: files of the same size count as the same".to_owned());
    }
    if guessed {
        judge.out.notes.push(format!("the lowest {lowest} steps are taken for the base image's; --base names it"));
    }
    let mut next = 0;
    for at in start..steps.len() {
        match matched[at] {
            Some(instruction) if instruction >= next => {
                for added in &written[next..instruction] {
                    judge.added(added);
                }
                judge.both(steps[at].layer, at, &written[instruction]);
                next = instruction + 1;
            }
            _ => judge.gone(steps[at].layer, at),
        }
    }
    for added in &written[next..] {
        judge.added(added);
    }
    judge.out
}

struct Judge<'a> {
    image: &'a Image,
    index: Index<'a>,
    graph: &'a Graph,
    /// The instruction above which nothing is reused.
    broken: Option<String>,
    /// The instruction whose result only the build can tell.
    doubtful: Option<String>,
    /// A changed setting that the next RUN will see.
    setting: Option<String>,
    out: Stale,
}

impl Judge<'_> {
    fn push(&mut self, layer: Option<usize>, line: Option<u32>, text: &str, now: Now, why: String) {
        let (instruction, files) = (text.to_owned(), Vec::new());
        self.out.steps.push(StepNow { layer, line, instruction, now, why, files });
    }

    /// An instruction that the image does not have.
    fn added(&mut self, written: &Written) {
        if matches!(written.keyword.as_str(), "ONBUILD" | "HEALTHCHECK" | "SHELL" | "ARG" | "MAINTAINER") {
            // Builders write these into the history in forms of their own, or not at all.
            return;
        }
        self.note_setting(&written.keyword, &written.text);
        if makes_layer(&written.keyword) {
            self.broken.get_or_insert_with(|| written.text.clone());
        }
        self.push(None, Some(written.line), &written.text, Now::Changed, "not in the image".into());
    }

    /// A step of the image that the Dockerfile no longer has.
    fn gone(&mut self, layer: Option<usize>, step: usize) {
        let text = self.image.instruction(self.image.steps()[step]);
        let word = keyword(&text).unwrap_or_default().to_owned();
        if matches!(word.as_str(), "ONBUILD" | "HEALTHCHECK" | "SHELL" | "ARG" | "MAINTAINER") {
            return;
        }
        self.note_setting(&word, &text);
        if layer.is_some() {
            self.broken.get_or_insert_with(|| format!("{text}, which is gone,"));
        }
        self.push(layer, None, &text, Now::Gone, "no longer in the Dockerfile".into());
    }

    fn note_setting(&mut self, word: &str, text: &str) {
        if matches!(word, "ENV" | "ARG" | "USER" | "SHELL" | "WORKDIR") {
            self.setting.get_or_insert_with(|| text.to_owned());
        }
    }

    /// A step of the image and the instruction that stands for it now.
    fn both(&mut self, layer: Option<usize>, step: usize, written: &Written) {
        let before = self.image.instruction(self.image.steps()[step]);
        let same = self.same_instruction(&before, written);
        let Some(layer) = layer else {
            let why = if same { String::new() } else { format!("was `{before}`") };
            if !same {
                self.note_setting(&written.keyword, &written.text);
            }
            let now = if same { Now::Same } else { Now::Changed };
            return self.push(None, Some(written.line), &written.text, now, why);
        };
        let linked = self.vertices(written).iter().any(|vertex| matches!(vertex.kind, VertexKind::Link));
        let (now, why, files) = match () {
            () if !linked && self.broken.is_some() => {
                let below = self.broken.clone().unwrap_or_default();
                let (_, _, files) = self.contents(layer, written);
                (Now::Changed, format!("`{}` above it changes", brief(&below)), files)
            }
            () if !same => (Now::Changed, format!("was `{before}`"), Vec::new()),
            () if written.keyword == "RUN" && self.setting.is_some() => (
                Now::Changed,
                format!("`{}` above it changed", brief(self.setting.as_deref().unwrap_or_default())),
                Vec::new(),
            ),
            () => self.contents(layer, written),
        };
        let (now, why) = match (&self.doubtful, now) {
            (Some(below), Now::Same) if !linked => {
                (Now::Unknown, format!("reused if `{}` comes out as before", brief(below)))
            }
            _ => (now, why),
        };
        match now {
            Now::Changed if !linked => drop(self.broken.get_or_insert_with(|| written.text.clone())),
            Now::Unknown if !linked => drop(self.doubtful.get_or_insert_with(|| written.text.clone())),
            _ => {}
        }
        let (layer, line, instruction) = (Some(layer), Some(written.line), written.text.clone());
        self.out.steps.push(StepNow { layer, line, instruction, now, why, files });
    }

    /// Whether the history's text is that of the instruction; a RUN's by what is executed.
    fn same_instruction(&self, before: &str, written: &Written) -> bool {
        let executed = self.vertices(written).into_iter().find_map(|vertex| match &vertex.kind {
            VertexKind::Run(args, _) => Some(instruction(&format!("RUN {}", args.join(" ")), "")),
            _ => None,
        });
        executed.is_some_and(|now| now.trim() == before.trim()) || same_text(before, &written.text)
            || written.keyword == "ARG" && same_argument(before, &written.text)
            || written.keyword == "HEALTHCHECK"
            // The classic builder names what it copied by a digest instead of a path.
            || [" file:", " dir:", " multi:"].iter().any(|form| before.contains(form))
    }

    fn vertices(&self, written: &Written) -> Vec<&Vertex> {
        let is_here = |step: &&Step| step.reachable && step.place.line == written.line;
        let steps = self.graph.steps.iter().filter(is_here);
        steps.flat_map(|step| &step.vertices).filter_map(|at| self.graph.vertices.get(*at)).collect()
    }

    /// What a step that reads files finds.
    fn contents(&self, layer: usize, written: &Written) -> (Now, String, Vec<FileNow>) {
        let mut result = (Now::Same, String::new(), Vec::new());
        for vertex in self.vertices(written) {
            let (now, why, files) = match &vertex.kind {
                VertexKind::Copy(actions) => self.copy(layer, vertex, actions),
                VertexKind::Run(_, mounts) => self.mounted(vertex, mounts),
                _ => continue,
            };
            if now != Now::Same {
                result = (now, why, files);
            }
        }
        result
    }

    fn mounted(&self, vertex: &Vertex, mounts: &[(String, usize, String)]) -> (Now, String, Vec<FileNow>) {
        let reads = |(_, input, _): &&(String, usize, String)| {
            let source = vertex.inputs.get(*input).and_then(|input| self.graph.vertices.get(input.vertex));
            source.is_some_and(|source| matches!(source.kind, VertexKind::Context(..)))
        };
        match mounts.iter().find(reads) {
            Some((target, ..)) => {
                (Now::Unknown, format!("what it mounts at `{target}` is not in the image"), Vec::new())
            }
            None => (Now::Same, String::new(), Vec::new()),
        }
    }

    fn copy(&self, layer: usize, vertex: &Vertex, actions: &[Copied]) -> (Now, String, Vec<FileNow>) {
        let mut files = Vec::new();
        let mut expected = HashSet::new();
        let mut why = String::new();
        let modes: Vec<&str> =
            vertex.key.parts().iter().filter(|part| part.part == Part::Mode).map(|part| part.value.as_str()).collect();
        for (number, action) in actions.iter().enumerate() {
            let source = action.input.and_then(|input| vertex.inputs.get(input));
            let source = source.and_then(|input| self.graph.vertices.get(input.vertex));
            let inline;
            let root = match source.map(|source| &source.kind) {
                Some(VertexKind::Context(_, root)) => root,
                Some(VertexKind::Inline(name, mode, bytes)) => {
                    let id = content_id(bytes.len() as u64, xxhash_rust::xxh3::xxh3_64(bytes));
                    inline = crate::cache::Dir::empty().with(name, Node::File(*mode, id));
                    &inline
                }
                Some(VertexKind::Remote { url, .. }) => {
                    why = format!("`{url}` may have changed");
                    continue;
                }
                Some(VertexKind::Image { reference, .. }) => {
                    why = format!("reused if `{reference}` is the same image");
                    continue;
                }
                _ => {
                    why = "reused if the stage that it copies from gives the same".to_owned();
                    continue;
                }
            };
            let taken = match action.selector.taken(root) {
                Ok(taken) => taken,
                Err(path) => return (Now::Changed, format!("`{path}` is not in the context: the build fails"), files),
            };
            if let Some(archive) = taken.iter().find(|taken| taken.named && is_unpacked(vertex, &taken.source)) {
                why = format!("`{}` is unpacked", archive.source);
                continue;
            }
            let mode = match (action.mode, modes.get(number).copied().unwrap_or_default()) {
                (Some(mode), _) => ModeRule::Exactly(mode),
                (None, "") => ModeRule::Kept,
                (None, _) => ModeRule::Any,
            };
            for taken in &taken {
                let target = self.target(layer, action, taken);
                files.extend(self.file(layer, &target, taken, mode, &mut expected));
            }
        }
        if why.is_empty() {
            files.extend(self.index.left_over(layer, &expected));
        }
        files.sort();
        files.dedup();
        match () {
            () if !files.is_empty() => (Now::Changed, count(&files), files),
            () if !why.is_empty() => (Now::Unknown, why, files),
            () => (Now::Same, why, files),
        }
    }

    /// Where in the image a file lands.
    fn target(&self, layer: usize, action: &Copied, taken: &Taken) -> String {
        let dest = action.dest.trim_end_matches('/');
        let into = !taken.named || action.dest.ends_with('/') || self.index.is_folder(dest, layer);
        if into { format!("{dest}/{}", taken.below) } else { dest.to_owned() }
    }

    /// What differs between a file of the context and the one that the image has after that layer.
    fn file(
        &self,
        layer: usize,
        target: &str,
        taken: &Taken,
        mode: ModeRule,
        expected: &mut HashSet<PathId>,
    ) -> Option<FileNow> {
        let differs = |what| Some(FileNow { path: taken.source.clone(), what });
        let Some((path, entry)) = self.index.find(target, layer) else { return differs("added") };
        expected.insert(path);
        let wrong_mode = |now: u32| match mode {
            ModeRule::Any => false,
            ModeRule::Exactly(mode) => u32::from(entry.mode) != mode & 0o7777,
            ModeRule::Kept => u32::from(entry.mode) != now & 0o7777,
        };
        match (&taken.node, entry.kind) {
            (Node::Link(target), Kind::Symlink) => match self.index.text(&entry) == target.as_bytes() {
                true => None,
                false => differs("target"),
            },
            (Node::Dir(dir), Kind::Directory) if wrong_mode(dir.mode) && self.index.made_in(path, layer) => {
                differs("mode")
            }
            (Node::Dir(_), Kind::Directory) => None,
            (Node::File(now, id), Kind::File | Kind::Hardlink) => {
                let (size, hash) = self.index.contents(&entry, layer)?;
                let known = content_id(size, hash);
                // Without hashes only the size, the first half of the name, can be compared.
                let same = if self.index.files.stacked.hashed { known == *id } else { known.0[..8] == id.0[..8] };
                match () {
                    () if !same => differs("contents"),
                    () if wrong_mode(*now) => differs("mode"),
                    () => None,
                }
            }
            _ => differs("type"),
        }
    }
}

#[derive(Clone, Copy)]
enum ModeRule {
    Kept,
    Exactly(u32),
    Any,
}

fn makes_layer(keyword: &str) -> bool {
    matches!(keyword, "RUN" | "COPY" | "ADD" | "WORKDIR")
}

fn count(files: &[FileNow]) -> String {
    match files {
        [only] => format!("`{}`: {}", only.path, only.what),
        files => format!("{} files differ", files.len()),
    }
}

/// The first words of an instruction.
fn brief(instruction: &str) -> String {
    let mut letters = instruction.chars();
    let mut text: String = letters.by_ref().take(60).collect();
    if letters.next().is_some() {
        text.push('…');
    }
    text
}

/// `ARG A` now and `ARG A=1` in the history: the value was given to the build.
fn same_argument(before: &str, now: &str) -> bool {
    let name = now.trim_start_matches("ARG").trim();
    !name.contains('=') && before.trim_start_matches("ARG").trim().split('=').next() == Some(name)
}

/// ADD unpacks local archives.
fn is_unpacked(vertex: &Vertex, name: &str) -> bool {
    let unpacks = vertex
        .key
        .parts()
        .iter()
        .any(|part| part.part == Part::Option && part.name == "unpack" && part.value == "true");
    let lower = name.to_ascii_lowercase();
    unpacks
        && [".tar", ".tgz", ".tbz2", ".txz", ".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst"]
            .iter()
            .any(|end| lower.ends_with(end))
}

/// All members of all layers by path, to ask what a path was at the time of a layer.
struct Index<'f> {
    files: &'f Files,
    /// Path, layer, entry, sorted.
    members: Vec<(PathId, u16, u32)>,
}

/// How many symbolic links are followed.
const MAX_LINKS: usize = 40;

impl<'f> Index<'f> {
    fn new(files: &'f Files) -> Index<'f> {
        let mut members = Vec::new();
        for layer in 0..files.trees.layers.len() {
            let entries = files.trees.entries(layer).iter().enumerate();
            members.extend(entries.map(|(at, entry)| (entry.path, layer as u16, at as u32)));
        }
        members.sort_unstable();
        Index { files, members }
    }

    fn of(&self, path: PathId, layer: usize) -> &[(PathId, u16, u32)] {
        let start = self.members.partition_point(|member| member.0 < path);
        let end = self.members.partition_point(|member| (member.0, member.1 as usize) <= (path, layer));
        &self.members[start.min(end)..end]
    }

    fn entry(&self, member: &(PathId, u16, u32)) -> Entry {
        self.files.trees.entries(member.1 as usize).at(member.2)
    }

    /// What stands at exactly this path after `layer`, links not followed; the layer that put it there.
    fn here(&self, path: PathId, layer: usize) -> Option<(u16, Entry)> {
        let members = self.of(path, layer);
        let last = members.iter().rev().find(|member| !self.entry(member).kind.is_whiteout());
        // Whiteouts speak of lower layers: one in the same layer does not take the member away.
        let (at, entry) = last.map(|member| (member.1, self.entry(member)))?;
        let hidden = members.iter().any(|member| member.1 > at && self.entry(member).kind == Kind::Whiteout);
        (!hidden && !self.hidden_above(path, at, layer)).then_some((at, entry))
    }

    /// True where a folder above was removed, emptied or replaced after layer `at`.
    fn hidden_above(&self, path: PathId, at: u16, layer: usize) -> bool {
        let mut folder = path;
        while folder != PathId::ROOT {
            folder = self.files.trees.paths.parent(folder);
            let later = self.of(folder, layer).iter().rev().take_while(|member| member.1 > at);
            if later.into_iter().any(|member| self.entry(member).kind != Kind::Directory) {
                return true;
            }
        }
        false
    }

    /// What a path leads to after `layer`, links among its folders followed.
    fn find(&self, path: &str, layer: usize) -> Option<(PathId, Entry)> {
        let split = |path: &[u8]| -> Vec<Vec<u8>> {
            let parts = path.split(|&byte| byte == b'/').filter(|part| !part.is_empty() && *part != b".");
            let mut parts: Vec<Vec<u8>> = parts.map(<[u8]>::to_vec).collect();
            parts.reverse();
            parts
        };
        let paths = &self.files.trees.paths;
        let (mut pending, mut at, mut links) = (split(path.as_bytes()), PathId::ROOT, 0);
        let mut found = None;
        while let Some(name) = pending.pop() {
            if name == b".." {
                at = paths.parent(at);
                continue;
            }
            let next = paths.child(at, &name)?;
            let entry = self.here(next, layer).map(|(_, entry)| entry);
            if let Some(entry) = entry.filter(|entry| entry.kind == Kind::Symlink && !pending.is_empty()) {
                links += 1;
                if links > MAX_LINKS {
                    return None;
                }
                let target = self.text(&entry);
                if target.starts_with(b"/") {
                    at = PathId::ROOT;
                }
                pending.extend(split(target));
                continue;
            }
            at = next;
            found = entry;
        }
        Some((at, found?))
    }

    fn is_folder(&self, path: &str, layer: usize) -> bool {
        // A folder that the layer itself makes for the file is listed in it as one, too.
        self.find(path, layer).is_some_and(|(_, entry)| entry.kind == Kind::Directory)
    }

    fn text(&self, entry: &Entry) -> &'f [u8] {
        self.files.trees.texts.get(entry.link)
    }

    fn made_in(&self, path: PathId, layer: usize) -> bool {
        self.of(path, layer).last().is_some_and(|member| member.1 as usize == layer)
    }

    /// Size and hash of a file, also under its second name.
    fn contents(&self, entry: &Entry, layer: usize) -> Option<(u64, u64)> {
        let mut entry = *entry;
        for _ in 0..MAX_LINKS {
            match entry.kind {
                Kind::File => return Some((entry.size, entry.hash)),
                Kind::Hardlink => entry = self.here(PathId(entry.link), layer)?.1,
                _ => return None,
            }
        }
        None
    }

    /// Files of a COPY's layer that the context no longer has.
    fn left_over(&self, layer: usize, expected: &HashSet<PathId>) -> Vec<FileNow> {
        let entries = self.files.trees.entries(layer).iter();
        let is_file = |entry: &Entry| matches!(entry.kind, Kind::File | Kind::Symlink | Kind::Hardlink);
        let gone = entries.filter(is_file).filter(|entry| !expected.contains(&entry.path));
        gone.map(|entry| FileNow { path: self.files.trees.paths.display(entry.path), what: "removed" }).collect()
    }
}
