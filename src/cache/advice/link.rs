use crate::diagnostic::{Edit, Fix};
use crate::model::order::can_link;
use crate::model::tools::glob_matches;
use crate::model::{Base, Step, paths};

use super::propose::{Cx, Kind, Proposal};

/// `COPY --link` for what is worth it, all in one, so that layers of the image outlive a change below.
pub(super) fn proposals(cx: &Cx) -> Option<Proposal> {
    let stages = cx.model.stages.iter().filter(|stage| cx.model.is_final(stage) && stage.base != Base::Scratch);
    let steps = stages.flat_map(|stage| stage.steps.iter().filter(|step| can_link(step) && brings_much(cx, step)));
    let steps: Vec<&Step> = steps.filter(|step| cx.inherits_at(step.instruction.lines.0)).collect();
    let lines: Vec<u32> = steps.iter().map(|step| step.instruction.lines.0).collect();
    let title = match steps.as_slice() {
        [] => return None,
        [step] => {
            let dest = step.transfer().map(|it| it.dest.raw.clone()).unwrap_or_default();
            format!("copy to `{dest}` with `--link`, so that its layer outlives changes below it")
        }
        _ => {
            let today = |line: &u32| cx.question.line_today(cx.text, *line).to_string();
            let shown: Vec<String> = lines.iter().map(today).collect();
            format!("copy with `--link` in lines {}, so that their layers outlive changes below them", shown.join(", "))
        }
    };
    let insert = |step: &&Step| Edit::insert(step.instruction.keyword.span.end, " --link");
    let fix = Fix::unsafe_(title, steps.iter().map(insert).collect()).touching(lines.clone());
    let mut proposal = Proposal::of_fix(Kind::Link, fix, lines);
    proposal.cautions.push("`--link` does not follow symlinks at the destination".to_string());
    Some(proposal)
}

/// Files whose layer is made in no time.
const FEW: usize = 20;

/// True for what another stage made and for folders; a layer of some scripts is made in no time.
fn brings_much(cx: &Cx, step: &Step) -> bool {
    let Some(transfer) = step.transfer() else { return false };
    if !step.copies_context() {
        return true;
    }
    let sources: Vec<String> = transfer.sources.iter().map(|word| paths::from_root(&step.expand(word).text)).collect();
    let within = |path: &str| {
        let is_in = |source: &String| source.is_empty() || path.starts_with(&format!("{source}/"));
        sources.iter().any(|source| path == source || is_in(source) || glob_matches(source, path))
    };
    cx.context.sent().iter().filter(|entry| !entry.is_dir() && within(&entry.path)).take(FEW).count() == FEW
}
