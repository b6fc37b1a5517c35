//! The states of a project along its history, and their graphs.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use crate::syntax::dockerfile::parse;
use crate::syntax::dockerignore::Dockerignore;
use crate::text::FileId;

use super::graph::{Graph, VertexKind};
use super::lower::lower;
use super::request::{NamedContext, Request};
use super::tree::{Dir, Filter, Node};

/// In a build argument of a history: the commit that is built.
pub const COMMIT: &str = "{commit}";

/// What a build is made of at one time.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// The Dockerfile's text.
    pub dockerfile: Arc<str>,
    /// The whole context, ignored files included.
    pub tree: Arc<Dir>,
    /// The text of the ignore file in force; empty where there is none.
    pub ignore: Arc<str>,
    /// Named contexts, ignored files left out.
    pub contexts: Arc<BTreeMap<String, NamedContext>>,
    /// The commit's id, where it is one.
    pub commit: Arc<str>,
}

impl Snapshot {
    /// What reaches the builder.
    pub fn sent(&self) -> Arc<Dir> {
        Filter::new(Dockerignore::parse(&self.ignore).matcher()).sent(&self.tree)
    }

    /// True if something of the repository's own folder reaches the builder and some step could copy it.
    pub fn sends_git(&self) -> bool {
        match self.sent().get(".git") {
            // What `.git/*` leaves of it never changes.
            Some(Node::Dir(dir)) => !dir.entries().is_empty(),
            other => other.is_some(),
        }
    }
}

/// What the ignore files of a history leave of its trees: found once, however often and in however
/// many threads the history is replayed.
#[derive(Debug, Default)]
pub struct Filters(Mutex<HashMap<Arc<str>, Filter>>);

impl Filters {
    fn sent(&self, ignore: &Arc<str>, tree: &Arc<Dir>) -> Arc<Dir> {
        let mut filters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !filters.contains_key(ignore) {
            filters.insert(ignore.clone(), Filter::new(Dockerignore::parse(ignore).matcher()));
        }
        filters.get_mut(ignore).map_or_else(Dir::empty, |filter| filter.sent(tree))
    }
}

/// Makes graphs of successive states, anew only where the Dockerfile changed.
#[derive(Default)]
pub struct Graphs {
    request: Request,
    per_commit: bool,
    filters: Arc<Filters>,
    /// Entries of the context's root that are left out as well.
    without: Vec<String>,
    last: Option<(Arc<str>, Graph)>,
}

impl Graphs {
    /// Graphs of builds that are all asked the same; the request's own context does not count. Where a
    /// build argument holds [`COMMIT`], each build gets its commit there.
    pub fn new(request: Request) -> Graphs {
        let per_commit = request.options.values().any(|value| value.contains(COMMIT));
        Graphs { request, per_commit, ..Graphs::default() }
    }

    /// The same with the filters of another replay of the history, and as if the ignore file ended with
    /// these names, each of an entry of the context's root.
    pub(super) fn sharing(self, filters: &Arc<Filters>, without: &[String]) -> Graphs {
        Graphs { filters: filters.clone(), without: without.to_vec(), ..self }
    }

    /// The graph of building this state; `None` for a Dockerfile without instructions.
    pub fn graph(&mut self, state: &Snapshot) -> Option<&Graph> {
        let context = self.filters.sent(&state.ignore, &state.tree).without(&self.without);
        let is_known = !self.per_commit && self.last.as_ref().is_some_and(|(text, _)| *text == state.dockerfile);
        if is_known && let Some((_, graph)) = &mut self.last {
            for vertex in &mut graph.vertices {
                let VertexKind::Context(name, files) = &mut vertex.kind else { continue };
                match state.contexts.get(name) {
                    Some(NamedContext::Files(given)) => files.clone_from(given),
                    _ => files.clone_from(&context),
                }
            }
        } else {
            let (dockerfile, _) = parse(FileId(0), &state.dockerfile);
            if dockerfile.instructions.is_empty() {
                return None;
            }
            let contexts = (*state.contexts).clone();
            let mut request = Request { context, contexts, ..self.request.clone() };
            if self.per_commit {
                request.options = at_commit(&self.request.options, &state.commit);
            }
            self.last = Some((state.dockerfile.clone(), lower(&dockerfile, &state.dockerfile, &request)));
        }
        self.last.as_ref().map(|(_, graph)| graph)
    }
}

fn at_commit(options: &BTreeMap<String, String>, commit: &str) -> BTreeMap<String, String> {
    options.iter().map(|(name, value)| (name.clone(), value.replace(COMMIT, commit))).collect()
}
