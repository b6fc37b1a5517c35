use crate::diagnostic::{Edit, Fix, Severity};
use crate::rules::DockerfileCx;
use crate::rules::commands::{Use, commands_of};
use crate::syntax::dockerfile::Keyword;
use crate::text::Span;

/// RUN is root unless USER says otherwise; sudo adds a program that can make root of anybody.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    for (stage, step) in model.steps().filter(|(_, step)| step.kind() == Keyword::Run) {
        let places: Vec<(Use, Span)> = commands_of(stage, step).filter_map(|it| Some((it, sudo(&it)?))).collect();
        let Some((_, first)) = places.first() else { continue };
        let is_root = step.before.user.is_root();
        let edits: Option<Vec<Edit>> = places.iter().map(|(it, span)| without(cx, it, *span)).collect();
        let fix = edits.filter(|_| is_root).map(|edits| Fix::safe("leave sudo out", edits));
        let other_user = places.iter().find_map(|(it, _)| other_user(it));
        let (message, note) = match (&other_user, is_root) {
            (Some(user), _) => (
                format!("`sudo -u {user}` changes the user, and leaves sudo in the image"),
                format!("write `USER {user}` before the step"),
            ),
            (None, true) => ("`sudo` in a RUN that is root already".to_owned(), "leave it out".to_owned()),
            (None, false) => (
                "`sudo` needs a user who may become root without a password, also in the container".to_owned(),
                "write `USER root` before what needs root, and the user again after it".to_owned(),
            ),
        };
        let report = cx.report(*first, message).note(note).fix(fix);
        if !is_root || other_user.is_some() {
            report.at_most(Severity::Info);
        }
    }
}

fn sudo(it: &Use) -> Option<Span> {
    let wrapper = it.command.wrappers.iter().find(|wrapper| wrapper.name == "sudo");
    wrapper.map(|wrapper| wrapper.span).or_else(|| (it.command.name == "sudo").then_some(it.command.name_span))
}

/// The user of `sudo -u app …`.
fn other_user(it: &Use) -> Option<String> {
    let sudo = it.command.wrappers.iter().find(|wrapper| wrapper.name == "sudo")?;
    let at = sudo.args.iter().position(|arg| matches!(arg.raw.as_str(), "-u" | "--user"))?;
    let user = sudo.args.get(at + 1)?.text_or_raw();
    (user != "root").then(|| user.to_owned())
}

/// `sudo apt-get …` without options or variables of sudo's own.
fn without(cx: &DockerfileCx, it: &Use, span: Span) -> Option<Edit> {
    let is_plain = it.command.wrappers.len() == 1
        && !it.script.json
        && cx.slice(span) == "sudo"
        && it.command.assignments.is_empty();
    let gap = Span::new(span.end, it.command.name_span.start.max(span.end));
    let is_blank = !gap.is_empty() && cx.slice(gap).bytes().all(|byte| byte == b' ' || byte == b'\t');
    (is_plain && is_blank).then(|| Edit::delete(span.to(gap)))
}
