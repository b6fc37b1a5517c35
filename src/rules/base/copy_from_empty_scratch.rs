use crate::model::{Base, DependencyKind, DependencyTarget, Stage};
use crate::rules::DockerfileCx;
use crate::syntax::dockerfile::{Body, Keyword};

/// COPY from a stage that begins with nothing and adds nothing.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for stage in &cx.model.stages {
        for dependency in stage.dependencies.iter().filter(|it| it.kind == DependencyKind::Copy) {
            let DependencyTarget::Stage(index) = dependency.target else { continue };
            let source = &cx.model.stages[index];
            if !is_empty(cx, source) {
                continue;
            }
            let report = cx.report(
                dependency.span,
                format!("stage `{}` is empty: there is nothing to copy", cx.slice(dependency.span)),
            );
            let report = match source.from_body {
                Some(from) => report.label(from.image.span, "begins with nothing, and nothing is added"),
                None => report,
            };
            report.note("copy from the stage that makes the file, or add the files to this one");
        }
    }
}

fn is_empty(cx: &DockerfileCx, stage: &Stage) -> bool {
    let writes = |kind: Keyword| {
        matches!(kind, Keyword::Copy | Keyword::Add | Keyword::Run | Keyword::Workdir | Keyword::Unknown)
    };
    // `FROM tool-${ENABLED}` may mean an empty stage on purpose.
    let is_chosen = |stage: &Stage| stage.from_body.is_some_and(|from| from.image.raw.contains('$'));
    *cx.model.root_base(stage) == Base::Scratch
        && !cx.model.chain(stage).any(is_chosen)
        && !cx
            .model
            .chain(stage)
            .flat_map(|stage| stage.triggers.iter().chain(&stage.steps))
            .any(|step| (writes(step.kind()) && !step.onbuild) || matches!(step.body(), Body::Unknown(_)))
}
