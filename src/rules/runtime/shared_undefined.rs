//! Variables that nothing declares (`UndefinedVar`, `reportUnmatchedVariables`).

use crate::model::{Model, Use, Value};
use crate::rules::DockerfileCx;
use crate::rules::shared::did_you_mean;
use crate::rules::steps::{self, Here};
use crate::syntax::dockerfile::{Body, Variable};
use crate::text::Span;

/// A variable that is used and not declared.
pub(super) struct Undefined<'m> {
    pub here: Here<'m>,
    pub span: Span,
    /// BuildKit's message.
    pub message: String,
    /// True unless the base image may define it, a default stands in for it, or it is extended.
    pub certain: bool,
    /// True where the base image is not known.
    pub open: bool,
}

/// Every one of them, in BuildKit's order.
pub(super) fn undefined<'m>(cx: &DockerfileCx<'m>) -> Vec<Undefined<'m>> {
    let model: &'m Model<'m> = cx.model;
    let mut found = Vec::new();
    for here in steps::all(model) {
        for word in model.uses(here.step, &cx.source.text) {
            for name in word.undefined().filter(|name| !SBOM.contains(name)) {
                let hint = nearest(&word, name);
                let shown = hint.map(|hint| format!(" (did you mean ${hint}?)")).unwrap_or_default();
                let typo = hint.is_some_and(|hint| is_typo(name, hint));
                found.push(Undefined {
                    here,
                    span: word.place(name, &cx.source.text),
                    message: format!("Usage of undefined variable '${name}'{shown}"),
                    certain: (!word.scope.open || typo) && !has_default(&word, name) && !extends(here, name),
                    open: word.scope.open,
                });
            }
        }
    }
    found
}

/// They steer the builder and never reach the environment.
const SBOM: [&str; 2] = ["BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE"];

/// With more variables than this there are no hints: each would be compared with each.
const MANY: usize = 500;

/// The variable with a value that is nearest, in the order of the environment.
fn nearest<'w>(word: &'w Use, name: &str) -> Option<&'w str> {
    if word.scope.iter().nth(MANY).is_some() {
        return None;
    }
    let environment = word.scope.environment();
    did_you_mean(name, environment.into_iter().map(|(name, _)| name))
}

/// True if the two differ as a slip of the finger does, rather than as two short names do.
fn is_typo(name: &str, near: &str) -> bool {
    let distance = strsim::damerau_levenshtein(name, near);
    let numbered = |name: &str| name.trim_end_matches(|c: char| c.is_ascii_digit()).to_string();
    let only_number = numbered(name) == numbered(near);
    name.len() >= 4 && !only_number && (distance == 1 || name.len() >= 7 && distance == 2)
}

/// True where every reference says what to do without a value: `${NAME:-x}`, `${NAME:+:$NAME}`.
fn has_default(word: &Use, name: &str) -> bool {
    let references = || word.variables.iter().filter(|variable| variable.name.text == name);
    let has_operator = |it: &Variable| matches!(it.operator.as_str(), ":-" | "-" | ":+" | "+" | ":?" | "?");
    let is_guarded = |it: &Variable| {
        has_operator(it) || references().any(|outer| outer != it && has_operator(outer) && outer.span.contains(it.span))
    };
    references().next().is_some() && references().take(100).all(is_guarded)
}

/// True for `ENV LIST=more:$LIST`, which means to extend what may or may not be there.
fn extends(here: Here, name: &str) -> bool {
    match here.step.body() {
        Body::Env(pairs) => pairs.iter().any(|pair| pair.key.raw == name),
        _ => false,
    }
}

/// True if an ARG before the first FROM has the name: the stage must declare it again.
pub(super) fn is_global(cx: &DockerfileCx, message: &str) -> bool {
    let name = message.split('\'').nth(1).unwrap_or_default().trim_start_matches('$');
    cx.model.globals.get(name).is_some_and(|it| it.value != Value::Unset || it.declared.is_some())
}
