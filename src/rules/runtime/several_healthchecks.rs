use crate::rules::DockerfileCx;
use crate::syntax::dockerfile::Keyword;

/// Every HEALTHCHECK of a stage but the first.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    super::shared_last::report_later(cx, Keyword::Healthcheck, "HEALTHCHECK");
}
