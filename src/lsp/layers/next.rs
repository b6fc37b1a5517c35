//! What the next build does if the editor's texts are saved as they are: the last commit, with the open
//! files that differ from it in place of its own, is compared with the last commit.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::cache::{Cache, ContentId, Graph, Graphs, Node, Snapshot, Verdict};
use crate::host::{self, DiskFiles, Place};

use super::known::{Base, files};

/// A predicted build.
#[derive(Debug, Default)]
pub(crate) struct Next {
    /// Its steps in the order of the file.
    pub(crate) steps: Vec<NextStep>,
    /// Open files of the build that differ from the last commit, by their path in the context.
    pub(crate) changed: Vec<String>,
    /// The first digits of the last commit's id.
    pub(crate) commit: String,
}

impl Next {
    /// What an editor shows of it.
    pub(crate) fn said(&self) -> Vec<(&str, Option<&Why>)> {
        self.steps.iter().map(|it| (it.instruction.as_str(), it.why.as_ref())).collect()
    }

    /// Steps that run for certain.
    pub(crate) fn runs(&self) -> usize {
        self.steps.iter().filter(|it| it.runs()).count()
    }
}

/// What becomes of a step.
#[derive(Clone, Debug)]
pub(crate) struct NextStep {
    pub(crate) stage: usize,
    pub(crate) instruction: String,
    /// Why it runs, or may run; `None` for a hit and for what is not built.
    pub(crate) why: Option<Why>,
}

impl NextStep {
    /// True for a step that runs for certain.
    pub(crate) fn runs(&self) -> bool {
        self.why.as_ref().is_some_and(|why| why.sure)
    }
}

/// Why a step runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Why {
    /// False where only the build can tell.
    pub(crate) sure: bool,
    /// In words.
    pub(crate) text: String,
    /// The line of the step that makes it run, where it is another one.
    pub(crate) by_line: Option<u32>,
}

/// Predicts the build of `text` with the open files as they are.
pub(crate) fn predict(base: &Base, text: &str, open: &HashMap<PathBuf, Arc<str>>) -> Option<Next> {
    let (state, before, changed) = states(base, text, open);
    let mut cache = Cache::default();
    let mut graphs = Graphs::new(base.request.clone());
    cache.build(graphs.graph(&before)?);
    let graph = graphs.graph(&state)?;
    let verdicts = cache.build(graph);
    let step = |step: &crate::cache::Step| NextStep {
        stage: step.place.stage,
        instruction: step.place.instruction.clone(),
        why: graph.verdict(step, &verdicts).and_then(|verdict| why(graph, step, &verdict)),
    };
    Some(Next { steps: graph.steps.iter().map(step).collect(), changed, commit: base.commit.clone() })
}

/// The state to build, the one that was built, and the paths that differ.
fn states(base: &Base, text: &str, open: &HashMap<PathBuf, Arc<str>>) -> (Snapshot, Snapshot, Vec<String>) {
    let (mut before, mut after) = (base.state.clone(), base.state.clone());
    let mut changed = Vec::new();
    after.dockerfile = text.into();
    let disk = DiskFiles::new(&base.place.context);
    let ignore = base.place.ignore_file().0;
    for (path, text) in open {
        if *path == ignore {
            after.ignore = text.clone();
        }
        let Some(inner) = disk.path_of(path) else { continue };
        let committed = base.state.tree.resolve(&inner, false).map(|(_, node)| node);
        match committed {
            Some(Node::File(mode, id)) => {
                if !names(text).contains(&id) {
                    after.tree = after.tree.with(&inner, Node::File(mode, host::blob_id(text.as_bytes())));
                    changed.push(inner);
                }
            }
            Some(_) => {}
            // Whether a file that git does not have was there in the last build, nobody knows: what
            // is on disk counts as having been there.
            None => {
                let saved = host::read(path).ok().map(|bytes| host::blob_id(&bytes));
                if let Some(id) = &saved {
                    before.tree = before.tree.with(&inner, Node::File(0o644, *id));
                    after.tree = after.tree.with(&inner, Node::File(0o644, *id));
                }
                if saved.is_none_or(|id| !names(text).contains(&id)) {
                    after.tree = after.tree.with(&inner, Node::File(0o644, host::blob_id(text.as_bytes())));
                    changed.push(inner);
                }
            }
        }
    }
    changed.sort();
    (after, before, changed)
}

/// A state on disk with the open texts in place of what is saved.
pub(crate) fn saved(state: Snapshot, place: &Place, text: &str, open: &HashMap<PathBuf, Arc<str>>) -> Snapshot {
    let mut state = Snapshot { dockerfile: text.into(), ..state };
    let disk = DiskFiles::new(&place.context);
    let ignore = place.ignore_file().0;
    for (path, text) in open {
        if *path == ignore {
            state.ignore = text.clone();
        }
        let Some(inner) = disk.path_of(path) else { continue };
        let (mode, id) = match state.tree.resolve(&inner, false) {
            Some((_, Node::File(mode, id))) => (mode, Some(id)),
            Some(_) => continue,
            None => (0o644, None),
        };
        if !id.is_some_and(|id| names(text).contains(&id)) {
            state.tree = state.tree.with(&inner, Node::File(mode, host::blob_id(text.as_bytes())));
        }
    }
    state
}

/// The names that git may give to a text: editors drop the byte order mark, and git may keep other
/// line ends than the disk.
fn names(text: &str) -> [ContentId; 3] {
    let bytes = |text: String| host::blob_id(text.as_bytes());
    [host::blob_id(text.as_bytes()), bytes(text.replace("\r\n", "\n")), bytes(format!("\u{feff}{text}"))]
}

fn why(graph: &Graph, step: &crate::cache::Step, verdict: &Verdict) -> Option<Why> {
    let reason = verdict.reason()?;
    let by = reason.caused_by.and_then(|at| graph.vertices.get(at)?.step).map(|at| &graph.steps[at].place);
    let by_line = by.map(|it| it.line).filter(|line| *line != step.place.line);
    let text = match reason.paths.as_slice() {
        [] => reason.text.clone(),
        [first, rest @ ..] => files(first, rest.len()),
    };
    Some(Why { sure: matches!(verdict, Verdict::Miss(_)), text, by_line })
}
