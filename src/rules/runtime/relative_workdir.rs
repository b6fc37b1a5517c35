use super::shared_workdir::relative;
use crate::diagnostic::{Edit, Fix};
use crate::rules::DockerfileCx;
use crate::syntax::dockerfile::go_quote;

/// The first WORKDIR of a stage and those it builds on is relative, so the base image decides.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for workdir in relative(cx).into_iter().filter(|it| it.first) {
        let path = &workdir.path;
        let shown = go_quote(path);
        let message = format!("Relative workdir {shown} can have unexpected results if the base image changes");
        let base = &workdir.here.step.before.workdir;
        let absolute = base.join(path).filter(|_| workdir.word.is_constant() && !path.is_empty());
        let fix = absolute
            .clone()
            .filter(|_| !workdir.here.trigger && !workdir.word.raw.contains(['"', '\'']))
            .map(|it| Fix::unsafe_(format!("write `{it}`"), vec![Edit::replace(workdir.word.span, it)]));
        let note = match absolute {
            Some(absolute) => format!("with this base image it is `{absolute}`: write that"),
            None => "write the path from the root".to_string(),
        };
        workdir.here.report(cx, workdir.word.span, message).note(note).fix(fix);
    }
}
