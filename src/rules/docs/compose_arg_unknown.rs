use super::shared::report_unknown_args;
use crate::rules::DocsCx;

pub(in crate::rules) fn check(cx: &mut DocsCx) {
    report_unknown_args(cx, cx.builds.filter(|builds| !builds.is_bake));
}
