use crate::model::Base;
use crate::rules::DockerfileCx;

use super::shared_version::{pin, wanted};

/// An external image without tag and digest is whatever `latest` is on the day of the build.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for stage in &cx.model.stages {
        let (Base::Image(image, _), Some(from)) = (&stage.base, stage.from_body) else { continue };
        if image.tag.is_some() || image.digest.is_some() || !image.is_valid() {
            continue;
        }
        let name = &stage.image.text;
        let version = wanted(cx, image);
        let report = cx.report(from.image.span, format!("`{name}` has no tag, so every build may get another version"));
        match version {
            Some(version) => report
                .note(format!("`{}` asks for `{name}:{}`; no tag means `latest`", version.file, version.tag))
                .fix(pin(&from.image, &version.tag)),
            None => report
                .note(format!("name the version you tested, for example `{name}:<version>`; no tag means `latest`")),
        };
    }
}
