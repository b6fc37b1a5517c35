use super::shared_dest::judge;
use crate::diagnostic::{Edit, Fix};
use crate::rules::DockerfileCx;

/// COPY or ADD of several files to something that is not marked as a folder.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for dest in judge(cx).into_iter().filter(|dest| !dest.may_be_folder) {
        let fix = dest.plain.then(|| Fix::safe("mark it as a folder", vec![Edit::insert(dest.word.span.end, "/")]));
        let fix = fix.filter(|_| !dest.here.trigger);
        dest.here
            .report(
                cx,
                dest.word.span,
                format!("several sources are copied to `{}`, which does not end in `/`", dest.word.raw),
            )
            .note("unless it is a folder already, each file takes the place of the one before")
            .fix(fix);
    }
}
