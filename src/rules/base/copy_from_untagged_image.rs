use crate::model::{DependencyKind, DependencyTarget};
use crate::rules::DockerfileCx;

/// `COPY --from=name` that is no stage and has no tag: a moving image, or a stage that is missing.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for stage in &cx.model.stages {
        for dependency in stage.dependencies.iter().filter(|it| it.kind == DependencyKind::Copy) {
            let DependencyTarget::Image(name) = &dependency.target else { continue };
            let earlier = &cx.model.stages[..stage.index];
            if name.contains(':') || super::unknown_stage::near(earlier, name).is_some() {
                continue;
            }
            cx.report(dependency.span, format!("`{name}` is no stage of this file"))
                .note(format!("if an image is meant, name its version: `{name}:<version>`"));
        }
    }
}
