use crate::diagnostic::{Applicability, Edit, Fix};
use crate::model::Step;
use crate::rules::json_array;
use crate::shell::{Command as Program, Script};
use crate::syntax::dockerfile::{Body, Command};

use super::Cx;

/// Words of a command whose characters mean something to a shell.
const SPECIAL: [char; 6] = ['*', '?', '[', '~', '{', '#'];
/// Builtins that are no programs as well.
const BUILTINS: [&str; 20] = [
    ".", ":", "alias", "cd", "eval", "exec", "exit", "export", "hash", "read", "return", "set", "shift", "source",
    "times", "trap", "type", "ulimit", "umask", "unset",
];

/// Shell form to exec form: the words themselves where a shell has nothing to do with them, else the
/// shell with the text as its script.
pub(super) fn find(cx: &Cx) -> Option<Fix> {
    let (_, step) = cx.step()?;
    let (Body::Run(command) | Body::Cmd(command) | Body::Entrypoint(command)) = step.body() else { return None };
    let Command::Shell { text, broken_json: false } = command else { return None };
    let span = command.span();
    if !step.instruction.heredocs.is_empty() || text.text.trim().is_empty() || cx.has_comment(span) {
        return None;
    }
    let script = step.scripts().first()?;
    if let Some(words) = words(cx, step, script) {
        let array = json_array(words.iter().map(String::as_str));
        let mut fix = Fix::safe("write the command as an array", vec![Edit::replace(span, array)]);
        // In shell form ENTRYPOINT is deaf to CMD and to what `docker run` appends.
        if matches!(step.body(), Body::Entrypoint(_)) {
            fix.applicability = Applicability::Unsafe;
        }
        return Some(fix);
    }
    let shell = &step.before.shell.words;
    if shell.len() < 2 || !script.dialect.is_posix() {
        return None;
    }
    let array = json_array(shell.iter().map(String::as_str).chain([text.text.trim_end()]));
    Some(Fix::safe(
        format!("write the command as an array that starts `{}`", shell[0]),
        vec![Edit::replace(span, array)],
    ))
}

/// The words of the only command, where no shell has anything to do in it.
fn words(cx: &Cx, step: &Step, script: &Script) -> Option<Vec<String>> {
    let [command] = script.commands.as_slice() else { return None };
    let fits = script.dialect.is_posix()
        && script.error.is_none()
        && is_bare(command)
        && step.before.shell.options == crate::shell::Options::default()
        && command.span == script.text.span(0, script.text.text.trim_end().len() as u32);
    if !fits {
        return None;
    }
    let name = command.name_span.slice(cx.text);
    let is_plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./+@:".contains(c));
    let mut words = vec![name.to_string()];
    for arg in &command.args {
        words.push(arg.text.clone().filter(|_| arg.quoted || !arg.raw.contains(SPECIAL))?);
    }
    // A quoted word may hold an unquoted part, as in `"a"*`.
    let mixed = command.args.iter().any(|arg| arg.quoted && !is_whole_quote(&arg.raw));
    (is_plain(name) && !BUILTINS.contains(&name) && !mixed).then_some(words)
}

fn is_whole_quote(raw: &str) -> bool {
    let inner = |quote: char| raw.strip_prefix(quote).and_then(|it| it.strip_suffix(quote));
    inner('"').or_else(|| inner('\'')).is_some_and(|it| !it.contains(['"', '\'', '\\']))
}

fn is_bare(command: &Program) -> bool {
    command.wrappers.is_empty()
        && command.assignments.is_empty()
        && command.redirects.is_empty()
        && command.pipe.is_none()
        && command.subshells == 0
        && !(command.background
            || command.conditional
            || command.substitution
            || command.in_function
            || command.negated)
        && !command.name.is_empty()
}
