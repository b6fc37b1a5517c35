use crate::diagnostic::{Edit, Fix};
use crate::model::order::{Class, Origin, Scripts, installs, late_installs};
use crate::model::paths::clean;
use crate::model::tools::{Action, CacheDir, Flag};
use crate::model::{Step, UserOrigin};
use crate::syntax::dockerfile::Keyword;

use super::measure::Measured;
use super::propose::{Cx, Kind, Proposal, with};
use super::{Draft, Question};

/// Tools whose cache is nothing but a cache: what is installed lies elsewhere.
const PLAIN_CACHES: &[&str] = &["npm", "yarn", "pnpm", "pip", "uv", "composer"];
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
    let install = installs(step).into_iter().find(|it| {
        let meaning = &it.meaning;
        it.class == Class::Manifest
            && !it.cached
            && PLAIN_CACHES.contains(&meaning.tool.name)
            && !meaning.has(Flag::NoCache)
    })?;
    let cleans = step.meanings().iter().flatten().any(|it| it.action == Action::Clean)
        || step.commands().any(|it| it.name == "rm");
    let dir: &CacheDir = install.meaning.tool.cache_dirs.first()?;
    let user = &step.before.user;
    let is_root = user.is_root() || user.name.is_none() && user.origin == UserOrigin::UnknownBase;
    if runs < 2 || cleans || !is_root {
        return None;
    }
    let title = format!("keep the downloads of `{}` (line {line}) in a cache mount", install.meaning.title());
    let mount = format!(" --mount=type=cache,target={}", dir.for_home("/root"));
    let fix = Fix::unsafe_(title, vec![Edit::insert(step.instruction.keyword.span.end, mount)]).touching([line]);
    let mut proposal = Proposal::of_fix(Kind::CacheMount, fix, vec![line]);
    proposal
        .cautions
        .push(format!("it still runs in {runs} builds, but downloads only what is new where the mount is kept"));
    Some(proposal)
}
