use std::collections::HashMap;

use super::content::{Content, Outcome, Same, Simulate, outcome};
use super::digest::{Digest, Hasher};
use super::explain;
use super::graph::{Graph, Input, Vertex, VertexKind};
use super::opened::Opened;
use super::verdict::{Reason, ReasonKind, Verdict};

/// What earlier builds left behind. Nothing is ever thrown away: a build that goes back to an older
/// state hits.
#[derive(Default)]
pub struct Cache {
    /// Records by the vertex's own part of the key.
    records: HashMap<Digest, Vec<Record>>,
    /// Keys of images and remote sources.
    roots: HashMap<String, u64>,
    next: u64,
    builds: u64,
    last: Option<Built>,
    /// Of the build that is judged.
    opened: Opened,
    /// True where only the verdicts count: nobody asks for the reasons, but for a file that is missing.
    pub(super) silent: bool,
    /// Knows what some commands do; without it the outcome of every RUN is unknown.
    pub simulate: Option<Simulate>,
}

/// A build that was done: the graph and what became of each vertex.
pub(super) struct Built {
    pub(super) graph: Graph,
    pub(super) states: Vec<State>,
}

/// What is known of a vertex in one build.
#[derive(Clone)]
pub(super) struct State {
    /// Its keys for those that read it by definition.
    keys: Vec<u64>,
    /// The same as if nothing ran because of `--no-cache`: what is recorded.
    natural: Vec<u64>,
    /// Keys that it has if it turns out to be a hit.
    possible: Vec<u64>,
    pub(super) outcome: Outcome,
    pub(super) verdict: Verdict,
}

struct Record {
    key: u64,
    build: u64,
    /// For `--link`: true once some step needed the layers as one file system. Until then BuildKit
    /// keeps no result of it.
    merged: bool,
    inputs: Vec<Alternatives>,
    outcome: Outcome,
}

/// By what an input of a record is recognised.
#[derive(Default)]
struct Alternatives {
    links: Vec<(String, u64)>,
    contents: Vec<Content>,
}

/// What the next build does after a build of `before`: a verdict per vertex of `after`.
pub fn compare(before: &Graph, after: &Graph) -> Vec<Verdict> {
    let mut cache = Cache::default();
    cache.build(before);
    cache.build(after)
}

impl Cache {
    /// Builds: says what happens to each vertex, and remembers what the build leaves behind.
    pub fn build(&mut self, graph: &Graph) -> Vec<Verdict> {
        self.builds += 1;
        let mut states = vec![State::unknown(); graph.vertices.len()];
        self.opened = Opened::of(graph);
        for at in self.opened.order(graph) {
            states[at] = self.vertex(graph, at, &states);
        }
        self.merge(graph, &mut states);
        let verdicts = states.iter().map(|state| state.verdict.clone()).collect();
        let graph = if self.silent { Graph::default() } else { graph.clone() };
        self.last = Some(Built { graph, states });
        verdicts
    }

    /// Puts layers of `--link` over one another for the steps that run upon them. Where no build did
    /// so before, that is done even for a hit, unless somebody exported the result and read it back.
    fn merge(&mut self, graph: &Graph, states: &mut [State]) {
        let links = |at: usize| matches!(graph.vertices[at].kind, VertexKind::Link);
        for at in (0..graph.vertices.len()).filter(|at| links(*at)) {
            let reads = |other: &usize| graph.vertices[*other].inputs.iter().any(|input| input.vertex == at);
            let runs = |other: &usize| !links(*other) && states[*other].verdict != Verdict::Hit && reads(other);
            let Some(reader) = (at + 1..graph.vertices.len()).find(runs) else { continue };
            let natural = &states[at].natural;
            let records = self.records.get_mut(&graph.vertices[at].key.digest()).into_iter().flatten();
            let mut was_merged = false;
            for record in records.filter(|record| natural.contains(&record.key)) {
                was_merged |= std::mem::replace(&mut record.merged, true);
            }
            if !was_merged && states[at].verdict == Verdict::Hit {
                states[at].verdict = Verdict::Maybe(explain::merged(graph, reader));
            }
        }
    }

    /// Forgets all but the last build: what a cache that is imported anew holds.
    pub fn keep_last(&mut self) {
        let build = self.builds;
        let used: Vec<u64> =
            self.last.iter().flat_map(|last| &last.states).flat_map(|state| state.natural.iter().copied()).collect();
        for records in self.records.values_mut() {
            records.retain(|record| record.build == build || used.contains(&record.key));
        }
        self.records.retain(|_, records| !records.is_empty());
    }

