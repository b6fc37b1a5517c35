use crate::diagnostic::{Edit, Fix};
use crate::model::paths::clean;
use crate::model::{Base, Step};
use crate::syntax::dockerfile::{Body, Keyword};

use super::propose::{Cx, Kind, Proposal};

/// Folders that are symlinks in common images: `--link` would put a folder in their place.
const LINKED: &[&str] = &["/bin", "/sbin", "/lib", "/lib64", "/lib32", "/var/run", "/var/lock"];

/// `COPY --link`, so that a layer of the image outlives a change below it.
pub(super) fn proposals(cx: &Cx) -> Vec<Proposal> {
    let stages = cx.model.stages.iter().filter(|stage| cx.model.is_final(stage) && stage.base != Base::Scratch);
    let steps = stages.flat_map(|stage| stage.steps.iter().filter(|step| can_link(step)));
    let with_misses = steps.filter(|step| cx.misses_at(step.instruction.lines.0));
    let proposal = |step: &Step| {
        let keyword = step.instruction.keyword.span;
        let dest = step.transfer().map(|it| it.dest.raw.clone()).unwrap_or_default();
        let line = step.instruction.lines.0;
        let title =
            format!("copy to `{dest}` with `--link` (line {line}), so that its layer outlives changes below it");
        let fix = Fix::unsafe_(title, vec![Edit::insert(keyword.end, " --link")]).touching([line]);
        let mut proposal = Proposal::of_fix(Kind::Link, fix, vec![line]);
        proposal.cautions.push("`--link` does not follow symlinks at the destination".to_string());
        proposal
    };
    with_misses.map(proposal).collect()
}

/// True for a COPY that means the same without the files below it, as far as that can be known.
fn can_link(step: &Step) -> bool {
    let (Body::Copy(transfer), false) = (step.body(), step.onbuild) else { return false };
    let flag = |name: &str| step.instruction.flag(name);
    let owner = flag("chown").and_then(|it| it.value.as_ref());
    // Names are looked up in the image below, which is not there.
    let numeric = owner.is_none_or(|word| word.raw.chars().all(|c| c.is_ascii_digit() || c == ':'));
    let dest = step.expand(&transfer.dest);
    let Some(dest) = dest.known.then(|| step.before.workdir.join(&dest.text)).flatten() else { return false };
    let dest = clean(&dest);
    let is_linked = LINKED.iter().any(|folder| dest == *folder || dest.starts_with(&format!("{folder}/")));
    step.kind() == Keyword::Copy
        && flag("link").is_none()
        && flag("chmod").is_none()
        && flag("parents").is_none()
        && numeric
        && !is_linked
        && dest != "/"
}
