use crate::diagnostic::{Edit, Fix};
use crate::model::Step;
use crate::rules::DockerfileCx;
use crate::rules::quote::json_array;
use crate::shell::Dialect;
use crate::syntax::dockerfile::{Keyword, ast};

use super::shared::{base_name, command};

/// Variables and operators in the exec form, where no shell replaces them.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for (_, step) in cx.model.steps() {
        let Some(ast::Command::Exec { words, span }) = command(step.body()) else { continue };
        let texts: Vec<&str> = words.iter().map(|word| word.value.text.as_str()).collect();
        if texts.is_empty() || expands_itself(&texts) {
            continue;
        }
        let found = words.iter().enumerate().skip(1).find_map(|(at, word)| Some((at, what(&texts, at)?, word.span)));
        let Some((_, what, place)) = found else { continue };
        let fix =
            in_shell(step, &texts).map(|json| Fix::unsafe_("let a shell run it", vec![Edit::replace(*span, json)]));
        let message = match what {
            What::Variable(name) => format!("`{name}` stays as it is: the exec form has no shell that replaces it"),
            What::Operator(operator) => {
                format!("`{operator}` is an argument like any other: the exec form has no shell")
            }
        };
        cx.report(place, message).note("use the shell form, or start a shell: `[\"sh\", \"-c\", \"exec …\"]`").fix(fix);
    }
}

enum What<'t> {
    Variable(&'t str),
    Operator(&'t str),
}

/// A shell, a script that may do it, or a program with such words in its own language.
fn expands_itself(texts: &[&str]) -> bool {
    let shells = texts.iter().any(|text| Dialect::of_program(text) != Dialect::Other || *text == "-c");
    let program = base_name(texts[0]);
    shells
        || [".sh", ".bash", ".py", "entrypoint", "entry"].iter().any(|it| program.ends_with(it))
        || [
            "java",
            "awk",
            "sed",
            "perl",
            "find",
            "envsubst",
            "expr",
            "test",
            "[",
            "cmd",
            "powershell",
            "tini",
            "php",
            "echo",
        ]
        .contains(&program)
        || program.starts_with('$')
        || texts[0].contains(['\\', ':'])
}

fn what<'t>(texts: &[&'t str], at: usize) -> Option<What<'t>> {
    let text = texts[at];
    if matches!(text, "&&" | "||" | "|" | ">" | ">>" | "2>&1" | "<") {
        return Some(What::Operator(text));
    }
    variable(text).map(What::Variable)
}

/// The reference to a variable of the environment: `$PORT`, `${PORT}` and `${PORT:-80}`.
fn variable(text: &str) -> Option<&str> {
    let at = text.find('$')?;
    let rest = &text[at + 1..];
    let braced = rest.strip_prefix('{');
    let name = braced.unwrap_or(rest);
    let length =
        name.bytes().take_while(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_').count();
    let starts = name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_');
    let after = name[length..].chars().next();
    match braced {
        Some(_) if starts && matches!(after, Some('}' | ':' | '-')) => {
            let end = rest.find('}').map_or(text.len(), |end| at + 1 + end + 1);
            Some(&text[at..end])
        }
        None if starts && length > 1 && !matches!(after, Some('a'..='z' | '$')) => Some(&text[at..at + 1 + length]),
        _ => None,
    }
}

/// CMD and ENTRYPOINT whose words a shell reads as they are meant.
fn in_shell(step: &Step, texts: &[&str]) -> Option<String> {
    let harmless = |c: char| c.is_ascii_alphanumeric() || "_-./:=@%+,$}{&|><".contains(c);
    let plain = texts.iter().all(|text| !text.is_empty() && text.chars().all(harmless));
    let first_only = !texts.iter().any(|text| matches!(*text, "&&" | "||" | "|"));
    let words = texts.join(" ");
    let line = if first_only { format!("exec {words}") } else { words };
    (plain && step.kind() == Keyword::Cmd).then(|| json_array(["sh", "-c", &line]))
}