    fn vertex(&mut self, graph: &Graph, at: usize, states: &[State]) -> State {
        let vertex = &graph.vertices[at];
        match &vertex.kind {
            VertexKind::Image { keys, .. } => return self.image(graph, at, keys, states),
            VertexKind::Context(_, files) => {
                let outcome = Outcome::Known(files.clone());
                return State {
                    keys: Vec::new(),
                    natural: Vec::new(),
                    possible: Vec::new(),
                    outcome,
                    verdict: Verdict::Hit,
                };
            }
            VertexKind::Remote { url, held, .. } => return self.remote(graph, at, url, held.as_deref(), states),
            _ => {}
        }
        let mut contents = Vec::new();
        for input in &vertex.inputs {
            let content = (!input.content.is_empty()).then(|| states[input.vertex].outcome.content(&input.content));
            match content.transpose() {
                Ok(content) => contents.push(content.map(|mut content| {
                    content.unsettled = self.opened.unsettled_by(at, input, states).is_some();
                    content
                })),
                Err(path) => return self.missing(graph, vertex, &path),
            }
        }
        let found = self.find(vertex, &contents, states, |state| &state.keys);
        let natural = self.find(vertex, &contents, states, |state| &state.natural);
        if !found.sure.is_empty() && !vertex.no_cache {
            return self.hit(vertex, found.sure, &contents, states);
        }
        self.executed(graph, at, &found, &natural, &contents, states)
    }

    fn hit(&mut self, vertex: &Vertex, sure: Vec<u64>, contents: &[Option<Content>], states: &[State]) -> State {
        let records = self.records.entry(vertex.key.digest()).or_default();
        let mut outcome = None;
        for record in records.iter_mut().filter(|record| sure.contains(&record.key)) {
            record.learn(&vertex.inputs, contents, states);
            outcome.get_or_insert_with(|| record.outcome.clone());
        }
        let outcome = outcome.unwrap_or(Outcome::Opaque([0; 32]));
        State { natural: sure.clone(), keys: sure, possible: Vec::new(), outcome, verdict: Verdict::Hit }
    }

    fn executed(
        &mut self,
        graph: &Graph,
        at: usize,
        found: &Found,
        natural: &Found,
        contents: &[Option<Content>],
        states: &[State],
    ) -> State {
        let vertex = &graph.vertices[at];
        let is_open = !vertex.no_cache && !found.perhaps.is_empty();
        let outcome = self.outcome(vertex, states);
        let natural_keys = if natural.sure.is_empty() {
            let key = self.fresh();
            let mut record =
                Record { key, build: self.builds, merged: false, inputs: Vec::new(), outcome: outcome.clone() };
            record.inputs.resize_with(vertex.inputs.len(), Alternatives::default);
            record.learn(&vertex.inputs, contents, states);
            self.records.entry(vertex.key.digest()).or_default().push(record);
            vec![key]
        } else {
            natural.sure.clone()
        };
        let reason = self.reason(graph, at, states);
        let verdict = match () {
            () if vertex.no_cache => Verdict::Miss(Reason {
                kind: ReasonKind::NoCache,
                text: "`--no-cache` makes it run".to_string(),
                ..Reason::default()
            }),
            () if is_open && !self.silent => Verdict::Maybe(explain::open(graph, at, states, &self.opened, reason)),
            () if is_open => Verdict::Maybe(reason),
            () => Verdict::Miss(reason),
        };
        let keys = if vertex.no_cache { Vec::new() } else { natural_keys.clone() };
        let possible = if is_open { found.perhaps.clone() } else { Vec::new() };
        State { keys, natural: natural_keys, possible, outcome, verdict }
    }

    fn outcome(&mut self, vertex: &Vertex, states: &[State]) -> Outcome {
        let inputs: Vec<Outcome> = vertex.inputs.iter().map(|input| states[input.vertex].outcome.clone()).collect();
        outcome(vertex, &inputs, self.simulate).unwrap_or_else(|| {
            let run = self.fresh();
            Outcome::Opaque(Hasher::new("run").part(&run.to_le_bytes()).sum())
        })
    }

    fn image(&mut self, graph: &Graph, at: usize, keys: &[String], states: &[State]) -> State {
        let vertex = &graph.vertices[at];
        let is_known = keys.iter().any(|key| self.roots.contains_key(key));
        let keys: Vec<u64> = keys.iter().map(|key| self.root(key)).collect();
        let verdict = if is_known { Verdict::Hit } else { Verdict::Miss(self.reason(graph, at, states)) };
        let outcome = self.outcome(vertex, states);
        State { natural: keys.clone(), keys, possible: Vec::new(), outcome, verdict }
    }

