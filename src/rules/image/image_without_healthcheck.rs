use crate::rules::ImageCx;

/// No health check, or one that is switched off.
pub(in crate::rules) fn check(cx: &mut ImageCx) {
    let is_on = |test: &[String]| test.first().is_some_and(|word| word != "NONE");
    if cx.image.config.config.healthcheck.as_ref().is_none_or(|check| !is_on(&check.test)) {
        cx.report_step(None, "the image has no health check").note("add one with `HEALTHCHECK`");
    }
}
