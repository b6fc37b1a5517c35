//! Completion of the names that the file itself gives, stages and variables, with what they stand for.

use crate::model::{Origin, Scope, Value as Known, Variable};
use crate::syntax::dockerfile::Body;

use super::document::Snapshot;
use super::items::Items;
use super::words;

/// The stages before the cursor, the last first: it is the most likely one.
pub(super) fn stages(document: &Snapshot, offset: usize, items: &mut Items) {
    let froms = document.tree().instructions.iter().filter(|it| (it.span.end as usize) < offset);
    let named = froms.filter_map(|it| match &it.body {
        Body::From(from) => Some((from.name.as_ref()?, &from.image.raw)),
        _ => None,
    });
    for (name, image) in named.collect::<Vec<_>>().into_iter().rev() {
        items.add_with(&name.text, "a stage of this file", 9, &format!("FROM {image}"));
    }
}

/// What a stage may take up from before the first FROM, and what the builder sets.
pub(super) fn args(document: &Snapshot, offset: usize, items: &mut Items) {
    let model = document.model();
    let is_in_stage = model.stages.iter().any(|it| it.from.is_some_and(|from| (from.span.end as usize) < offset));
    for (name, variable) in sorted(&model.globals) {
        if is_in_stage && variable.origin == Origin::Arg {
            items.add_with(name, "takes up the argument from before the first FROM", 6, &value(variable));
        }
    }
    items.table(words::AUTOMATIC_ARGS, 6);
}

/// The variables that the place at `offset` sees, the file's own first.
pub(super) fn variables(document: &Snapshot, offset: usize, items: &mut Items) {
    let model = document.model();
    let at = offset as u32;
    let steps = model.steps().filter(|(_, step)| step.span().start <= at).last();
    let stage = model.stages.iter().rfind(|it| it.from.is_some_and(|from| from.span.start <= at));
    let in_from = stage.and_then(|it| it.from).is_some_and(|from| at <= from.span.end);
    let scope = match (stage, steps) {
        (Some(stage), _) if in_from => &stage.from_scope,
        (_, Some((_, step))) => &step.before.scope,
        (Some(stage), None) => &stage.end.scope,
        (None, None) => &model.globals,
    };
    let known = sorted(scope);
    // What the file itself declares comes first.
    let (own, other): (Vec<_>, Vec<_>) = known.into_iter().partition(|(_, it)| it.declared.is_some());
    for (name, variable) in own.into_iter().chain(other) {
        items.add_with(name, automatic(name), 6, &value(variable));
    }
    for (name, about) in words::AUTOMATIC_ARGS {
        let is_predefined = name.ends_with("_PROXY");
        items.add_with(name, about, 6, if is_predefined { "" } else { "needs an ARG in this stage" });
    }
}

fn sorted(scope: &Scope) -> Vec<(&String, &Variable)> {
    let mut all: Vec<_> = scope.iter().collect();
    all.sort_by_key(|(name, _)| *name);
    all
}

fn automatic(name: &str) -> &'static str {
    words::AUTOMATIC_ARGS.iter().find(|(it, _)| *it == name).map_or("", |(_, about)| about)
}

/// Where a variable comes from and what it holds, in one line.
fn value(variable: &Variable) -> String {
    let origin = match variable.origin {
        Origin::Arg => "ARG",
        Origin::Env => "ENV",
        Origin::BaseImage => return "set by the base image".to_string(),
        Origin::Automatic => return "set by the builder".to_string(),
    };
    match &variable.value {
        Known::Known(value) => format!("{origin} = {}", value.chars().take(60).collect::<String>()),
        Known::Unset | Known::Unknown => origin.to_string(),
    }
}
