//! A history of builds: how often each step would have hit, and who made it run.

use std::collections::BTreeMap;

use super::graph::{Graph, Place, Step};
use super::solve::Cache;
use super::verdict::{Reason, ReasonKind, Verdict};

/// How much of its text (pairs of letters, from 0 to 1) a step must keep to count as the same.
const ALIKE: f64 = 0.6;

/// What of the builds before is still in the cache.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Memory {
    /// Everything: a daemon that is never pruned.
    #[default]
    All,
    /// The last build only: a cache that each build exports and the next one imports.
    Last,
}

/// Builds commit after commit.
#[derive(Default)]
pub struct Replay {
    cache: Cache,
    memory: Memory,
    tracks: Vec<Track>,
    /// The track of each step of the last build.
    present: Vec<usize>,
    builds: usize,
}

/// One step through all builds, also where its text or its place changes.
#[derive(Clone, Debug, Default)]
pub struct Track {
    /// Where it stood last.
    pub place: Place,
    /// What became of it in each build after the first, oldest first.
    pub fates: Vec<Fate>,
    /// The builds in which it ran only to be linked to what is below it: its own layer was there.
    pub linked: Vec<usize>,
    /// Builds in which nothing but a step above it kept it from being a hit.
    pub inherited: usize,
    /// Files that made it run, with the number of builds, by themselves or by way of a step above.
    pub culprits: BTreeMap<String, usize>,
    /// Other reasons, in words, with the number of builds.
    pub reasons: BTreeMap<String, usize>,
    /// The last build in which it ran, counted as in `fates`, and why.
    pub last_run: Option<(usize, Reason)>,
}

/// What became of a step in one build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Found in the cache.
    Hit,
    /// It ran.
    Miss,
    /// Only the build could tell.
    Maybe,
    /// It was not part of the build.
    Absent,
}

impl Replay {
    /// A replay with an empty cache.
    pub fn new(memory: Memory) -> Replay {
        Replay { memory, ..Replay::default() }
    }

    /// The same for what is only counted: tracks have neither culprits nor reasons, which takes a
    /// fraction of the time.
    pub(super) fn silent(memory: Memory) -> Replay {
        let mut replay = Replay::new(memory);
        replay.cache.silent = true;
        replay
    }

    /// Builds the next commit and says what became of each vertex. The first one only fills the cache.
    pub fn build(&mut self, graph: &Graph) -> Vec<Verdict> {
        let verdicts = self.cache.build(graph);
        if self.memory == Memory::Last {
            self.cache.keep_last();
        }
        self.present = self.align(graph);
        if self.builds > 0 {
            self.note(graph, &verdicts);
        }
        self.builds += 1;
        verdicts
    }

    /// Builds so far, the first one included.
    pub fn builds(&self) -> usize {
        self.builds
    }

    /// The steps of the last build in their order.
    pub fn steps(&self) -> Vec<&Track> {
        self.present.iter().map(|at| &self.tracks[*at]).collect()
    }

    /// How many steps of earlier builds are no longer there.
    pub fn gone(&self) -> usize {
        self.tracks.len() - self.present.len()
    }

    fn note(&mut self, graph: &Graph, verdicts: &[Verdict]) {
        let column = self.builds;
        for (step, track) in graph.steps.iter().zip(&self.present) {
            let track = &mut self.tracks[*track];
            let verdict = graph.verdict(step, verdicts);
            track.fates.push(match &verdict {
                None => Fate::Absent,
                Some(Verdict::Hit) => Fate::Hit,
                Some(Verdict::Miss(_)) => Fate::Miss,
                Some(Verdict::Maybe(_)) => Fate::Maybe,
            });
            if is_linked(step, verdicts) {
                track.linked.push(column - 1);
            }
            let reason = verdict.as_ref().and_then(Verdict::reason);
            track.inherited += usize::from(reason.is_some_and(|it| it.kind == ReasonKind::Parent));
            if let Some(Verdict::Miss(reason)) = verdict.as_ref().filter(|_| !self.cache.silent) {
                let cause = cause(reason, verdicts);
                track.blame(cause);
                track.last_run = Some((column - 1, cause.clone()));
            }
        }
        for track in &mut self.tracks {
            track.fates.resize(column, Fate::Absent);
        }
    }

