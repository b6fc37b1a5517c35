use crate::diagnostic::{Edit, Fix};
use crate::model::tools::{Action, meaning};
use crate::model::{Step, UserOrigin};
use crate::rules::DockerfileCx;
use crate::rules::quote::one_line;
use crate::shell::Command;
use crate::syntax::dockerfile::Keyword;

/// The system's package manager run by a user who may not.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for (_, step) in cx.model.steps().filter(|(_, step)| step.kind() == Keyword::Run) {
        let user = &step.before.user;
        let Some(name) = user.name.as_deref().filter(|_| !user.is_root()) else { continue };
        let Some(command) = step.commands().find(|command| needs_root(command)) else { continue };
        let fix = as_root(cx, step, name);
        let message = format!("`{}` runs as `{name}`, who may not install packages", one_line(cx.slice(command.span)));
        let report = cx.report(command.span, message).fix(fix);
        let report = match user.origin {
            UserOrigin::Instruction(span) => report.label(span, "the user from here on"),
            _ => report,
        };
        report.note("install before USER, or change to `USER root` and back");
    }
}

fn needs_root(command: &Command) -> bool {
    let raised = ["sudo", "doas", "su", "fakeroot", "gosu"].iter().any(|wrapper| command.is_wrapped_in(wrapper));
    let certain = !command.conditional && !command.in_function && !command.substitution;
    let systems = ["apt-get", "apt", "apk", "dnf", "yum", "microdnf", "zypper", "aptitude"];
    !raised
        && certain
        && meaning(command).is_some_and(|meaning| {
            meaning.tool.system
                && systems.contains(&meaning.tool.name)
                && matches!(meaning.action, Action::Install(_) | Action::Update | Action::Upgrade)
        })
}

fn as_root(cx: &DockerfileCx, step: &Step, name: &str) -> Option<Fix> {
    let plain = !step.onbuild && step.instruction.heredocs.is_empty() && !name.contains([' ', '$']);
    let span = step.span();
    let edits = vec![Edit::insert(span.start, "USER root\n"), Edit::insert(span.end, format!("\nUSER {name}"))];
    let line = cx.line(span.start);
    plain.then(|| Fix::unsafe_("install as root", edits).touching([line]))
}
