use std::collections::BTreeSet;

use crate::diagnostic::{Edit, Fix};
use crate::model::{Stage, Step};
use crate::rules::DockerfileCx;
use crate::shell::{Arg, Script};
use crate::syntax::dockerfile::{Body, Keyword};
use crate::text::Span;

/// An ARG above the first FROM is for FROM alone: in a RUN its variable is empty.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    let globals = globals(cx);
    if globals.is_empty() {
        return;
    }
    for stage in &model.stages {
        let mut told = BTreeSet::new();
        for step in stage.steps.iter().filter(|step| step.kind() == Keyword::Run && !step.onbuild) {
            for (name, declared) in &globals {
                let Some(arg) = use_of(step, name).filter(|_| !told.contains(name)) else { continue };
                told.insert(*name);
                let fix = redeclare(cx, stage, name);
                cx.report(
                    arg.span,
                    format!("`${name}` is empty here: its ARG stands above FROM, and no stage inherits it"),
                )
                .label(*declared, "known to FROM only")
                .note(format!("declare it again in the stage: `ARG {name}`"))
                .fix(fix);
            }
        }
    }
}

/// The ARGs above the first FROM.
fn globals<'m>(cx: &DockerfileCx<'m>) -> Vec<(&'m str, Span)> {
    let of = |body: &'m Body| match body {
        Body::Arg(all) => all.as_slice(),
        _ => &[],
    };
    cx.model.meta_args.iter().flat_map(|(it, _)| of(&it.body)).map(|it| (it.name.text.as_str(), it.name.span)).collect()
}

/// The first word of the RUN that reads the variable, which nothing can have set.
fn use_of<'m>(step: &'m Step, name: &str) -> Option<&'m Arg> {
    let scope = &step.before.scope;
    if scope.open || scope.get(name).is_some() || step.scripts().iter().any(|script| may_set(script, name)) {
        return None;
    }
    let posix = step.scripts().iter().filter(|script| script.dialect.is_posix());
    let mut words = posix.flat_map(|script| &script.commands).flat_map(|command| &command.args);
    // `${NAME:-default}` reckons with its absence.
    let reckons =
        |arg: &Arg| [":-", ":+", ":?", "-", "+", "?"].iter().any(|it| arg.raw.contains(&format!("{{{name}{it}")));
    words.find(|arg| arg.variables.iter().any(|it| it == name) && !reckons(arg))
}

/// True if the script assigns the variable, or reads a file that may.
fn may_set(script: &Script, name: &str) -> bool {
    let text = &script.text.text;
    let sources = |name: &str| matches!(name, "." | "source" | "eval");
    text.contains(&format!("{name}="))
        || text.contains(&format!("read {name}"))
        || text.contains(&format!("for {name}"))
        || script.commands.iter().any(|command| sources(&command.name))
}

/// `ARG NAME` on a line of its own below FROM.
fn redeclare(cx: &DockerfileCx, stage: &Stage, name: &str) -> Option<Fix> {
    let end = stage.from?.span.end;
    let at_line_end = cx.source.text[end as usize..].starts_with(['\n', '\r']);
    let edits = vec![Edit::insert(end, format!("\nARG {name}"))];
    at_line_end.then(|| Fix::unsafe_(format!("declare `{name}` in the stage"), edits))
}
