use crate::rules::DockerfileCx;

use super::shared_stages::{self, Fault};

/// `--from` or `from=` names a stage that comes later, or a number that no stage has.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for fault in shared_stages::faults(cx.model) {
        match fault {
            Fault::Later { span, message, defined } => {
                let report = cx.report(span, message).note("move the stage that is read above this one");
                if let Some(defined) = defined {
                    report.label(defined, "defined here");
                }
            }
            Fault::NoSuchIndex { span, message, stages } => {
                let last = stages.saturating_sub(1);
                let note = if stages == 0 {
                    "no stage comes before this one".to_string()
                } else {
                    format!("stages are counted from 0, so the last one of this file is {last}")
                };
                cx.report(span, message).note(note);
            }
            Fault::Circular { .. } => {}
        }
    }
}
