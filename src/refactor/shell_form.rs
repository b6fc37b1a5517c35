use crate::diagnostic::{Edit, Fix};
use crate::model::Step;
use crate::syntax::dockerfile::{Body, Command, JsonString};

use super::Cx;

/// Exec form to shell form. What is the container's process stays the first one: `exec` goes before
/// it.
pub(super) fn find(cx: &Cx) -> Option<Fix> {
    let (_, step) = cx.step()?;
    let (Body::Run(command) | Body::Cmd(command) | Body::Entrypoint(command)) = step.body() else { return None };
    let Command::Exec { span, words } = command else { return None };
    if words.is_empty() || !step.before.shell.dialect.is_posix() || cx.has_comment(*span) {
        return None;
    }
    let text = match own_script(step, words) {
        Some(script) => script,
        None => {
            let quoted: Vec<String> = words.iter().map(|word| quote(&word.value.text)).collect();
            let exec = if matches!(step.body(), Body::Run(_)) { "" } else { "exec " };
            format!("{exec}{}", quoted.join(" "))
        }
    };
    let starts_badly = text.starts_with(['-', '[', '#']) || text.starts_with("<<");
    let ends_badly = text.ends_with(step.escape) || text.contains(['\n', '\r']);
    if starts_badly || ends_badly || text.trim() != text || text.is_empty() {
        return None;
    }
    let edits = vec![Edit::replace(*span, text)];
    let title = "write the command for a shell";
    // What CMD or `docker run` appends no longer reaches an ENTRYPOINT.
    Some(if matches!(step.body(), Body::Entrypoint(_)) { Fix::unsafe_(title, edits) } else { Fix::safe(title, edits) })
}

/// The script of `["/bin/sh", "-c", "script"]`, where that is the very shell of the shell form.
fn own_script(step: &Step, words: &[JsonString]) -> Option<String> {
    let (script, shell) = words.split_last()?;
    let same = shell.iter().map(|it| it.value.text.as_str()).eq(step.before.shell.words.iter().map(String::as_str));
    same.then(|| script.value.text.clone())
}

/// The word as a POSIX shell reads it back.
fn quote(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./+@:,%=".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_string();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}
