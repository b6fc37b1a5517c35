use crate::diagnostic::{Edit, Fix};
use crate::model::Step;
use crate::rules::DockerfileCx;
use crate::syntax::dockerfile::{Body, Pair};

const NAME: &str = "DEBIAN_FRONTEND";

/// ENV outlives the build: everybody who uses the image gets the silent frontend too.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    let Some(target) = model.target_stage() else { return };
    // Set back at the end, or never set to anything that matters.
    if !matches!(target.end.scope.known(NAME), Some("noninteractive" | "teletype")) {
        return;
    }
    let in_image = model.steps().filter(|(stage, step)| model.is_final(stage) && !step.onbuild);
    let set = in_image.filter_map(|(_, step)| match step.body() {
        Body::Env(pairs) => Some((step, pairs, pairs.iter().find(|pair| pair.key.raw == NAME)?)),
        _ => None,
    });
    let Some((step, pairs, pair)) = set.last() else { return };
    let span = pair.key.span.to(pair.value.span);
    cx.report(span, format!("`ENV {NAME}` stays set in the image and in every image built on it"))
        .note(format!("`ARG {NAME}={}` does the same for the build and is gone afterwards", pair.value.raw))
        .fix((pairs.len() == 1).then(|| as_arg(step, pair)));
}

fn as_arg(step: &Step, pair: &Pair) -> Fix {
    let mut edits = vec![Edit::replace(step.instruction.keyword.span, "ARG")];
    if pair.legacy {
        let between = crate::text::Span::new(pair.key.span.end, pair.value.span.start);
        edits.push(Edit::replace(between, "="));
    }
    Fix::unsafe_("make it an ARG", edits)
}
