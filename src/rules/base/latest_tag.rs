use crate::diagnostic::Severity;
use crate::model::Base;
use crate::rules::DockerfileCx;

use super::shared_version::{pin, wanted};

/// `:latest` moves; a digest beside it pins it all the same.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for stage in &cx.model.stages {
        let (Base::Image(image, _), Some(from)) = (&stage.base, stage.from_body) else { continue };
        if image.tag.as_deref() != Some("latest") || image.digest.is_some() {
            continue;
        }
        let version = wanted(cx, image);
        let mut report = cx.report(from.image.span, format!("`{}` is a moving target", stage.image.text));
        if !from.image.raw.contains("latest") {
            // Only the default of a build argument says so: who builds in earnest gives another.
            report = report.at_most(Severity::Hint);
        }
        match version {
            Some(version) => report
                .note(format!("`{}` asks for `{}:{}`", version.file, image.path, version.tag))
                .fix(pin(&from.image, &version.tag)),
            None => report.note("name the version you tested: `latest` is only the name of a tag that its owner moves"),
        };
    }
}
