//! Variables that are declared above installs that do not use them: with each new value those run
//! again.

use std::collections::BTreeSet;

use crate::diagnostic::{Edit, Fix};
use crate::syntax::dockerfile::{Body, Word};
use crate::text::Span;

use super::super::{Model, Stage, Step};
use super::install::{Class, Install, installs};

/// Stages and installs looked at for one declaration: far more than a person writes.
const LIMIT: usize = 200;

/// A variable as ARG or ENV declares it.
#[derive(Clone, Copy, Debug)]
pub struct Declared<'d> {
    /// Its name.
    pub name: &'d str,
    /// Where the name stands.
    pub span: Span,
    /// What it is set to; `None` for an ARG without a default.
    pub value: Option<&'d Word>,
    /// True for ENV, false for ARG.
    pub is_env: bool,
}

/// A variable and the installs below it that do not name it.
#[derive(Debug)]
pub struct EarlyVariable<'m, 'd> {
    /// The stage that declares it.
    pub stage: &'m Stage<'d>,
    /// The ARG or ENV.
    pub step: &'m Step<'d>,
    /// Its name.
    pub name: &'d str,
    /// Where the name stands.
    pub span: Span,
    /// The installs with their steps, in the order of the file; never empty.
    pub installs: Vec<(&'m Install, &'m Step<'d>)>,
}

/// The variables picked by `wanted` that stand above installs which do not name them.
pub fn early_variables<'m, 'd>(model: &'m Model<'d>, wanted: &dyn Fn(&Declared) -> bool) -> Vec<EarlyVariable<'m, 'd>> {
    let mut found = Vec::new();
    for stage in model.stages.iter().take(LIMIT) {
        let mut seen = BTreeSet::new();
        for step in stage.steps.iter().filter(|step| !step.onbuild) {
            for declared in declared(step).into_iter().filter(|it| wanted(it)) {
                if seen.len() == LIMIT || !seen.insert(declared.name) {
                    continue;
                }
                let installs = reruns(model, stage, step, declared.name);
                if !installs.is_empty() {
                    found.push(EarlyVariable { stage, step, name: declared.name, span: declared.span, installs });
                }
            }
        }
    }
    found
}

/// The variables that an ARG or ENV puts into the environment.
pub fn declared<'d>(step: &Step<'d>) -> Vec<Declared<'d>> {
    match step.body() {
        Body::Arg(all) => {
            let one = |it: &'d crate::syntax::dockerfile::ArgDeclaration| Declared {
                name: it.name.text.as_str(),
                span: it.name.span,
                value: it.value.as_ref(),
                is_env: false,
            };
            all.iter().map(one).collect()
        }
        Body::Env(pairs) => {
            let one = |it: &'d crate::syntax::dockerfile::Pair| Declared {
                name: it.key.raw.as_str(),
                span: it.key.span,
                value: Some(&it.value),
                is_env: true,
            };
            pairs.iter().map(one).collect()
        }
        _ => Vec::new(),
    }
}

/// The installs below the declaration, in its stage and those that inherit from it, that do not
/// name it.
fn reruns<'m, 'd>(
    model: &'m Model<'d>,
    stage: &'m Stage<'d>,
    from: &Step<'d>,
    name: &str,
) -> Vec<(&'m Install, &'m Step<'d>)> {
    let mut found = Vec::new();
    let heirs = model.stages.iter().skip(stage.index).take(LIMIT);
    for heir in heirs.filter(|heir| model.chain(heir).take(20).any(|it| it.index == stage.index)) {
        let below = heir.steps.iter().filter(|step| heir.index != stage.index || step.index > from.index);
        for step in below.filter(|step| !step.onbuild) {
            if step.scripts().iter().any(|script| script.text.text.contains(name)) {
                // From here on the variable is used: what comes after depends on it anyway.
                break;
            }
            let plain = installs(step).iter().filter(|it| it.class != Class::Implicit);
            found.extend(plain.map(|install| (install, step)));
            if found.len() > LIMIT {
                return found;
            }
        }
    }
    found
}

/// Moves the declaration below the last install that does not use it; `text` is the file.
pub fn declare_later(early: &EarlyVariable, text: &str) -> Option<Fix> {
    let EarlyVariable { stage, step, name, installs, .. } = early;
    let place = |it: &Step| stage.steps.iter().position(|other| other.span() == it.span());
    let at = place(step)?;
    let to = installs.iter().map(|(_, step)| place(step)).collect::<Option<Vec<usize>>>()?.into_iter().max()?;
    let is_free = stage.steps.get(at + 1..=to)?.iter().all(|step| !step.span().slice(text).contains(name));
    let span = step.span();
    let line_end = text.get(span.end as usize..)?.find('\n')? as u32 + 1;
    let is_line = text[..span.start as usize].ends_with('\n') && step.instruction.attached.is_empty();
    if declared(step).len() != 1 || !is_free || !is_line {
        return None;
    }
    let moved = format!("\n{}", span.slice(text));
    let edits =
        vec![Edit::delete(Span::new(span.start, span.end + line_end)), Edit::insert(stage.steps[to].span().end, moved)];
    Some(Fix::unsafe_(format!("declare `{name}` below the installs"), edits))
}
