use super::shared_command::shell_form;
use crate::rules::{DockerfileCx, steps};
use crate::syntax::dockerfile::Body;

/// What hadolint's DL3025 reports besides: HEALTHCHECK, and commands for which SHELL chose a shell.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for here in steps::all(cx.model) {
        let command = match here.step.body() {
            Body::Healthcheck(Some(command)) if !command.is_exec() => Some(command),
            _ => shell_form(&here).filter(|_| here.step.before.shell_is_set),
        };
        let Some(command) = command else { continue };
        let keyword = &here.step.instruction.keyword;
        let span = if command.span().is_empty() { keyword.span } else { command.span() };
        here.report(cx, span, format!("{} is in shell form", keyword.text.to_uppercase()))
            .note("write it as an array of strings to run it without a shell");
    }
}
