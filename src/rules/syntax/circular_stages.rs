use crate::rules::DockerfileCx;

use super::shared_stages::{self, Fault};

/// A stage reads from itself, or from a stage that reads from it in turn.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for fault in shared_stages::faults(cx.model) {
        let Fault::Circular { span, stage, back } = fault else { continue };
        let message = format!("circular dependency detected on stage: {stage}");
        let report = cx.report(span, message);
        match back {
            Some(back) => report.label(back, "and this leads back").note("one of the two must not read from the other"),
            None => report
                .primary_label("the stage that this line stands in")
                .note("a stage cannot read from itself: name another stage, or use `RUN cp` for its own files"),
        };
    }
}