    /// The track of each step: the one of the same text in the same stage, else what stood in its
    /// place, else a new one.
    fn align(&mut self, graph: &Graph) -> Vec<usize> {
        let places = self.present.iter().map(|at| &self.tracks[*at].place);
        if places.eq(graph.steps.iter().map(|step| &step.place)) {
            return self.present.clone();
        }
        let mut free: Vec<usize> = self.present.clone();
        let mut found: Vec<Option<usize>> = vec![None; graph.steps.len()];
        let alike: [fn(&Place, &Place) -> bool; 3] = [
            |a, b| a.stage_name == b.stage_name && a.instruction == b.instruction,
            |a, b| a.instruction == b.instruction && keyword(a) != "FROM",
            edited,
        ];
        for alike in alike {
            for (step, found) in graph.steps.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
                let at = free.iter().position(|at| alike(&self.tracks[*at].place, &step.place));
                *found = at.map(|at| free.remove(at));
            }
        }
        let mut aligned = Vec::with_capacity(found.len());
        for (step, found) in graph.steps.iter().zip(found) {
            let at = found.unwrap_or_else(|| {
                let fates = vec![Fate::Absent; self.builds.saturating_sub(1)];
                self.tracks.push(Track { fates, ..Track::default() });
                self.tracks.len() - 1
            });
            self.tracks[at].place = step.place.clone();
            aligned.push(at);
        }
        aligned
    }
}

/// True where a `COPY --link` is found in the cache and only put over another file system.
fn is_linked(step: &Step, verdicts: &[Verdict]) -> bool {
    let [copy, link] = step.vertices.as_slice() else { return false };
    verdicts.get(*copy) == Some(&Verdict::Hit) && matches!(verdicts.get(*link), Some(Verdict::Miss(_)))
}

/// True for the same step with a somewhat different text.
fn edited(a: &Place, b: &Place) -> bool {
    let is_alike = || keyword(a) == "FROM" || strsim::sorensen_dice(&a.instruction, &b.instruction) >= ALIKE;
    a.stage_name == b.stage_name && keyword(a) == keyword(b) && is_alike()
}

fn keyword(place: &Place) -> String {
    place.instruction.split_whitespace().next().unwrap_or_default().to_ascii_uppercase()
}

/// The reason at the end of the chain of parents.
fn cause<'v>(reason: &'v Reason, verdicts: &'v [Verdict]) -> &'v Reason {
    let at_root = reason.caused_by.and_then(|at| verdicts.get(at)).and_then(Verdict::reason);
    if reason.paths.is_empty() { at_root.unwrap_or(reason) } else { reason }
}

impl Track {
    fn blame(&mut self, reason: &Reason) {
        for path in &reason.paths {
            *self.culprits.entry(path.clone()).or_default() += 1;
        }
        if reason.paths.is_empty() {
            *self.reasons.entry(reason.kind.words().to_string()).or_default() += 1;
        }
    }

    /// How many of the builds that `counted` picks by their number, from 0, ended so.
    pub fn count_in(&self, fate: Fate, counted: &[bool]) -> usize {
        self.fates.iter().zip(counted).filter(|(it, counted)| **counted && **it == fate).count()
    }

    /// How many builds ended so.
    pub fn count(&self, fate: Fate) -> usize {
        self.fates.iter().filter(|it| **it == fate).count()
    }

    /// The share of the builds with this step in which it is sure to have hit; `None` where it was in
    /// none.
    pub fn hit_rate(&self) -> Option<f64> {
        let built = self.fates.len() - self.count(Fate::Absent);
        (built > 0).then(|| self.count(Fate::Hit) as f64 / built as f64)
    }

    /// What made it run most often: files first by number, then by name.
    pub fn top_culprits(&self, most: usize) -> Vec<(&str, usize)> {
        let mut all: Vec<(&str, usize)> =
            self.culprits.iter().chain(&self.reasons).map(|(name, count)| (name.as_str(), *count)).collect();
        all.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        all.truncate(most);
        all
    }
}
