use crate::model::{Base, TABLE_DATE, end_of_life};
use crate::rules::DockerfileCx;

/// A base image whose program or distribution gets no more fixes.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for stage in &cx.model.stages {
        let (Base::Image(image, _), Some(from)) = (&stage.base, stage.from_body) else { continue };
        let Some(end) = end_of_life(image) else { continue };
        cx.report(
            from.image.span,
            format!("`{}` brings {}, whose support ended on {}", stage.image.text, end.what, end.ended),
        )
        .note(format!("move to a supported version, for example `{}` (table of {TABLE_DATE})", end.successor));
    }
}
