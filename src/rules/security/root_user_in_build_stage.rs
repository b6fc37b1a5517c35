use super::shared_root::root_user;
use crate::rules::DockerfileCx;

/// A stage other than the final one ends as root.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for stage in cx.model.stages.iter().filter(|stage| Some(stage.index) != cx.model.target) {
        let inherited = |span| cx.model.target_stage().and_then(root_user) == Some(span);
        if let Some(span) = root_user(stage).filter(|span| !inherited(*span)) {
            cx.report(span, "the last USER of this stage is root")
                .note("only the stage that is built decides who the container runs as");
        }
    }
}
