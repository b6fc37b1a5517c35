use crate::diagnostic::{Edit, Fix};
use crate::rules::DockerfileCx;

/// Stage names are kept in lower case, so `FROM Name` never finds one with capitals.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for stage in &cx.model.stages {
        let Some(name) = stage.name else { continue };
        let lower = name.text.to_lowercase();
        if name.text == lower {
            continue;
        }
        let mut edits = vec![Edit::replace(name.span, &lower)];
        for user in cx.model.stages.iter().skip(stage.index + 1).filter_map(|stage| stage.from_body) {
            if user.image.raw.eq_ignore_ascii_case(&name.text) {
                edits.push(Edit::replace(user.image.span, &lower));
            }
        }
        cx.report(name.span, format!("Stage name '{}' should be lowercase", name.text))
            .note("BuildKit keeps stage names in lower case: `FROM` with capitals looks for an image instead")
            .fix(Fix::unsafe_(format!("rename the stage to `{lower}`"), edits));
    }
}
