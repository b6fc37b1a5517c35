use super::shared_workdir::relative;
use crate::rules::DockerfileCx;

/// A relative WORKDIR below another one of the file.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for workdir in relative(cx).into_iter().filter(|it| !it.first) {
        let path = &workdir.path;
        let absolute = workdir.here.step.before.workdir.join(path);
        let note = absolute.map_or("write the path from the root".to_string(), |it| format!("here it is `{it}`"));
        workdir.here.report(cx, workdir.word.span, format!("`{path}` depends on the WORKDIR before it")).note(note);
    }
}
