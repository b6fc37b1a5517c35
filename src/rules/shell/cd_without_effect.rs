use crate::diagnostic::{Edit, Fix};
use crate::rules::DockerfileCx;
use crate::shell::Link;
use crate::syntax::dockerfile::Keyword;

/// Every RUN starts in WORKDIR again: a `cd` at its end does nothing.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    for (_, step) in model.steps().filter(|(_, step)| step.kind() == Keyword::Run) {
        let Some(script) = step.scripts().last() else { continue };
        let Some(last) = script.commands.last().filter(|last| last.name == "cd") else { continue };
        let may_not_run = last.conditional || last.link == Link::Or;
        if may_not_run
            || last.subshells > 0
            || last.substitution
            || last.in_function
            || last.pipe.is_some()
            || script.error.is_some()
        {
            continue;
        }
        let only = step.scripts().len() == 1 && script.commands.len() == 1 && step.instruction.heredocs.is_empty();
        let folder = last.args.first().filter(|_| last.args.len() == 1 && last.wrappers.is_empty());
        let fix = folder.filter(|_| only && !step.onbuild && step.instruction.flags.is_empty()).map(|folder| {
            let text = format!("WORKDIR {}", cx.slice(folder.span));
            Fix::unsafe_("set the folder with WORKDIR", vec![Edit::replace(step.span(), text)])
        });
        let shown = cx.slice(last.span).lines().next().unwrap_or_default().trim_end_matches(['\\', ' ']);
        cx.report(last.span, format!("`{shown}` has no effect: the next step starts in WORKDIR again"))
            .note("use WORKDIR to change the folder for the steps that follow")
            .fix(fix);
    }
}
