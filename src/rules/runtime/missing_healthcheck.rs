use crate::rules::DockerfileCx;
use crate::syntax::dockerfile::Keyword;

/// An image without HEALTHCHECK, its own or an inherited one. Only the stage that is built is judged.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    let Some(stage) = model.target_stage().filter(|_| !cx.fragment) else { return };
    let Some(from) = stage.from else { return };
    if !model.chain(stage).flat_map(|stage| &stage.steps).any(|step| step.kind() == Keyword::Healthcheck) {
        cx.report(from.span, "this image has no HEALTHCHECK")
            .note("add `HEALTHCHECK CMD …`, or `HEALTHCHECK NONE` if whoever runs it checks by other means");
    }
}
