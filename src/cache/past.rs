//! What a history says of the steps of today's Dockerfile.

use super::graph::Place;
use super::replay::{Fate, Replay};

/// A replayed history, step by step.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// Builds that count.
    pub commits: usize,
    /// The steps of the last build.
    pub steps: Vec<PastStep>,
}

/// One step of today's Dockerfile over the history.
#[derive(Clone, Debug)]
pub struct PastStep {
    /// Where it stands.
    pub place: Place,
    /// Builds that had it.
    pub built: usize,
    /// Those in which it ran.
    pub ran: usize,
    /// Those of which only the build could tell.
    pub open: usize,
}

impl Past {
    /// Sums up a replay.
    pub fn of(replay: &Replay) -> Past {
        let step = |track: &&super::Track| PastStep {
            place: track.place.clone(),
            built: track.fates.len() - track.count(Fate::Absent),
            ran: track.count(Fate::Miss),
            open: track.count(Fate::Maybe),
        };
        Past { commits: replay.builds().saturating_sub(1), steps: replay.steps().iter().map(step).collect() }
    }

    /// The steps that have this line, from 1.
    pub fn at(&self, line: u32) -> impl Iterator<Item = &PastStep> {
        self.steps.iter().filter(move |step| (step.place.line..=step.place.end_line).contains(&line))
    }
}
