//! Advice: a better Dockerfile, and what it would have done to the same history.
//!
//! Proposals come from the machinery of the rules' fixes. Each is replayed over the history that the
//! Dockerfile has had, and what does not help there is not given.

mod broad;
mod carry;
mod ignore;
mod link;
mod measure;
mod mounts;
mod order;
mod propose;
mod variables;

use std::sync::Arc;

use rayon::prelude::*;

use crate::diagnostic::Fix;
use crate::model::Files;
use crate::text::{LineIndex, line_before};

use super::history::{Filters, Snapshot};
use super::replay::Memory;
use super::request::Request;

pub use measure::{Change, Costs, Fates, Score};
pub use propose::{Kind, Proposal};

use measure::{Measured, count, measure};

/// Rounds of looking for the next thing to do.
const MAX_ROUNDS: usize = 10;
/// One in so many commits must have today's steps.
const ENOUGH: usize = 5;
/// So many commits say enough where today's Dockerfile takes the place of all, out of however many.
const SOME: usize = 20;
/// Proposals that are replayed in one round.
const MAX_PROPOSALS: usize = 24;

/// What advice is made from.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The history, oldest first; the last state is the one to better.
    pub history: &'a [Snapshot],
    /// How each of them is built.
    pub request: &'a Request,
    /// What stays in the cache.
    pub memory: Memory,
    /// What steps cost, by their line in the last Dockerfile.
    pub costs: &'a Costs,
    /// The last state's files.
    pub files: &'a dyn Files,
    /// The Dockerfile's path in the context.
    pub dockerfile: Option<&'a str>,
    /// True where the ignore file is not to be changed: a link to a file of another purpose.
    pub keep_ignore: bool,
    /// False for a fix that changes more than it says.
    pub accept: &'a (dyn Fn(&str, &Fix) -> bool + Sync),
    /// True once it is to end with what is known.
    pub stop: &'a (dyn Fn() -> bool + Sync),
}

impl Question<'_> {
    /// Where a line of a draft stands in today's Dockerfile, from 1.
    fn line_today(&self, draft: &str, line: u32) -> u32 {
        self.history.last().map_or(line, |last| line_before(&last.dockerfile, draft, line))
    }
}

/// One thing to do and what it does.
#[derive(Clone, Debug)]
pub struct Advice {
    /// What kind of thing.
    pub kind: Kind,
    /// What to do, as an imperative.
    pub title: String,
    /// Line of today's Dockerfile that it is about, from 1; 0 where it is about the ignore file only.
    pub line: u32,
    /// Steps that come off better or worse, with their fates before and after this advice.
    pub steps: Vec<Change>,
    /// What to think of before taking it.
    pub cautions: Vec<String>,
    /// Runs of RUN steps that it spares; a step that was cut in pieces counts by them.
    pub runs: f64,
    /// Seconds of steps that it spares, where they are known.
    pub seconds: Option<f64>,
    /// Bytes of layers that need not be pushed, where they are known.
    pub bytes: Option<u64>,
}

/// All advice together.
#[derive(Clone, Debug, Default)]
pub struct Advised {
    /// In the order in which it was found; each builds upon those before.
    pub advice: Vec<Advice>,
    /// The Dockerfile with all of it.
    pub dockerfile: Arc<str>,
    /// Lines for the ignore file.
    pub ignore: Vec<String>,
    /// The steps of the new Dockerfile over the whole history.
    pub after: Vec<super::replay::Track>,
    /// Steps of both, with everything done.
    pub steps: Vec<Change>,
    /// For each build after the first: true where the Dockerfile had today's steps, so that the new one
    /// could stand in for it. Only these count.
    pub counted: Vec<bool>,
    /// True where too few commits had today's steps, so that today's Dockerfile took the place of all.
    pub as_if: bool,
    /// Share of hits before and after over what counts.
    pub rates: Option<(f64, f64)>,
    /// What all of it spares.
    pub runs: f64,
    /// Seconds, where they are known.
    pub seconds: Option<f64>,
    /// Bytes, where they are known.
    pub bytes: Option<u64>,
}

impl Advised {
    /// The ignore file with the new lines.
    pub fn ignored(&self, ignore: &str) -> String {
        measure::appended(ignore, &self.ignore)
    }
}

/// Looks for a better Dockerfile.
pub fn advise(question: &Question) -> Advised {
    let Some(last) = question.history.last() else { return Advised::default() };
    let filters = Arc::default();
    over(question, &filters, last, usize::MAX).unwrap_or_else(|| as_if(question, &filters, last))
}

