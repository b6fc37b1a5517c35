use crate::diagnostic::{Edit, Fix};
use crate::model::Step;
use crate::rules::DockerfileCx;
use crate::rules::commands::{Use, commands_of};
use crate::shell::Link;
use crate::syntax::dockerfile::Keyword;
use crate::text::Span;

/// WORKDIR says for all steps where they run; `cd` says it for one RUN.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    for (stage, step) in model.steps().filter(|(_, step)| step.kind() == Keyword::Run) {
        let moves = |it: &Use| it.command.name == "cd" && !it.command.substitution && !it.command.in_function;
        let Some(it) = commands_of(stage, step).find(moves) else { continue };
        let shown = cx.slice(it.command.span);
        let fix = as_workdir(cx, step, &it);
        cx.report(
            it.command.span,
            format!(
                "`{}` holds for this RUN only",
                shown.lines().next().unwrap_or_default().trim_end_matches(['\\', ' '])
            ),
        )
        .note("set the folder with WORKDIR: it stands out, holds for later steps, and is created if missing")
        .fix(fix);
    }
}

/// `RUN cd /x && make` at the end of a stage becomes two instructions.
fn as_workdir(cx: &DockerfileCx, step: &Step, it: &Use) -> Option<Fix> {
    let later = &it.stage.steps[step.index + 1..];
    let unaffected = |step: &Step| {
        matches!(
            step.kind(),
            Keyword::Env | Keyword::Label | Keyword::Expose | Keyword::Arg | Keyword::Stopsignal | Keyword::Shell
        )
    };
    let path = it.command.args.first().filter(|_| it.command.args.len() == 1)?.text.as_deref()?;
    let next = it.script.commands.get(1).filter(|next| next.link == Link::And)?;
    let is_first = it.at == 0 && it.command.link == Link::First && it.command.subshells == 0 && !it.command.conditional;
    let is_plain = step.instruction.heredocs.is_empty() && !it.script.json && !step.onbuild && next.subshells == 0;
    let is_last = cx.model.stages.len() == it.stage.index + 1 && later.iter().all(unaffected);
    if !path.starts_with('/') || path.contains(char::is_whitespace) || !is_first || !is_plain || !is_last {
        return None;
    }
    // What stands between may be a comment or a brace.
    let between = Span::new(it.command.span.end, next.span.start.max(it.command.span.end));
    let is_joint = cx.slice(between).trim_matches([' ', '\t', '\r', '\n', '\\']) == "&&";
    let edits = vec![
        Edit::insert(step.span().start, format!("WORKDIR {path}\n")),
        Edit::delete(Span::new(it.command.span.start, next.span.start)),
    ];
    is_joint.then(|| Fix::unsafe_(format!("set the folder with `WORKDIR {path}`"), edits))
}
