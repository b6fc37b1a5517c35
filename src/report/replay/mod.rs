//! A replay as data: one type that the text and any page are written from.

mod advice;
mod html;
mod text;

use serde::Serialize;

use crate::cache::advice::Advised;
use crate::cache::{Fate, Replay, Track};

use super::step::{CacheGate, StepPlace};

pub use advice::Patches;
pub use html::replay_html;
pub use text::replay_text;

/// Culprits listed per step.
const LISTED: usize = 50;

/// What a replay says, ready to print. Within version 1 keys are only added.
#[derive(Debug, Serialize)]
pub struct ReplayReport {
    version: u32,
    dockerfile: String,
    /// `all` or `last`.
    memory: &'static str,
    /// The first commit, which only fills the cache, and the last one.
    from: String,
    to: String,
    /// Builds that count.
    commits: usize,
    /// Commits without such a Dockerfile.
    skipped: usize,
    /// Steps of earlier Dockerfiles that the last one no longer has.
    gone: usize,
    hit_rate: Option<f64>,
    steps: Vec<ReplayedStep>,
    /// True if it was cut short: what is here holds for the commits before that.
    interrupted: bool,
    /// The builds that count, oldest first: one for each letter of a step's history.
    builds: Vec<ReportedBuild>,
    /// Time of all runs of steps, where a log says how long they take.
    seconds_lost: Option<f64>,
    /// Bytes of all layers made anew, where an image says how large they are.
    bytes_lost: Option<u64>,
    advice: Vec<advice::ReportedAdvice>,
    /// The Dockerfile with all advice taken; null where there is none.
    proposal: Option<advice::ReportedProposal>,
    gates: Vec<CacheGate>,
    /// What was taken for granted.
    notes: Vec<String>,
}

/// A commit that was built.
#[derive(Clone, Debug, Serialize)]
pub struct ReportedBuild {
    /// Its id.
    pub commit: String,
    /// The first line of its message.
    pub subject: String,
}

/// What a step costs, where it is known.
#[derive(Clone, Copy, Debug, Default)]
pub struct StepCost {
    /// How long it runs.
    pub seconds: Option<f64>,
    /// Bytes of the layer that it leaves.
    pub bytes: Option<u64>,
}

/// What a report is made from.
#[derive(Clone, Copy)]
pub struct Replayed<'a> {
    /// The Dockerfile's name.
    pub dockerfile: &'a str,
    /// `all` or `last`.
    pub memory: &'static str,
    /// The first commit and the last one.
    pub ends: [&'a str; 2],
    /// The builds after the first.
    pub builds: &'a [ReportedBuild],
    /// Commits without such a Dockerfile.
    pub skipped: usize,
    /// What happened.
    pub replay: &'a Replay,
    /// What each step of the last build costs.
    pub costs: &'a [StepCost],
    /// True if it was cut short.
    pub interrupted: bool,
}

#[derive(Debug, Serialize)]
struct ReplayedStep {
    #[serde(flatten)]
    place: StepPlace,
    hits: usize,
    misses: usize,
    maybes: usize,
    hit_rate: Option<f64>,
    culprits: Vec<Culprit>,
    /// A letter per build, oldest first: h hit, m miss, ? maybe, - not part of it.
    history: String,
    /// What one run costs, and all of them.
    seconds: Option<f64>,
    bytes: Option<u64>,
    seconds_lost: Option<f64>,
    bytes_lost: Option<u64>,
}

#[derive(Debug, Serialize)]
struct Culprit {
    /// A path, or another reason in words.
    what: String,
    commits: usize,
}

impl ReplayReport {
    /// Sums up a replay.
    pub fn new(of: &Replayed) -> ReplayReport {
        let tracks = of.replay.steps();
        let total = |fate: Fate| tracks.iter().map(|track| track.count(fate)).sum::<usize>();
        let (hits, others) = (total(Fate::Hit), total(Fate::Miss) + total(Fate::Maybe));
        let costs = of.costs.iter().copied().chain(std::iter::repeat(StepCost::default()));
        let steps: Vec<ReplayedStep> = tracks.into_iter().zip(costs).map(|(track, cost)| step(track, cost)).collect();
        ReplayReport {
            version: 1,
            dockerfile: of.dockerfile.to_string(),
            memory: of.memory,
            from: of.ends[0].to_string(),
            to: of.ends[1].to_string(),
            commits: of.replay.builds().saturating_sub(1),
            skipped: of.skipped,
            gone: of.replay.gone(),
            hit_rate: (hits + others > 0).then(|| hits as f64 / (hits + others) as f64),
            seconds_lost: sum(steps.iter().map(|step| step.seconds_lost)),
            bytes_lost: sum(steps.iter().map(|step| step.bytes_lost)),
            steps,
            interrupted: of.interrupted,
            builds: of.builds.to_vec(),
            advice: Vec::new(),
            proposal: None,
            gates: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Adds advice and the patches that take it.
    #[must_use]
    pub fn with_advice(mut self, advised: &Advised, patches: Patches) -> ReplayReport {
        self.advice = advised.advice.iter().map(advice::reported).collect();
        self.proposal = (!advised.advice.is_empty()).then(|| advice::proposal(advised, patches));
        self
    }

    /// Adds the bounds that were judged.
    #[must_use]
    pub fn with_gates(self, gates: Vec<CacheGate>) -> ReplayReport {
        ReplayReport { gates, ..self }
    }

    /// Adds what was taken for granted.
    #[must_use]
    pub fn with_notes(self, notes: Vec<String>) -> ReplayReport {
        ReplayReport { notes, ..self }
    }

    /// The share of hits among all steps of all builds; `None` where nothing was built twice.
    pub fn hit_rate(&self) -> Option<f64> {
        self.hit_rate
    }
}

fn sum<T: std::ops::Add<Output = T>>(values: impl Iterator<Item = Option<T>>) -> Option<T> {
    values.flatten().reduce(|sum, it| sum + it)
}

fn step(track: &Track, cost: StepCost) -> ReplayedStep {
    let culprits = track.top_culprits(LISTED).into_iter();
    let letter = |fate: &Fate| match fate {
        Fate::Hit => 'h',
        Fate::Miss => 'm',
        Fate::Maybe => '?',
        Fate::Absent => '-',
    };
    let misses = track.count(Fate::Miss);
    ReplayedStep {
        place: (&track.place).into(),
        hits: track.count(Fate::Hit),
        misses,
        maybes: track.count(Fate::Maybe),
        hit_rate: track.hit_rate(),
        culprits: culprits.map(|(what, commits)| Culprit { what: what.to_string(), commits }).collect(),
        history: track.fates.iter().map(letter).collect(),
        seconds: cost.seconds,
        bytes: cost.bytes,
        seconds_lost: cost.seconds.map(|it| it * misses as f64),
        bytes_lost: cost.bytes.map(|it| it.saturating_mul((misses - track.linked.len().min(misses)) as u64)),
    }
}
