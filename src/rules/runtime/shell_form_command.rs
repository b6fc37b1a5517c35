use super::shared_command::{exec_fix, shell_form};
use crate::rules::{DockerfileCx, steps};
use crate::syntax::dockerfile::Command;

/// CMD or ENTRYPOINT in shell form, unless a SHELL instruction says that the shell is meant.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for here in steps::all(cx.model) {
        let Some(command) = shell_form(&here).filter(|_| !here.step.before.shell_is_set) else { continue };
        let keyword = &here.step.instruction.keyword;
        let message = format!(
            "JSON arguments recommended for {} to prevent unintended behavior related to OS signals",
            keyword.text
        );
        let span = if command.span().is_empty() { keyword.span } else { command.span() };
        let note = match command {
            Command::Shell { broken_json: true, .. } => {
                "this begins like an array but is no valid JSON, so a shell runs it as it is"
            }
            _ => "`/bin/sh -c` runs it as process 1, and `docker stop` may not reach the program",
        };
        let fix = exec_fix(cx, &here, command);
        here.report(cx, span, message).note(note).fix(fix);
    }
}
