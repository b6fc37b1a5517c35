use crate::rules::DockerfileCx;
use crate::syntax::dockerfile::Keyword;

/// Every CMD of a stage but the first.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    super::shared_last::report_later(cx, Keyword::Cmd, "CMD");
}
