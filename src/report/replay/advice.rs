use serde::Serialize;

use crate::cache::advice::{Advice, Advised, Change, Fates};

use super::{ReplayedStep, StepCost, step};

/// Patches that take all advice, as unified diffs; empty where a file stays as it is.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Patches {
    /// Of the Dockerfile.
    pub dockerfile: String,
    /// Of the ignore file.
    pub ignore: String,
    /// The ignore file's path, where there is a patch of it.
    pub ignore_file: Option<String>,
}

/// One thing to do.
#[derive(Debug, Serialize)]
pub(super) struct ReportedAdvice {
    pub(super) kind: &'static str,
    pub(super) title: String,
    /// Line of the Dockerfile, as the advice before left it; 0 for the ignore file.
    pub(super) line: u32,
    pub(super) steps: Vec<ReportedChange>,
    pub(super) runs_avoided: f64,
    pub(super) seconds_saved: Option<f64>,
    pub(super) bytes_saved: Option<u64>,
    pub(super) cautions: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct ReportedChange {
    pub(super) before: Option<ReportedFates>,
    pub(super) after: Option<ReportedFates>,
}

#[derive(Debug, Serialize)]
pub(super) struct ReportedFates {
    pub(super) stage: String,
    pub(super) line: u32,
    pub(super) instruction: String,
    pub(super) hits: usize,
    pub(super) misses: usize,
    pub(super) maybes: usize,
    /// Misses in which a `COPY --link` was only linked again: its layer was there.
    pub(super) linked: usize,
    pub(super) hit_rate: Option<f64>,
}

/// What taking all advice does, over the builds whose Dockerfile had today's steps.
#[derive(Debug, Serialize)]
pub(super) struct ReportedProposal {
    pub(super) dockerfile: String,
    pub(super) ignore: Vec<String>,
    pub(super) patches: Patches,
    /// Builds that the numbers are about; the others had other steps.
    pub(super) commits: usize,
    /// True where too few commits had today's steps, so that today's Dockerfile took the place of all.
    pub(super) as_if: bool,
    /// A letter per build: y where it counts, n where it does not.
    pub(super) counted: String,
    pub(super) hit_rate_before: Option<f64>,
    pub(super) hit_rate_after: Option<f64>,
    pub(super) runs_avoided: f64,
    pub(super) seconds_saved: Option<f64>,
    pub(super) bytes_saved: Option<u64>,
    pub(super) changes: Vec<ReportedChange>,
    /// The new Dockerfile's steps over all builds.
    pub(super) steps: Vec<ReplayedStep>,
}

pub(super) fn reported(advice: &Advice) -> ReportedAdvice {
    ReportedAdvice {
        kind: advice.kind.name(),
        title: advice.title.clone(),
        line: advice.line,
        steps: advice.steps.iter().map(change).collect(),
        runs_avoided: advice.runs,
        seconds_saved: advice.seconds,
        bytes_saved: advice.bytes,
        cautions: advice.cautions.clone(),
    }
}

pub(super) fn proposal(advised: &Advised, patches: Patches) -> ReportedProposal {
    ReportedProposal {
        dockerfile: advised.dockerfile.to_string(),
        ignore: advised.ignore.clone(),
        patches,
        commits: advised.counted.iter().filter(|it| **it).count(),
        as_if: advised.as_if,
        counted: advised.counted.iter().map(|it| if *it { 'y' } else { 'n' }).collect(),
        hit_rate_before: advised.rates.map(|it| it.0),
        hit_rate_after: advised.rates.map(|it| it.1),
        runs_avoided: advised.runs,
        seconds_saved: advised.seconds,
        bytes_saved: advised.bytes,
        changes: advised.steps.iter().map(change).collect(),
        steps: advised.after.iter().map(|track| step(track, StepCost::default())).collect(),
    }
}

fn change(change: &Change) -> ReportedChange {
    ReportedChange { before: change.before.as_ref().map(fates), after: change.after.as_ref().map(fates) }
}

fn fates(fates: &Fates) -> ReportedFates {
    ReportedFates {
        stage: fates.stage.clone(),
        line: fates.line,
        instruction: fates.instruction.clone(),
        hits: fates.hits,
        misses: fates.misses,
        maybes: fates.maybes,
        linked: fates.linked,
        hit_rate: fates.hit_rate(),
    }
}
