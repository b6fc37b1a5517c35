//! What a Dockerfile would have done over the history, and what another one spares.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::cache::graph::Place;
use crate::cache::history::{Filters, Graphs, Snapshot};
use crate::cache::replay::{Fate, Replay, Track};
use crate::cache::verdict::{ReasonKind, Verdict};

use super::carry::Carrier;
use super::{Draft, Question};

/// Share of its text (pairs of letters, from 0 to 1) that a step keeps when it is edited.
const ALIKE: f64 = 0.6;
/// One run less in so many builds is worth a change.
const NOTICED: f64 = 33.0;

/// What steps cost, by stage (number) and instruction as written.
#[derive(Clone, Debug, Default)]
pub struct Costs {
    /// How long each takes when it runs, in seconds.
    pub seconds: BTreeMap<(usize, String), f64>,
    /// Bytes of the layer that it leaves.
    pub bytes: BTreeMap<(usize, String), u64>,
}

/// A step's fates over the builds that count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fates {
    /// Name of its stage, or `stage-N`.
    pub stage: String,
    /// Its first line, from 1, in the Dockerfile that it belongs to.
    pub line: u32,
    /// The instruction as written, in one line.
    pub instruction: String,
    /// Builds in which it was found.
    pub hits: usize,
    /// Builds in which it ran.
    pub misses: usize,
    /// Builds in which only the build could tell.
    pub maybes: usize,
    /// Those of the misses in which a `COPY --link` was only linked again.
    pub linked: usize,
}

impl Fates {
    /// The share of sure hits, from 0 to 1; `None` where it was in no build.
    pub fn hit_rate(&self) -> Option<f64> {
        let built = self.hits + self.misses + self.maybes;
        (built > 0).then(|| self.hits as f64 / built as f64)
    }

    /// Runs to be expected: a maybe counts half.
    fn runs(&self) -> f64 {
        self.misses as f64 + self.maybes as f64 / 2.0
    }
}

/// A step before and after a change.
#[derive(Clone, Debug)]
pub struct Change {
    /// As it was; `None` for a new one.
    pub before: Option<Fates>,
    /// As it is then; `None` where it is gone.
    pub after: Option<Fates>,
}

impl Change {
    /// True for a step that was there and hits more or less often.
    pub fn is_change(&self) -> bool {
        let (Some(before), Some(after)) = (&self.before, &self.after) else { return false };
        (before.hits, before.misses, before.linked) != (after.hits, after.misses, after.linked)
    }
}

/// What one Dockerfile spares against another.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Score {
    /// Runs of RUN steps.
    pub runs: f64,
    /// Runs of the RUN step that is spared most.
    pub most: f64,
    /// Layers made anew by any step.
    pub layers: f64,
    /// Layers made anew by the step that is spared most.
    pub most_layers: f64,
    /// Seconds, where they are known.
    pub seconds: Option<f64>,
    /// Bytes of layers, where they are known.
    pub bytes: Option<u64>,
    /// Builds that count for both.
    pub builds: usize,
}

impl Score {
    /// True if it spares one step a run in so many builds that a person would notice, or so many layers
    /// that it is worth a flag, and no run more.
    pub fn helps(&self) -> bool {
        let builds = self.builds as f64;
        let layers = self.layers > 1.9 && self.most_layers > 1.9 && self.most_layers * 10.0 >= builds;
        self.runs > 0.9 && self.most > 0.9 && self.most * NOTICED >= builds || self.runs > -0.1 && layers
    }

    /// Better ones are greater.
    pub fn key(&self) -> (i64, i64) {
        ((self.runs * 100.0) as i64, (self.layers * 100.0) as i64)
    }
}

/// A replayed Dockerfile.
#[derive(Clone, Debug, Default)]
pub(super) struct Measured {
    pub(super) tracks: Vec<Track>,
    /// For each build after the first, whether it was built with the draft.
    pub(super) counted: Vec<bool>,
    /// False if today's build would fail.
    pub(super) applies: bool,
}

/// Replays the draft over the history, with the reasons of what ran. A commit whose Dockerfile has
/// other steps is built as it was and does not count, and so is one at which the draft would find a
/// file missing.
pub(super) fn measure(question: &Question, filters: &Arc<Filters>, draft: &Draft) -> Measured {
    replayed(question, filters, draft, Replay::new(question.memory))
}

