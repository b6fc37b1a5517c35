use crate::diagnostic::{Edit, Fix};
use crate::model::Step;
use crate::rules::DockerfileCx;
use crate::rules::quote::one_line;
use crate::shell::{Command, Link};
use crate::syntax::dockerfile::Keyword;

/// Every RUN starts a shell of its own: what `export` sets at the end of one is gone.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    for (_, step) in model.steps().filter(|(_, step)| step.kind() == Keyword::Run) {
        let Some(last) = last_command(step).filter(|last| changes_only_the_shell(last)) else { continue };
        let text = one_line(cx.slice(last.span));
        let remedy = match last.name.as_str() {
            "export" => "set it with ENV, or in the RUN that needs it",
            "source" | "." => "call the program by its path there, or set PATH with ENV",
            _ => "put it into the RUN that needs it",
        };
        let fix = env(cx, step, last);
        cx.report(last.span, format!("`{text}` has no effect: it ends with the shell of this RUN"))
            .note(remedy)
            .fix(fix);
    }
}

/// The command that the RUN ends with, if it always runs.
fn last_command<'m>(step: &'m Step) -> Option<&'m Command> {
    let script = step.scripts().last().filter(|script| script.error.is_none() && script.dialect.is_posix())?;
    let last = script.commands.last()?;
    let always = !last.conditional
        && last.link != Link::Or
        && last.subshells == 0
        && !last.substitution
        && !last.in_function
        && last.pipe.is_none()
        && last.wrappers.is_empty()
        && last.redirects.is_empty();
    always.then_some(last)
}

fn changes_only_the_shell(command: &Command) -> bool {
    let first = command.args.first().map_or("", |arg| arg.text_or_raw());
    match command.name.as_str() {
        "export" => first.contains('='),
        "alias" | "umask" | "ulimit" | "unset" => !command.args.is_empty(),
        // Any other file may do anything.
        "source" | "." => ["/activate", ".bashrc", ".profile", ".bash_profile", "/etc/profile", ".cargo/env"]
            .iter()
            .any(|end| first.ends_with(end)),
        _ => false,
    }
}

/// `ENV` in place of a RUN that does nothing but `export`.
fn env(cx: &DockerfileCx, step: &Step, last: &Command) -> Option<Fix> {
    let alone = step.scripts().len() == 1 && step.commands().count() == 1 && last.name == "export";
    let plain = step.instruction.flags.is_empty() && step.instruction.heredocs.is_empty() && !step.onbuild;
    let pairs: Vec<&str> = last.args.iter().map(|arg| cx.slice(arg.span)).collect();
    let simple =
        |pair: &&str| !pair.starts_with('-') && pair.contains('=') && !pair.contains(['`', '(', '\n', '\\', '~']);
    if !alone || !plain || !pairs.iter().all(simple) {
        return None;
    }
    Some(Fix::unsafe_("set it with ENV", vec![Edit::replace(step.span(), format!("ENV {}", pairs.join(" ")))]))
}
