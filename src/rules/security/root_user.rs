use super::shared_root::root_user;
use crate::rules::DockerfileCx;

/// The image that is built runs as root because its last USER says so.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let Some(stage) = cx.model.target_stage() else { return };
    if let Some(span) = root_user(stage) {
        cx.report(span, "the last USER is root, so the container runs as root")
            .note("switch back to an unprivileged user after the steps that need root");
    }
}
