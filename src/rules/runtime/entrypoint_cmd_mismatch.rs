use crate::diagnostic::{Edit, Fix};
use crate::model::{Stage, Step};
use crate::rules::DockerfileCx;
use crate::rules::quote::{json_array, one_line};
use crate::syntax::dockerfile::{Keyword, ast};

use super::shared::{base_name, command, effective, exec_words, last_of, plain_words};

/// CMD holds the arguments of ENTRYPOINT: a shell-form ENTRYPOINT drops them, and a CMD that is a
/// whole command of its own becomes nonsense.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for stage in &cx.model.stages {
        let Some(cmd) = last_of(stage, Keyword::Cmd) else { continue };
        let Some(entrypoint) = effective(cx.model, stage, Keyword::Entrypoint) else { continue };
        // An ENTRYPOINT set after the CMD, in another stage, takes the CMD away.
        let (Some(first), Some(second)) = (command(entrypoint.body()), command(cmd.body())) else { continue };
        match (first, exec_words(first), exec_words(second)) {
            (ast::Command::Shell { text, .. }, _, words) if words.as_ref().is_none_or(|words| !words.is_empty()) => {
                ignored(cx, stage, entrypoint, cmd, &text.text)
            }
            (_, Some(program), Some(arguments)) => repeated(cx, entrypoint, cmd, &program, &arguments),
            (_, Some(program), None) => wrapped(cx, entrypoint, cmd, &program),
            _ => {}
        }
    }
}

fn ignored(cx: &mut DockerfileCx, stage: &Stage, entrypoint: &Step, cmd: &Step, text: &str) {
    // `sh -c 'exec "$0" "$@"' …` means to take them.
    if ["$@", "$*", "$0", "$1"].iter().any(|it| text.contains(it)) || entrypoint.scripts().iter().any(|it| it.json) {
        return;
    }
    let same = last_of(stage, Keyword::Entrypoint).is_some();
    let span = command(entrypoint.body()).map_or(entrypoint.span(), ast::Command::span);
    let cmd_span = command(cmd.body()).map_or(cmd.span(), ast::Command::span);
    let words = plain_words(text).filter(|_| same && !cx.slice(span).contains('\n'));
    let fix =
        words.map(|words| Fix::unsafe_("write ENTRYPOINT in exec form", vec![Edit::replace(span, json_array(words))]));
    let message = format!("`{}` gets no arguments: a shell-form ENTRYPOINT ignores CMD", one_line(text));
    cx.report(span, message)
        .label(cmd_span, "never used")
        .note("write ENTRYPOINT in exec form, so that CMD and the arguments of `docker run` reach it")
        .fix(fix);
}

/// `ENTRYPOINT ["python"]` and `CMD ["python", "app.py"]` run `python python app.py`.
fn repeated(cx: &mut DockerfileCx, entrypoint: &Step, cmd: &Step, program: &[&str], arguments: &[&str]) {
    let ([only], [first, _, ..]) = (program, arguments) else { return };
    if base_name(only) != base_name(first) || !INTERPRETERS.contains(&base_name(only)) {
        return;
    }
    let (span, entry) = spans(cmd, entrypoint);
    let fix = Fix::unsafe_(
        "remove the program from CMD",
        vec![Edit::replace(span, json_array(arguments[1..].iter().copied()))],
    );
    cx.report(
        span,
        format!("the container runs `{only} {}`: CMD repeats the program of ENTRYPOINT", arguments.join(" ")),
    )
    .label(entry, "runs with CMD as its arguments")
    .note("CMD holds only the arguments where there is an ENTRYPOINT")
    .fix(fix);
}

/// A shell-form CMD arrives as `/bin/sh -c "…"`.
fn wrapped(cx: &mut DockerfileCx, entrypoint: &Step, cmd: &Step, program: &[&str]) {
    let [only, ..] = program else { return };
    if !INTERPRETERS.contains(&base_name(only)) || program.iter().skip(1).any(|word| !word.starts_with('-')) {
        return;
    }
    let Some(ast::Command::Shell { text, broken_json: false }) = command(cmd.body()) else { return };
    let words = plain_words(&text.text);
    let (span, entry) = spans(cmd, entrypoint);
    let fix = words.filter(|_| !cx.slice(span).contains('\n'));
    let fix = fix.map(|words| Fix::unsafe_("write CMD in exec form", vec![Edit::replace(span, json_array(words))]));
    cx.report(span, format!("the container runs `{} /bin/sh -c \"{}\"`", program.join(" "), one_line(&text.text)))
        .label(entry, "gets the shell of CMD as its arguments")
        .note("write CMD in exec form where there is an ENTRYPOINT")
        .fix(fix);
}

fn spans(cmd: &Step, entrypoint: &Step) -> (crate::text::Span, crate::text::Span) {
    let span = |step: &Step| command(step.body()).map_or(step.span(), ast::Command::span);
    (span(cmd), span(entrypoint))
}

/// Programs that take a file and would run `/bin/sh` as one.
const INTERPRETERS: [&str; 14] = [
    "node", "python", "python3", "python2", "ruby", "php", "perl", "java", "dotnet", "npm", "yarn", "nginx", "deno",
    "bun",
];