    fn remote(&mut self, graph: &Graph, at: usize, url: &str, held: Option<&str>, states: &[State]) -> State {
        let outcome = self.outcome(&graph.vertices[at], states);
        let name = format!("remote {url} {}", held.unwrap_or_default());
        let is_known = self.roots.contains_key(&name);
        let key = self.root(&name);
        if held.is_some() {
            let verdict = if is_known { Verdict::Hit } else { Verdict::Miss(self.reason(graph, at, states)) };
            return State { keys: vec![key], natural: vec![key], possible: Vec::new(), outcome, verdict };
        }
        let fresh = self.fresh();
        let text = format!("`{}` is asked again, and only the answer tells whether it changed", explain::plain(url));
        let reason = Reason { kind: ReasonKind::Remote, text, ..Reason::default() };
        let verdict = if is_known { Verdict::Maybe(reason) } else { Verdict::Miss(self.reason(graph, at, states)) };
        // Whatever it holds now, it was seen under its name.
        let outcome = Outcome::Opaque(Hasher::new("fetched").part(&fresh.to_le_bytes()).sum());
        State { keys: vec![fresh, key], natural: vec![fresh, key], possible: Vec::new(), outcome, verdict }.unsure(key)
    }

    fn missing(&mut self, graph: &Graph, vertex: &Vertex, path: &str) -> State {
        let is_context = |input: &Input| matches!(graph.vertices[input.vertex].kind, VertexKind::Context(..));
        let from_context = vertex.inputs.iter().any(is_context);
        let place = if from_context { "does not reach the build context" } else { "does not exist" };
        let text = format!("`{}` {place}: the build fails here", path.trim_start_matches('/'));
        let key = self.fresh();
        let outcome = Outcome::Opaque(Hasher::new("failed").part(&key.to_le_bytes()).sum());
        let verdict = Verdict::Miss(Reason { kind: ReasonKind::Missing, text, ..Reason::default() });
        State { keys: vec![key], natural: vec![key], possible: Vec::new(), outcome, verdict }
    }

    fn find(
        &self,
        vertex: &Vertex,
        contents: &[Option<Content>],
        states: &[State],
        keys: fn(&State) -> &Vec<u64>,
    ) -> Found {
        let mut found = Found::default();
        for record in self.records.get(&vertex.key.digest()).into_iter().flatten() {
            let inputs = vertex.inputs.iter().zip(contents).zip(&record.inputs);
            let mut level = Same::Yes;
            for ((input, content), alternatives) in inputs {
                let state = &states[input.vertex];
                level = level.min(alternatives.level(&input.selector, keys(state), &state.possible, content.as_ref()));
            }
            // Which of two equal steps of one build comes first is anybody's guess.
            if record.build == self.builds {
                level = level.min(Same::Perhaps);
            }
            match level {
                Same::Yes => found.sure.push(record.key),
                Same::Perhaps => found.perhaps.push(record.key),
                Same::No => {}
            }
        }
        found
    }

    fn reason(&self, graph: &Graph, at: usize, states: &[State]) -> Reason {
        if self.silent { Reason::default() } else { explain::reason(graph, at, states, self.last.as_ref()) }
    }

    fn root(&mut self, name: &str) -> u64 {
        if let Some(key) = self.roots.get(name) {
            return *key;
        }
        let key = self.fresh();
        self.roots.insert(name.to_string(), key);
        key
    }

    fn fresh(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}

impl State {
    /// Of a vertex whose turn has not come.
    fn unknown() -> State {
        let verdict = Verdict::Miss(Reason::default());
        let outcome = Outcome::Opaque([0; 32]);
        State { keys: Vec::new(), natural: Vec::new(), possible: Vec::new(), outcome, verdict }
    }

    /// Leaves the key to possibility.
    fn unsure(mut self, key: u64) -> State {
        self.keys.retain(|it| *it != key);
        self.possible.push(key);
        self
    }
}

/// The records that a vertex matches.
#[derive(Default)]
struct Found {
    sure: Vec<u64>,
    perhaps: Vec<u64>,
}

impl Record {
    /// Adds what the inputs are recognised by from now on.
    fn learn(&mut self, inputs: &[Input], contents: &[Option<Content>], states: &[State]) {
        for ((input, content), known) in inputs.iter().zip(contents).zip(&mut self.inputs) {
            for key in &states[input.vertex].natural {
                if !known.links.iter().any(|(selector, it)| it == key && *selector == input.selector) {
                    known.links.push((input.selector.clone(), *key));
                }
            }
            if let Some(content) = content.as_ref().filter(|content| !known.contents.contains(content)) {
                known.contents.push(content.clone());
            }
        }
    }
}

impl Alternatives {
    fn level(&self, selector: &str, keys: &[u64], possible: &[u64], content: Option<&Content>) -> Same {
        let linked = |keys: &[u64]| self.links.iter().any(|(name, key)| name == selector && keys.contains(key));
        if linked(keys) {
            return Same::Yes;
        }
        let by_content = content.map(|content| self.contents.iter().map(|it| it.compare(content)).max());
        let by_content = by_content.flatten().unwrap_or(Same::No);
        if linked(possible) { by_content.max(Same::Perhaps) } else { by_content }
    }
}
