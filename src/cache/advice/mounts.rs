use crate::diagnostic::{Edit, Fix};
use crate::model::Step;
use crate::model::order::{Origin, Scripts, late_installs, missing_cache_mount};
use crate::model::paths::clean;
use crate::syntax::dockerfile::Keyword;

use super::measure::Measured;
use super::propose::{Cx, Kind, Proposal, with};
use super::{Draft, Question};

/// More mounts than this are no help to a reader.
const MOUNTS: usize = 6;

/// A bind mount of the whole context that an install reads two files of.
pub(super) fn narrow(cx: &Cx) -> Vec<Proposal> {
    let mut found = Vec::new();
    for late in late_installs(cx.model, Some(cx.context)) {
        let [sufferer] = late.installs.as_slice() else { continue };
        let line = sufferer.step.instruction.lines.0;
        let mount = sufferer.step.mounts.iter().find(|it| it.span == late.copy.span);
        let reads = &sufferer.reads;
        let fits = late.also.is_empty()
            && late.copy.origin == Origin::Mount
            && sufferer.scripts != Scripts::Project
            && sufferer.step.commands().count() == 1
            && (1..=MOUNTS).contains(&reads.len())
            && reads.iter().all(|path| !path.ends_with('/') && !path.contains([',', ' ', '"', '$']));
        let (Some(mount), true, true) = (mount, fits, cx.misses_at(line)) else { continue };
        let flag = |path: &String| {
            let rest = path.strip_prefix(mount.source.trim_matches('/')).unwrap_or(path).trim_start_matches('/');
            let target = clean(&format!("{}/{rest}", mount.target));
            format!("--mount=type=bind,source={path},target={target}")
        };
        let flags: Vec<String> = reads.iter().map(flag).collect();
        let title = format!("mount only what `{}` reads", sufferer.install.meaning.title());
        let fix = Fix::unsafe_(title, vec![Edit::replace(mount.span, flags.join(" "))]).touching([line]);
        found.push(Proposal::of_fix(Kind::NarrowMount, fix, vec![line]));
    }
    found
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
    let (_, fix) = missing_cache_mount(step)?;
    let mut proposal = Proposal::of_fix(Kind::CacheMount, fix, vec![line]);
    proposal
        .cautions
        .push(format!("it still runs in {runs} builds, but downloads only what is new where the mount is kept"));
    Some(proposal)
}
