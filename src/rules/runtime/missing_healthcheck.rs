use crate::rules::DockerfileCx;
use crate::syntax::dockerfile::Keyword;

/// An image without HEALTHCHECK, its own or an inherited one. Only stages that nobody builds upon
/// are judged.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    let is_parent = |index: usize| {
        model.stages.iter().any(|stage| matches!(stage.base, crate::model::Base::Stage(parent) if parent == index))
    };
    for stage in model.stages.iter().filter(|stage| !is_parent(stage.index)).take(1000) {
        let Some(from) = stage.from.filter(|_| !cx.fragment) else { continue };
        let mut steps = model.chain(stage).flat_map(|stage| &stage.steps);
        if !steps.any(|step| step.kind() == Keyword::Healthcheck) {
            cx.report(from.span, "this image has no HEALTHCHECK")
                .note("add `HEALTHCHECK CMD …`, or `HEALTHCHECK NONE` if whoever runs it checks by other means");
        }
    }
}
