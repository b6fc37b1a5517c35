use crate::model::Scope;
use crate::rules::{DockerfileCx, steps};
use crate::syntax::dockerfile::{Body, ExpandError, Word};

/// `${NAME:?message}` where the variable is not set: the build stops with the message.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    for (instruction, scope) in &model.meta_args {
        if let Body::Arg(declarations) = &instruction.body {
            for value in declarations.iter().filter_map(|it| it.value.as_ref()) {
                check_word(cx, value, scope);
            }
        }
    }
    for stage in &model.stages {
        let platform = stage.from.and_then(|from| from.flag("platform")).and_then(|flag| flag.value.as_ref());
        for word in stage.from_body.map(|from| &from.image).into_iter().chain(platform) {
            check_word(cx, word, &stage.from_scope);
        }
    }
    for here in steps::all(model) {
        if let Body::Expose(ports) = here.step.body() {
            ports.iter().for_each(|port| check_word(cx, port, &here.step.before.scope));
        }
        for word in model.uses(here.step, &cx.source.text) {
            // The references of an inline file are not listed.
            let asks =
                word.variables.is_empty() || word.variables.iter().any(|variable| variable.operator.ends_with('?'));
            let Err(error @ ExpandError::Refused { .. }) = &word.result else { continue };
            if asks && !word.is_vague() {
                here.report(cx, word.span, error.to_string()).note(NOTE);
            }
        }
    }
}

const NOTE: &str = "declare the variable with ARG or ENV above this line and give it a value";

fn check_word(cx: &mut DockerfileCx, word: &Word, scope: &Scope) {
    if !word.variables.iter().any(|variable| variable.operator.ends_with('?')) {
        return;
    }
    if let Some(error) = scope.refusal(&word.raw, cx.dockerfile.escape) {
        cx.report(word.span, error).note(NOTE);
    }
}
