use crate::rules::DockerfileCx;
use crate::rules::commands::uses;

/// `zypper dist-upgrade` turns the base image into another one.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    for (_, meaning) in uses(model, &["zypper"]).filter(|(_, it)| matches!(it.verb.as_str(), "dist-upgrade" | "dup")) {
        cx.report(meaning.verb_span, format!("`{}` replaces the base image's packages with today's", meaning.title()))
            .note("take a newer base image instead");
    }
}
