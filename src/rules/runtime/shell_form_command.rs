use super::shared_command::{exec_fix, shell_form};
use crate::diagnostic::Severity;
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
        let hands_over = matches!(command, Command::Shell { text, .. } if text.text.trim_start().starts_with("exec "));
        let note = match command {
            Command::Shell { broken_json: true, .. } => {
                "this begins like an array but is no valid JSON, so a shell runs it as it is"
            }
            _ if hands_over => "`exec` makes the program process 1: harmless, and needed where variables are replaced",
            _ => {
                "`/bin/sh -c` is process 1 then, and `docker stop` may not reach the program: write `[\"program\", \"argument\"]`"
            }
        };
        let fix = exec_fix(cx, &here, command);
        let severity = if hands_over { Severity::Info } else { Severity::Error };
        here.report(cx, span, message).at_most(severity).note(note).fix(fix);
    }
}
