//! Build contexts that a step opens for writing.
//!
//! BuildKit hashes a context's files as they arrive, and gives its root folder a fixed hash. The first
//! step that mounts the context `rw` makes a snapshot of it; who asks for the hash of the whole context
//! after that gets one that is computed from the disk, where the root folder has a mode. The two differ,
//! and which one a step gets depends on who comes first (`ensureOriginMetadata` and `HandleChange` in
//! `cache/contenthash/checksum.go`).

use super::graph::{Graph, Input, VertexKind};
use super::solve::State;
use super::verdict::Verdict;

/// Steps whose inputs are followed; of more than these it is not known what they wait for.
const MAX_FOLLOWED: usize = 64;

/// The steps of a build that open its contexts for writing.
#[derive(Default)]
pub(super) struct Opened {
    writers: Vec<Writer>,
}

struct Writer {
    vertex: usize,
    contexts: Vec<usize>,
    /// For each vertex whether it is done before this one begins; empty where that is not known.
    before: Vec<bool>,
}

impl Opened {
    /// Those of a graph.
    pub(super) fn of(graph: &Graph) -> Opened {
        let mut writers: Vec<Writer> = (0..graph.vertices.len())
            .map(|vertex| Writer { vertex, contexts: contexts(graph, vertex), before: Vec::new() })
            .filter(|writer| !writer.contexts.is_empty())
            .collect();
        for writer in writers.iter_mut().take(MAX_FOLLOWED) {
            writer.before = vec![false; graph.vertices.len()];
            visit(graph, writer.vertex, &mut writer.before, &mut Vec::new());
        }
        Opened { writers }
    }

    /// The order in which the vertices are judged: those that open a context come first, with all that
    /// they read, since others depend on whether they run.
    pub(super) fn order(&self, graph: &Graph) -> Vec<usize> {
        let mut order = Vec::with_capacity(graph.vertices.len());
        let mut seen = vec![false; graph.vertices.len()];
        for at in self.writers.iter().map(|writer| writer.vertex).chain(0..graph.vertices.len()) {
            visit(graph, at, &mut seen, &mut order);
        }
        order
    }

    /// The step because of which the hash of what `input` of the vertex `at` reads is anybody's guess.
    pub(super) fn unsettled_by(&self, at: usize, input: &Input, states: &[State]) -> Option<usize> {
        self.others(at, input).find(|writer| states[*writer].verdict != Verdict::Hit)
    }

    /// The same for a build in which every step runs.
    pub(super) fn may_unsettle(&self, at: usize, input: &Input) -> Option<usize> {
        self.others(at, input).next()
    }

    /// The steps that open for writing what `input` reads as a whole, and do not wait for `at`.
    fn others<'a>(&'a self, at: usize, input: &'a Input) -> impl Iterator<Item = usize> + use<'a> {
        let whole = input.content.iter().any(|it| it.path.trim_matches('/').is_empty());
        let waits = move |writer: &Writer| writer.before.get(at).copied().unwrap_or(writer.vertex == at);
        let writers = self.writers.iter().filter(move |writer| whole && writer.contexts.contains(&input.vertex));
        writers.filter(move |writer| !waits(writer)).map(|writer| writer.vertex)
    }
}

/// The contexts that a vertex opens for writing.
fn contexts(graph: &Graph, at: usize) -> Vec<usize> {
    let is_context = |at: &usize| matches!(graph.vertices[*at].kind, VertexKind::Context(..));
    let writable = graph.vertices[at].inputs.iter().filter(|input| input.writable);
    writable.map(|input| input.vertex).filter(is_context).collect()
}

/// Appends a vertex behind all that it reads.
fn visit(graph: &Graph, at: usize, seen: &mut [bool], order: &mut Vec<usize>) {
    let mut open = vec![(at, 0)];
    while let Some((at, next)) = open.pop() {
        if seen[at] && next == 0 {
            continue;
        }
        seen[at] = true;
        match graph.vertices[at].inputs.get(next) {
            Some(input) => open.extend([(at, next + 1), (input.vertex, 0)]),
            None => order.push(at),
        }
    }
}
