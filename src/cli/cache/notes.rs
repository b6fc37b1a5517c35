//! What a verdict rests on, said where it applies.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use crate::cache::advice::Advised;
use crate::cache::{Dir, Filter, Graph, Node, ReasonKind, Request, Snapshot, Verdict, VertexKind};
use crate::config::Config;
use crate::host::{self, DiskFiles, Git, History, Place};
use crate::model::{EntryKind, Files};
use crate::syntax::dockerignore::Dockerignore;

/// Names that a note lists.
const SHOWN: usize = 3;

/// Of the build context, where it is another folder than the Dockerfile's and nobody said so.
pub(super) fn of_place(place: &Place, config: &Config) -> Option<String> {
    let own = place.dockerfile.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let is_guess = config.context.value.is_none() && host::absolute(own) != host::absolute(&place.context);
    is_guess.then(|| {
        let folder = host::display(&place.context);
        format!("the build context is taken to be `{folder}`, where what is copied lies; `--context` says otherwise")
    })
}

/// Of any build: sources that nobody can look into without asking.
pub(super) fn of_build(state: &Snapshot, graph: &Graph) -> Vec<String> {
    let mut notes = Vec::new();
    let sent = state.sent();
    let mut modules = Vec::new();
    submodules(&sent, "", &mut modules);
    if !modules.is_empty() {
        notes.push(format!("submodules count by their commit: {}", listed(&modules)));
    }
    let urls = graph.vertices.iter().filter_map(|vertex| match &vertex.kind {
        VertexKind::Remote { url, held: None, .. } => Some(url.clone()),
        _ => None,
    });
    let urls: Vec<String> = urls.collect();
    if !urls.is_empty() {
        notes.push(format!("whether a remote source changed only the build can tell: {}", listed(&urls)));
    }
    notes
}

/// Of the build that comes next.
pub(super) fn of_next(request: &Request, verdicts: &[Verdict], place: &Place) -> Vec<String> {
    let mut notes = Vec::new();
    if request.option("no-cache").is_some_and(|it| !it.is_empty()) {
        notes.push(
            "BuildKit before 0.32 runs everything below a stage of `--no-cache-filter`; from 0.32 on what does not \
             build directly upon it is found again"
                .to_string(),
        );
    }
    let reasons = verdicts.iter().filter_map(Verdict::reason).filter(|it| it.kind == ReasonKind::Files);
    let paths: BTreeSet<&String> = reasons.flat_map(|reason| &reason.paths).collect();
    let fixed = paths.into_iter().filter(|path| host::has_fixed_time(&place.context.join(path)));
    let fixed: Vec<String> = fixed.cloned().collect();
    if !fixed.is_empty() {
        notes.push(format!(
            "a builder that still has the last transfer misses a change that keeps size and time: {} has a time \
             before 1980",
            listed(&fixed)
        ));
    }
    notes
}

/// Of a history: what the commits do not tell.
pub(super) fn of_history(history: &History, place: &Place, git: &Git, only_last: bool) -> Vec<String> {
    let (Some(last), Some(graph)) = (history.states.last(), &history.last) else { return Vec::new() };
    let mut notes = of_build(last, graph);
    let moving = graph.vertices.iter().filter_map(|vertex| match &vertex.kind {
        VertexKind::Image { reference, .. } if !reference.contains('@') => Some(reference.clone()),
        _ => None,
    });
    let moving: Vec<String> = moving.collect();
    if !moving.is_empty() {
        notes.push(format!("tags are taken to point to the same images all along: {}", listed(&moving)));
    }
    let is_git = |path: &String| path.starts_with(".git/");
    if last.sends_git() && history.replay.steps().iter().any(|track| track.culprits.keys().any(is_git)) {
        notes.push("`.git` reaches the build context and changes with every commit".to_string());
    }
    let stages: BTreeSet<usize> =
        graph.steps.iter().filter(|step| step.reachable).map(|step| step.place.stage).collect();
    if only_last && stages.len() > 1 {
        notes.push(
            "a cache exported with `mode=min` (the default) or inline holds the last stage only: steps of other \
             stages run again whenever one of its own does"
                .to_string(),
        );
    }
    if git.is_shallow() {
        notes.push("the clone is shallow: `git fetch --unshallow` brings the earlier commits".to_string());
    }
    // What lies on disk belongs to the commit that is checked out.
    let checked_out = || git.commit("HEAD").is_ok_and(|head| *head.id() == *last.commit);
    if !git.is_bare() && checked_out() {
        notes.extend(untracked(last, &place.context));
    }
    notes
}

/// Of advice that could not be looked for.
pub(super) fn of_advice(advised: &Advised) -> Option<String> {
    let is_open = advised.as_if && advised.counted.is_empty();
    is_open.then(|| {
        "no advice: most commits lack files that today's Dockerfile copies; `--commits` with fewer may help".to_string()
    })
}

/// Files kept by git LFS, by what .gitattributes says.
pub(super) fn of_attributes(text: &str) -> Option<String> {
    let is_lfs = |line: &str| !line.trim_start().starts_with('#') && line.contains("filter=lfs");
    text.lines()
        .any(is_lfs)
        .then(|| "files in git LFS count by their pointers: a checkout without them builds something else".to_string())
}

/// What lies on disk, reaches the builder and is in no commit.
fn untracked(last: &Snapshot, context: &Path) -> Option<String> {
    let disk = DiskFiles::new(context);
    let on_disk = disk.list().iter().filter(|entry| entry.path != ".git" && !entry.path.starts_with(".git/"));
    let node = |kind: EntryKind| match kind {
        EntryKind::Dir => Node::Dir(Dir::empty()),
        EntryKind::Symlink => Node::Link("".into()),
        EntryKind::File => Node::File(0o644, crate::cache::ContentId::default()),
    };
    let tree = Dir::from_paths(on_disk.map(|entry| (entry.path.clone(), node(entry.kind))));
    let sent = Filter::new(Dockerignore::parse(&last.ignore).matcher()).sent(&tree);
    let mut found = Vec::new();
    missing(&sent, &last.tree, "", &mut found);
    (!found.is_empty())
        .then(|| format!("what git does not track is left out, though a build here would send it: {}", listed(&found)))
}

/// Paths of `sent` that are not in `tracked`; a folder stands for all in it.
fn missing(sent: &Dir, tracked: &Dir, folder: &str, found: &mut Vec<String>) {
    for (name, node) in sent.entries() {
        let path = if folder.is_empty() { name.to_string() } else { format!("{folder}/{name}") };
        match (node, tracked.get(name)) {
            (Node::Dir(inner), None) if inner.entries().is_empty() => {}
            (_, None) => found.push(path),
            (Node::Dir(inner), Some(Node::Dir(known))) => missing(inner, known, &path, found),
            _ => {}
        }
    }
}

fn submodules(dir: &Arc<Dir>, folder: &str, found: &mut Vec<String>) {
    for (name, node) in dir.entries() {
        let Node::Dir(inner) = node else { continue };
        let path = if folder.is_empty() { name.to_string() } else { format!("{folder}/{name}") };
        if inner.get("(submodule)").is_some() { found.push(path) } else { submodules(inner, &path, found) }
    }
}

fn listed(names: &[String]) -> String {
    let shown: Vec<String> =
        names.iter().take(SHOWN).map(|it| format!("`{}`", it.replace(char::is_control, " "))).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
