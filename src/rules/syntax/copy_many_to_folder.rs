use super::shared_dest::judge;
use crate::rules::DockerfileCx;

/// The same where the destination may well be a folder: hadolint wants the `/` all the same.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for dest in judge(cx).into_iter().filter(|dest| dest.may_be_folder && !dest.is_dot) {
        dest.here
            .report(cx, dest.word.span, format!("`{}` does not end in `/`", dest.word.raw))
            .note("with several sources it must be a folder; the `/` says so");
    }
}