/// The same without the reasons: enough to compare drafts.
pub(super) fn count(question: &Question, filters: &Arc<Filters>, draft: &Draft) -> Measured {
    replayed(question, filters, draft, Replay::silent(question.memory))
}

fn replayed(question: &Question, filters: &Arc<Filters>, draft: &Draft, mut replay: Replay) -> Measured {
    let Some(last) = question.history.last() else { return Measured::default() };
    let carrier = Carrier::new(&last.dockerfile, &draft.text);
    let mut carried: HashMap<Arc<str>, Option<Arc<str>>> = HashMap::new();
    // The lines of a draft are names of the root's entries: what they leave needs no filter of its own.
    let mut drafted = Graphs::new(question.request.clone()).sharing(filters, &draft.ignore);
    let mut original = Graphs::new(question.request.clone()).sharing(filters, &[]);
    let mut measured = Measured::default();
    for state in question.history {
        if (question.stop)() {
            break;
        }
        let text =
            carried.entry(state.dockerfile.clone()).or_insert_with(|| carrier.carry(&state.dockerfile).map(Arc::from));
        let patched = text.is_some();
        let graph = match text {
            Some(text) => drafted.graph(&Snapshot { dockerfile: text.clone(), ..state.clone() }),
            None => original.graph(state),
        };
        let Some(graph) = graph else { continue };
        let is_first = replay.builds() == 0;
        let verdicts = replay.build(graph);
        let broken = verdicts.iter().filter_map(Verdict::reason).any(|it| it.kind == ReasonKind::Missing);
        measured.applies = patched && !broken;
        if !is_first {
            measured.counted.push(measured.applies);
        }
    }
    measured.tracks = replay.steps().into_iter().cloned().collect();
    measured
}

/// The ignore file with these lines at its end.
pub(super) fn appended(ignore: &str, lines: &[String]) -> String {
    let gap = if ignore.is_empty() || ignore.ends_with('\n') { "" } else { "\n" };
    format!("{ignore}{gap}{}\n", lines.join("\n"))
}

impl Measured {
    /// The share of hits among all steps that count.
    pub(super) fn rate(&self) -> Option<f64> {
        let sum = |fate: Fate| self.tracks.iter().map(|it| it.count_in(fate, &self.counted)).sum::<usize>();
        let hits = sum(Fate::Hit);
        let all = hits + sum(Fate::Miss) + sum(Fate::Maybe);
        (all > 0).then(|| hits as f64 / all as f64)
    }
}

fn fates(track: &Track, counted: &[bool]) -> Fates {
    Fates {
        stage: track.place.stage_name.clone(),
        line: track.place.line,
        instruction: track.place.instruction.clone(),
        hits: track.count_in(Fate::Hit, counted),
        misses: track.count_in(Fate::Miss, counted),
        maybes: track.count_in(Fate::Maybe, counted),
        linked: track.linked.iter().filter(|at| counted.get(**at) == Some(&true)).count(),
    }
}

/// The builds that count for both.
fn common(before: &Measured, after: &Measured) -> Vec<bool> {
    before.counted.iter().zip(&after.counted).map(|(a, b)| *a && *b).collect()
}

/// Each step with what became of it; new ones last.
pub(super) fn changes(before: &Measured, after: &Measured) -> Vec<Change> {
    let counted = common(before, after);
    let pieces = align(&before.tracks, &after.tracks);
    let mut found = Vec::new();
    let mut taken = vec![false; after.tracks.len()];
    for (track, pieces) in before.tracks.iter().zip(&pieces) {
        let was = fates(track, &counted);
        if pieces.is_empty() {
            found.push(Change { before: Some(was), after: None });
            continue;
        }
        for piece in pieces {
            taken[*piece] = true;
            found.push(Change { before: Some(was.clone()), after: Some(fates(&after.tracks[*piece], &counted)) });
        }
    }
    let new = after.tracks.iter().zip(&taken).filter(|(_, taken)| !**taken);
    found.extend(new.map(|(track, _)| Change { before: None, after: Some(fates(track, &counted)) }));
    found
}