/// Advice for a history that ends with `last`; `None` where too few of its commits count: less than
/// one in five, and than `enough`.
fn over(question: &Question, filters: &Arc<Filters>, last: &Snapshot, enough: usize) -> Option<Advised> {
    let mut draft = Draft { text: last.dockerfile.clone(), ignore: Vec::new() };
    let start = measure(question, filters, &draft);
    let counted = start.counted.iter().filter(|it| **it).count();
    if counted < (start.counted.len().div_ceil(ENOUGH)).min(enough) {
        return None;
    }
    let mut now = start.clone();
    let mut advice = Vec::new();
    for _ in 0..MAX_ROUNDS {
        let Some((proposal, next)) = best(question, filters, &draft, &now) else { break };
        let measured = measure(question, filters, &next);
        if (question.stop)() {
            // What was cut short says nothing.
            break;
        }
        advice.push(told(&proposal, &draft, &now, &measured, question));
        (draft, now) = (next, measured);
    }
    let draft = finish(question, draft, &now, &mut advice);
    let steps = measure::changes(&start, &now);
    let totals = measure::saved(&start, &now, question.costs);
    Some(Advised {
        advice,
        dockerfile: draft.text,
        ignore: draft.ignore,
        rates: start.rate().zip(now.rate()),
        counted: now.counted.clone(),
        as_if: false,
        after: now.tracks,
        steps,
        runs: totals.runs,
        seconds: totals.seconds,
        bytes: totals.bytes,
    })
}

/// The same where few commits had today's steps: as if today's Dockerfile had been there all along.
/// Where most of them lack files that it copies, nothing can be said.
fn as_if(question: &Question, filters: &Arc<Filters>, last: &Snapshot) -> Advised {
    let today = |state: &Snapshot| Snapshot { dockerfile: last.dockerfile.clone(), ..state.clone() };
    let history: Vec<Snapshot> = question.history.iter().map(today).collect();
    let advised = over(&Question { history: &history, ..*question }, filters, last, SOME);
    let nothing = || Advised { dockerfile: last.dockerfile.clone(), ..Advised::default() };
    Advised { as_if: true, ..advised.unwrap_or_else(nothing) }
}

/// A Dockerfile in the making.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    text: Arc<str>,
    ignore: Vec<String>,
}

impl Draft {
    fn with(&self, proposal: &Proposal) -> Option<Draft> {
        let mut next = self.clone();
        if let Some(fix) = &proposal.fix {
            next.text = propose::applied(&self.text, fix)?.into();
        }
        next.ignore.extend(proposal.ignore.iter().filter(|line| !self.ignore.contains(line)).cloned());
        Some(next)
    }
}

/// The proposal that spares most, if any spares anything.
fn best(question: &Question, filters: &Arc<Filters>, draft: &Draft, now: &Measured) -> Option<(Proposal, Draft)> {
    if (question.stop)() {
        return None;
    }
    let mut proposals = propose::proposals(question, draft, now);
    proposals.retain(|it| accepted(question, draft, it));
    proposals.truncate(MAX_PROPOSALS);
    let tried: Vec<(Proposal, Draft, Score)> = proposals
        .into_par_iter()
        .filter(|_| !(question.stop)())
        .filter_map(|proposal| {
            let next = draft.with(&proposal)?;
            let measured = count(question, filters, &next);
            let score = measure::saved(now, &measured, question.costs);
            (measured.applies && score.helps()).then_some((proposal, next, score))
        })
        .collect();
    if (question.stop)() {
        return None;
    }
    // The first of equals: the order of the proposals is that of how well they are understood.
    let better = |a: &Score, b: &Score| a.key() > b.key();
    let winner = tried.into_iter().reduce(|a, b| if better(&b.2, &a.2) { b } else { a });
    winner.map(|(proposal, next, _)| (proposal, next))
}

fn accepted(question: &Question, draft: &Draft, proposal: &Proposal) -> bool {
    proposal.fix.as_ref().is_none_or(|fix| (question.accept)(&draft.text, fix))
}

/// What does not make a step hit but makes its running cheaper: for installs that still run. It takes
/// no part in the numbers.
fn finish(question: &Question, mut draft: Draft, now: &Measured, advice: &mut Vec<Advice>) -> Draft {
    for _ in 0..MAX_ROUNDS {
        let accepted = |it: &Proposal| accepted(question, &draft, it);
        let found = mounts::caches(question, &draft, now).into_iter().find(accepted);
        let Some(proposal) = found.filter(|_| !(question.stop)()) else { return draft };
        let Some(next) = draft.with(&proposal) else { return draft };
        let mut told = told(&proposal, &draft, now, now, question);
        for change in &mut told.steps {
            let is_about = change.before.as_ref().is_some_and(|it| proposal.about.contains(&it.line));
            change.after = change.before.clone().filter(|_| is_about);
        }
        told.steps.retain(|change| change.after.is_some());
        advice.push(told);
        draft = next;
    }
    draft
}

fn told(proposal: &Proposal, draft: &Draft, before: &Measured, after: &Measured, question: &Question) -> Advice {
    let saved = measure::saved(before, after, question.costs);
    let mut steps = measure::changes(before, after);
    let is_about =
        |change: &Change| proposal.about.iter().any(|line| change.before.as_ref().is_some_and(|it| it.line == *line));
    steps.retain(|change| change.is_change() || is_about(change));
    let first = proposal.fix.as_ref().and_then(|fix| fix.edits.first());
    let line = first.map(|edit| LineIndex::new(&draft.text).line_of(edit.span.start) as u32 + 1);
    let line = line.map(|line| question.line_today(&draft.text, line));
    Advice {
        kind: proposal.kind,
        title: proposal.title.clone(),
        line: line.unwrap_or(0),
        steps,
        cautions: proposal.cautions.clone(),
        runs: saved.runs,
        seconds: saved.seconds,
        bytes: saved.bytes,
    }
}
