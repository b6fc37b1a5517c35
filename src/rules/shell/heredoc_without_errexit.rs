use crate::diagnostic::{Edit, Fix};
use crate::model::Step;
use crate::rules::DockerfileCx;
use crate::rules::quote::one_line;
use crate::shell::{Command, Link, Script};
use crate::syntax::dockerfile::{Heredoc, Keyword};

/// The lines of a heredoc run one after the other whether they fail or not; only the last counts.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    for (_, step) in model.steps().filter(|(_, step)| step.kind() == Keyword::Run) {
        let Some((heredoc, script)) = whole_script(step) else { continue };
        let Some(command) = first_lost(script) else { continue };
        let text = one_line(cx.slice(command.span));
        let has_interpreter = cx.slice(heredoc.body).starts_with("#!");
        let line = if heredoc.chomp { "\tset -e\n" } else { "set -e\n" };
        let edits = vec![Edit::insert(heredoc.body.start, line)];
        let fix = (!has_interpreter).then(|| Fix::unsafe_("stop at the first failure", edits));
        cx.report(command.span, format!("a failure of `{text}` goes unnoticed: the heredoc runs on"))
            .label(heredoc.marker, "only the last command decides whether this RUN succeeds")
            .note("begin the script with `set -e`")
            .fix(fix);
    }
}

/// The heredoc that is the RUN's script, with the code in it.
fn whole_script<'m, 'd>(step: &'m Step<'d>) -> Option<(&'d Heredoc, &'m Script)> {
    let [heredoc] = step.instruction.heredocs.as_slice() else { return None };
    let inside =
        |script: &&Script| script.text.segments.first().is_some_and(|it| heredoc.body.contains_offset(it.source));
    let script = step.scripts().iter().find(inside).filter(|script| script.dialect.is_posix())?;
    Some((heredoc, script))
}

/// The first command whose failure nothing notices: another one follows that runs all the same.
fn first_lost(script: &Script) -> Option<&Command> {
    let is_flat = |command: &Command| {
        command.subshells == 0
            && !command.conditional
            && !command.substitution
            && !command.in_function
            && !command.background
            && !command.negated
    };
    let flat: Vec<&Command> = script.commands.iter().filter(|command| is_flat(command)).collect();
    let lost = flat.windows(2).find(|pair| {
        let [one, next] = pair else { return false };
        let plain = one.link != Link::Or && !one.condition;
        next.link == Link::Then && !one.options.errexit && plain && may_fail(one)
    });
    lost.map(|pair| pair[0]).filter(|_| script.error.is_none())
}

/// False for what cannot fail, and for what people let fail on purpose.
fn may_fail(command: &Command) -> bool {
    let at_ease = [
        "", "[", "[[", "test", "echo", "printf", "true", ":", "set", "export", "unset", "alias", "exit", "trap",
        "shift", "local",
    ];
    !at_ease.contains(&command.name.as_str())
}
