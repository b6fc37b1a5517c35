use crate::diagnostic::{Edit, Fix};
use crate::model::{Stage, Step};
use crate::rules::DockerfileCx;
use crate::rules::quote::one_line;
use crate::shell::Dialect;
use crate::syntax::dockerfile::{Body, Command, JsonString, Keyword};

/// PowerShell goes on after an error unless `$ErrorActionPreference` says otherwise, and the RUN succeeds.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    for stage in &model.stages {
        let Some(step) = stage.steps.iter().find(|step| goes_on(cx, step)) else { continue };
        let text = one_line(cx.slice(step.instruction.args_span()));
        let shell = last_shell(stage, step);
        let fix = shell.and_then(|words| words.last()).filter(|word| word.value.text.eq_ignore_ascii_case("-command"));
        let fix = fix.map(|word| {
            let edits = vec![Edit::insert(word.span.end, r#", "$ErrorActionPreference = 'Stop';""#)];
            Fix::unsafe_("stop at the first error", edits)
        });
        cx.report(step.instruction.args_span(), format!("an error in `{text}` goes unnoticed: PowerShell carries on"))
            .note("begin with `$ErrorActionPreference = 'Stop';`, best of all in SHELL")
            .fix(fix);
    }
}

/// A RUN of several statements for PowerShell with its errors as they are by default.
fn goes_on(cx: &DockerfileCx, step: &Step) -> bool {
    let has_preference = |text: &str| text.to_ascii_lowercase().contains("erroractionpreference");
    let (text, arguments) = (cx.slice(step.span()), cx.slice(step.instruction.args_span()));
    step.kind() == Keyword::Run
        && !step.onbuild
        && (step.before.shell.dialect == Dialect::PowerShell || is_called(cx, step))
        && matches!(step.body(), Body::Run(Command::Shell { .. }))
        && loses_an_error(arguments.trim_end_matches([';', ' ', '\n', '\r', '"']))
        && !has_preference(text)
        && !step.before.shell.words.iter().any(|word| has_preference(word))
}

/// True if a statement that may fail has another one behind it: the last one's failure is noticed.
fn loses_an_error(text: &str) -> bool {
    // What stands in single quotes parts nothing.
    let bare = text.replace('\r', "").split('\'').step_by(2).collect::<Vec<_>>().join("");
    let is_end = |at: usize| {
        let rest = &bare[at + 1..];
        // One between the folders of a PATH has no blank behind it.
        rest.starts_with(char::is_whitespace) || rest.starts_with("`\n") || rest.starts_with("\\\n")
    };
    let mut ends = bare.match_indices(';').map(|(at, _)| at).filter(|at| is_end(*at));
    let mut start = 0;
    ends.any(|end| may_fail(&bare[std::mem::replace(&mut start, end + 1)..end]))
}

/// False for remarks, waits, messages, programs, and values set to what stands there.
fn may_fail(statement: &str) -> bool {
    const HARMLESS: [&str; 6] = ["sleep", "start-sleep", "write-host", "write-output", "echo", "set-strictmode"];
    let lower = statement.to_ascii_lowercase();
    let call = lower.split_once("-command ").map_or(&*lower, |(_, call)| call);
    let body = call.trim_start_matches(|c: char| c.is_whitespace() || "`\\\"".contains(c));
    let value = body.split_once('=').filter(|_| body.starts_with(['$', '['])).map(|(_, value)| value.trim());
    let is_set = value.is_some_and(|value| !value.contains('(') && !value.starts_with(char::is_alphabetic));
    let word = body.split_whitespace().next().unwrap_or("");
    // No preference makes PowerShell stop at the status of a program.
    let is_program = word.contains('\\') || word.ends_with(".exe");
    !(word.is_empty() || word.starts_with('#') || is_set || is_program || HARMLESS.contains(&word))
}

/// True for `RUN powershell -Command …` in the shell that Windows has by default.
fn is_called(cx: &DockerfileCx, step: &Step) -> bool {
    let text = cx.slice(step.instruction.args_span()).to_ascii_lowercase();
    let mut words = text.split_whitespace();
    let is_program = words.next().is_some_and(|word| matches!(word.trim_end_matches(".exe"), "powershell" | "pwsh"));
    step.before.shell.dialect == Dialect::Cmd && is_program && words.any(|word| matches!(word, "-command" | "-c"))
}

/// The words of the SHELL that holds for the step, if it stands in the same stage.
fn last_shell<'d>(stage: &Stage<'d>, step: &Step) -> Option<&'d [JsonString]> {
    let shell = stage.steps.iter().rev().find(|it| it.index < step.index && it.kind() == Keyword::Shell)?;
    match shell.body() {
        Body::Shell(Command::Exec { words, .. }) => Some(words),
        _ => None,
    }
}
