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

/// The order in which the vertices are judged: those that open a context for writing come first, with
/// all that they read, since others depend on whether they run.
pub(super) fn order(graph: &Graph) -> Vec<usize> {
    let mut order = Vec::with_capacity(graph.vertices.len());
    let mut seen = vec![false; graph.vertices.len()];
    for at in writers(graph).chain(0..graph.vertices.len()) {
        visit(graph, at, &mut seen, &mut order);
    }
    order
}

/// The step because of which the hash of what `input` of the vertex `at` reads is anybody's guess.
pub(super) fn by(graph: &Graph, at: usize, input: &Input, states: &[State]) -> Option<usize> {
    others(graph, at, input).find(|writer| states[*writer].verdict != Verdict::Hit)
}

/// The same for a build in which every step runs.
pub(super) fn ever_by(graph: &Graph, at: usize, input: &Input) -> Option<usize> {
    others(graph, at, input).next()
}

/// The steps that open for writing what `input` reads as a whole, and do not wait for `at`.
fn others<'a>(graph: &'a Graph, at: usize, input: &'a Input) -> impl Iterator<Item = usize> + use<'a> {
    let whole = input.content.iter().any(|it| it.path.trim_matches('/').is_empty());
    let concerned = whole && is_context(graph, input.vertex);
    let opens = move |writer: &usize| opened(graph, *writer).any(|context| context == input.vertex);
    let waits = move |writer: usize| writer == at || comes_before(graph, at, writer);
    writers(graph).filter(move |writer| concerned && opens(writer) && !waits(*writer))
}

fn writers(graph: &Graph) -> impl Iterator<Item = usize> {
    (0..graph.vertices.len()).filter(|at| opened(graph, *at).next().is_some())
}

/// The contexts that a vertex opens for writing.
fn opened(graph: &Graph, at: usize) -> impl Iterator<Item = usize> {
    let writable = graph.vertices[at].inputs.iter().filter(|input| input.writable);
    writable.map(|input| input.vertex).filter(|vertex| is_context(graph, *vertex))
}

fn is_context(graph: &Graph, at: usize) -> bool {
    matches!(graph.vertices[at].kind, VertexKind::Context(..))
}

/// True if `later` reads what `at` makes, so that `at` is done before it begins.
fn comes_before(graph: &Graph, at: usize, later: usize) -> bool {
    let (mut seen, mut read) = (vec![false; graph.vertices.len()], Vec::new());
    visit(graph, later, &mut seen, &mut read);
    seen[at]
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
