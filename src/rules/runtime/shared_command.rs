//! CMD and ENTRYPOINT in shell form.

use crate::diagnostic::{Edit, Fix};
use crate::rules::DockerfileCx;
use crate::rules::steps::Here;
use crate::syntax::dockerfile::{Body, Command};

/// The command of CMD or ENTRYPOINT, if it is in shell form.
pub(super) fn shell_form<'m>(here: &Here<'m>) -> Option<&'m Command> {
    match here.step.body() {
        Body::Cmd(command) | Body::Entrypoint(command) if !command.is_exec() => Some(command),
        _ => None,
    }
}

/// The same command as an array, where no shell has anything to do in it.
pub(super) fn exec_fix(cx: &DockerfileCx, here: &Here, command: &Command) -> Option<Fix> {
    let Command::Shell { text, broken_json: false } = command else { return None };
    let plain = |c: char| c.is_ascii_alphanumeric() || " -_./:=,@%+".contains(c);
    let words: Vec<&str> = text.text.split(' ').filter(|word| !word.is_empty()).collect();
    let span = command.span();
    let first = words.first()?;
    // An assignment and a builtin need the shell; a comment inside would be lost.
    let needs_shell = first.contains('=') || BUILTINS.contains(first) || words.len() > 40;
    if here.trigger || needs_shell || !text.text.chars().all(plain) || cx.slice(span).contains('\n') {
        return None;
    }
    let list: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    Some(Fix::safe("write the command as an array", vec![Edit::replace(span, format!("[{}]", list.join(", ")))]))
}

const BUILTINS: [&str; 24] = [
    ".", ":", "alias", "bg", "break", "cd", "command", "continue", "eval", "exec", "exit", "export", "fg", "jobs",
    "read", "return", "set", "shift", "source", "times", "trap", "ulimit", "umask", "wait",
];