/// What `after` spares against `before`.
pub(super) fn saved(before: &Measured, after: &Measured, costs: &Costs) -> Score {
    let counted = common(before, after);
    let pieces = align(&before.tracks, &after.tracks);
    let mut score = Score { builds: counted.iter().filter(|it| **it).count(), ..Score::default() };
    let mut bytes = None;
    let mut taken = vec![false; after.tracks.len()];
    for (track, pieces) in before.tracks.iter().zip(&pieces) {
        let was = fates(track, &counted);
        pieces.iter().for_each(|at| taken[*at] = true);
        let parts: Vec<Fates> = pieces.iter().map(|at| fates(&after.tracks[*at], &counted)).collect();
        // How the work of a step that was cut is divided is not known.
        let runs = was.runs() - parts.iter().map(Fates::runs).sum::<f64>() / parts.len().max(1) as f64;
        if keyword(&track.place) == "RUN" {
            score.runs += runs;
            score.most = score.most.max(runs);
        }
        let layers = |it: &Fates| it.runs() - it.linked as f64;
        let fewer = layers(&was) - parts.iter().map(layers).sum::<f64>() / parts.len().max(1) as f64;
        score.layers += fewer;
        score.most_layers = score.most_layers.max(fewer);
        if parts.len() == 1 {
            let key = (track.place.stage, track.place.instruction.clone());
            let seconds = costs.seconds.get(&key).map(|cost| cost * runs);
            score.seconds = score.seconds.map_or(seconds, |sum| Some(sum + seconds.unwrap_or(0.0)));
            let saved = costs.bytes.get(&key).map(|cost| *cost as f64 * fewer);
            bytes = bytes.map_or(saved, |sum: f64| Some(sum + saved.unwrap_or(0.0)));
        }
    }
    let new = after.tracks.iter().zip(&taken).filter(|(_, taken)| !**taken);
    for fates in new.map(|(track, _)| fates(track, &counted)) {
        score.layers -= fates.runs() / 4.0;
    }
    score.bytes = bytes.map(|sum| sum.max(0.0) as u64);
    score
}

/// For each step before, the steps that it became: the same text in the same stage, else an edited one
/// or the pieces that it was cut into.
fn align(before: &[Track], after: &[Track]) -> Vec<Vec<usize>> {
    let mut found: Vec<Vec<usize>> = vec![Vec::new(); before.len()];
    let mut free = vec![true; after.len()];
    for (pieces, track) in found.iter_mut().zip(before) {
        let same = |at: &usize| {
            let there = &after[*at].place;
            free[*at] && there.stage == track.place.stage && there.instruction == track.place.instruction
        };
        if let Some(at) = (0..after.len()).find(same) {
            free[at] = false;
            pieces.push(at);
        }
    }
    for at in (0..after.len()).filter(|at| free[*at]) {
        let there = &after[at].place;
        let candidates = before
            .iter()
            .enumerate()
            .filter(|(_, track)| track.place.stage == there.stage && keyword(&track.place) == keyword(there));
        let scored = candidates.filter_map(|(i, track)| Some((kinship(&track.place, there)?, i)));
        let best = scored.max_by(|a, b| {
            (found[a.1].is_empty(), a.0).partial_cmp(&(found[b.1].is_empty(), b.0)).unwrap_or(std::cmp::Ordering::Equal)
        });
        if let Some((_, i)) = best {
            found[i].push(at);
        }
    }
    found
}

/// How much one step is another one edited or cut; `None` where it is not.
fn kinship(before: &Place, after: &Place) -> Option<f64> {
    let (a, b) = (arguments(&before.instruction), arguments(&after.instruction));
    if a == b {
        return Some(2.0);
    }
    if keyword(before) == "RUN" && (a.contains(&b) || b.contains(&a)) {
        return Some(1.0);
    }
    Some(strsim::sorensen_dice(&a, &b)).filter(|alike| *alike >= ALIKE)
}

pub(super) fn keyword(place: &Place) -> String {
    place.instruction.split_whitespace().next().unwrap_or_default().to_ascii_uppercase()
}

/// The words after the keyword and its flags.
fn arguments(instruction: &str) -> String {
    let words = instruction.split_whitespace().skip(1).skip_while(|word| word.starts_with("--"));
    words.collect::<Vec<_>>().join(" ")
}
