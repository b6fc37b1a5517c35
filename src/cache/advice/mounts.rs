use crate::model::Step;
use crate::model::order::{late_installs, missing_cache_mount, narrow_mount};
use crate::syntax::dockerfile::Keyword;

use super::measure::Measured;
use super::propose::{Cx, Kind, Proposal, with};
use super::{Draft, Question};

/// A bind mount of the whole context that an install reads two files of.
pub(super) fn narrow(cx: &Cx) -> Vec<Proposal> {
    let late = late_installs(cx.model, Some(cx.context));
    let narrowed = late.iter().filter_map(|late| {
        let line = late.installs.first()?.step.instruction.lines.0;
        let fix = narrow_mount(late).filter(|_| cx.misses_at(line))?;
        Some(Proposal::of_fix(Kind::NarrowMount, fix, vec![line]))
    });
    narrowed.collect()
}

/// Cache mounts for installs that still run in two builds or more.
pub(super) fn caches(question: &Question, draft: &Draft, now: &Measured) -> Vec<Proposal> {
    with(question, draft, now, |cx| {
        let steps = cx.model.stages.iter().filter(|it| it.reachable).flat_map(|it| &it.steps);
        steps.filter(|step| step.kind() == Keyword::Run && !step.onbuild).filter_map(|step| cache(cx, step)).collect()
    })
}

fn cache(cx: &Cx, step: &Step) -> Option<Proposal> {
    let line = step.instruction.lines.0;
    let track = cx.now.tracks.iter().find(|track| track.place.line == line)?;
    let runs = track.count_in(super::super::replay::Fate::Miss, &cx.now.counted);
    if runs < 2 {
        return None;
    }
    let (install, fix) = missing_cache_mount(step)?;
    let mut proposal = Proposal::of_fix(Kind::CacheMount, fix, vec![line]);
    proposal.title = format!("keep the downloads of `{}` in a cache mount", install.meaning.title());
    proposal
        .cautions
        .push(format!("it still runs in {runs} builds, but downloads only what is new where the mount is kept"));
    Some(proposal)
}
