use crate::model::order::copies_everything;
use crate::model::{Stage, Step};
use crate::rules::DockerfileCx;
use crate::syntax::dockerfile::Keyword;

/// A copy of the whole context brings the Dockerfile along, and RUN steps stand behind it.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let Some(context) = cx.context else { return };
    let Some(dockerfile) = context.dockerfile_path().filter(|path| context.is_sent(path)) else { return };
    let model = cx.model;
    let copy = model.stages.iter().find_map(|stage| {
        let copy = stage.steps.iter().find(|step| copies_everything(step))?;
        Some((copy, run_behind(stage, copy)?))
    });
    let Some((copy, run)) = copy else { return };
    let Some(source) = copy.transfer().and_then(|transfer| transfer.sources.first()) else { return };
    let ignore = context.ignore_file().map_or(".dockerignore", |file| &file.path);
    cx.report(source.span, format!("any edit to `{dockerfile}` itself changes what is copied here"))
        .label(run.span(), "and reruns this")
        .note(format!("add `{dockerfile}` and `.dockerignore` to `{ignore}`: the build reads them all the same"));
}

fn run_behind<'m, 'd>(stage: &'m Stage<'d>, copy: &Step) -> Option<&'m Step<'d>> {
    stage.steps.iter().find(|step| step.index > copy.index && step.kind() == Keyword::Run)
}
