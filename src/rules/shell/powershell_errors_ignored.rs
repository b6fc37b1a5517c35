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
    let text = cx.slice(step.span());
    step.kind() == Keyword::Run
        && !step.onbuild
        && (step.before.shell.dialect == Dialect::PowerShell || is_called(cx, step))
        && matches!(step.body(), Body::Run(Command::Shell { .. }))
        && has_several_statements(text.trim_end_matches([';', ' ', '\n', '\r', '"']))
        && !has_preference(text)
        && !step.before.shell.words.iter().any(|word| has_preference(word))
}

/// True if a `;` parts statements: outside of single quotes, with a blank or the line's end behind it, which one
/// between the folders of a PATH does not have.
fn has_several_statements(text: &str) -> bool {
    let parts = |piece: &str| {
        let mut after = piece.split(';').skip(1);
        after.any(|rest| rest.starts_with(char::is_whitespace) || rest.starts_with("`\n") || rest.starts_with("\\\n"))
    };
    text.replace('\r', "").split('\'').step_by(2).any(parts)
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
