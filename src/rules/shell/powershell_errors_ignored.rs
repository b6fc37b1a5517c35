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
        && step.before.shell.dialect == Dialect::PowerShell
        && matches!(step.body(), Body::Run(Command::Shell { .. }))
        && text.trim_end_matches([';', ' ', '\n', '\r']).contains(';')
        && !has_preference(text)
        && !step.before.shell.words.iter().any(|word| has_preference(word))
}

/// The words of the SHELL that holds for the step, if it stands in the same stage.
fn last_shell<'d>(stage: &Stage<'d>, step: &Step) -> Option<&'d [JsonString]> {
    let shell = stage.steps.iter().rev().find(|it| it.index < step.index && it.kind() == Keyword::Shell)?;
    match shell.body() {
        Body::Shell(Command::Exec { words, .. }) => Some(words),
        _ => None,
    }
}
