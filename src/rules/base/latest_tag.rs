use crate::model::Base;
use crate::rules::DockerfileCx;

/// `:latest` moves; a digest beside it pins it all the same.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for stage in &cx.model.stages {
        let (Base::Image(image, _), Some(from)) = (&stage.base, stage.from_body) else { continue };
        if image.tag.as_deref() != Some("latest") || image.digest.is_some() {
            continue;
        }
        cx.report(from.image.span, format!("`{}` is a moving target", stage.image.text))
            .note("name the version you tested: `latest` is only the name of a tag that its owner moves");
    }
}
