use crate::model::order::missing_cache_mount;
use crate::rules::DockerfileCx;

use super::shared::code;

/// Reports installs from manifests that keep none of their downloads.
pub(crate) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    for step in model.stages.iter().filter(|stage| stage.reachable).flat_map(|stage| &stage.steps) {
        let Some((install, fix)) = missing_cache_mount(step) else { continue };
        let message = format!("{} downloads everything again whenever it runs", code(&install.meaning.title()));
        cx.report(install.command.span, message)
            .note("`RUN --mount=type=cache,target=…` keeps the downloads between builds and out of the image")
            .fix(fix);
    }
}
