use crate::diagnostic::{Edit, Fix};
use crate::model::tools::{Action, Flag, Meaning, meaning};
use crate::model::{MountKind, Step, UserOrigin};
use crate::syntax::dockerfile::Keyword;

use super::Cx;

/// Mounts at most: more are no help to a reader.
const MOUNTS: usize = 4;

/// A cache mount for the downloads of the package managers of a RUN.
pub(super) fn find(cx: &Cx) -> Option<Fix> {
    let (_, step) = cx.step().filter(|(_, step)| step.kind() == Keyword::Run)?;
    let user = &step.before.user;
    let is_root = user.is_root() || user.name.is_none() && user.origin == UserOrigin::UnknownBase;
    // What a RUN deletes it would delete from the mount.
    let deletes = step.commands().any(|it| matches!(it.name.as_str(), "rm" | "find"))
        || step.meanings().iter().flatten().any(|it| it.action == Action::Clean);
    if !is_root || deletes {
        return None;
    }
    let mut targets: Vec<(String, bool)> = Vec::new();
    let mut tools: Vec<&str> = Vec::new();
    for meaning in step.commands().filter_map(meaning).filter(keeps_downloads) {
        for dir in meaning.tool.cache_dirs.iter().filter(|it| it.path.starts_with(['/', '~'])) {
            let target = (dir.for_home("/root"), dir.locked);
            if !targets.contains(&target) && !is_mounted(step, &target.0) {
                targets.push(target);
                tools.push(meaning.tool.name);
            }
        }
    }
    tools.dedup();
    if targets.is_empty() || targets.len() > MOUNTS {
        return None;
    }
    let mount = |(target, locked): &(String, bool)| {
        let sharing = if *locked { ",sharing=locked" } else { "" };
        format!(" --mount=type=cache,target={target}{sharing}")
    };
    let mut edits =
        vec![Edit::insert(step.instruction.keyword.span.end, targets.iter().map(mount).collect::<String>())];
    edits.extend(keep_archives(step, &tools));
    let title = format!("keep the downloads of {} in a cache mount", tools.join(" and "));
    Some(Fix::unsafe_(title, edits).touching([step.instruction.lines.0]))
}

/// True for a command that fills its tool's cache.
fn keeps_downloads(meaning: &Meaning) -> bool {
    let fills = matches!(meaning.action, Action::Install(_) | Action::Update | Action::Build { fetches: true });
    fills && !meaning.has(Flag::NoCache) && !meaning.has(Flag::Offline) && !meaning.has(Flag::DryRun)
}

fn is_mounted(step: &Step, target: &str) -> bool {
    step.mounts.iter().any(|it| {
        it.kind == MountKind::Cache
            && (target == it.target || target.starts_with(&format!("{}/", it.target.trim_end_matches('/'))))
    })
}

/// Debian's and Ubuntu's images tell apt to throw archives away: without this the mount stays empty.
fn keep_archives(step: &Step, tools: &[&str]) -> Option<Edit> {
    let command = step.commands().next()?;
    let shell = matches!(step.body(), crate::syntax::dockerfile::Body::Run(it) if !it.is_exec());
    let apt = tools.iter().any(|it| it.starts_with("apt"));
    (apt && shell && step.instruction.heredocs.is_empty())
        .then(|| Edit::insert(command.span.start, "rm -f /etc/apt/apt.conf.d/docker-clean && "))
}
