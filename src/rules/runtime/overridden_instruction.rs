use super::shared_last::replaced;
use crate::rules::DockerfileCx;

/// A CMD, ENTRYPOINT or HEALTHCHECK that a later one of the same stage takes the place of.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for stage in &cx.model.stages {
        for (before, later) in replaced(stage) {
            let keyword = &later.step.instruction.keyword;
            let message = format!(
                "Multiple {} instructions should not be used in the same stage because only the last one will be used",
                keyword.text
            );
            before
                .report(cx, before.step.instruction.keyword.span, message)
                .primary_label("has no effect")
                .label(keyword.span, "takes its place")
                .note("remove it, or move it to the stage that it is for");
        }
    }
}
