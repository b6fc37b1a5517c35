use crate::model::Value;
use crate::rules::{DockerfileCx, steps};
use crate::syntax::dockerfile::{Body, Variable, Word};

/// USER with a name in the image that is built: only a number tells Kubernetes that it is not root.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for here in steps::all(cx.model) {
        let Body::User(word) = here.step.body() else { continue };
        if !cx.model.is_final(here.stage) {
            continue;
        }
        let expanded = here.step.expand(word);
        let vague = |name: &str| {
            let known = here.step.before.scope.get(name);
            known.is_none_or(|variable| matches!(variable.value, Value::Unknown | Value::Unset))
        };
        // The group does not matter, and a default holds until the build says otherwise.
        let mut of_user = word.variables.iter().filter(|it| !it.operator.ends_with('-') && !is_of_group(word, it));
        let is_vague = of_user.any(|variable| vague(&variable.name.text));
        let user = expanded.text.split(':').next().unwrap_or_default();
        if is_vague || user.is_empty() || user.bytes().all(|b| b.is_ascii_digit()) {
            continue;
        }
        here.report(cx, word.span, format!("user `{user}` is a name, not a number"))
            .note("Kubernetes' `runAsNonRoot` accepts only a number; give the account a fixed one and write it here");
    }
}

/// True for `$G` in `$U:$G`, but not for `$V` in `${U:-$V}`.
fn is_of_group(word: &Word, variable: &Variable) -> bool {
    let before = word.raw.get(..(variable.span.start - word.span.start) as usize).unwrap_or_default();
    let is_inside = before.matches('{').count() > before.matches('}').count();
    !is_inside && before.rsplit('}').next().is_some_and(|text| text.contains(':'))
}
