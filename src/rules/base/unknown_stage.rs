use crate::diagnostic::{Edit, Fix};
use crate::model::{DependencyKind, DependencyTarget, Stage};
use crate::rules::DockerfileCx;
use crate::rules::shared::did_you_mean;

/// `COPY --from=name` where no stage has the name, but one has a name very much like it.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for stage in &cx.model.stages {
        for dependency in stage.dependencies.iter().filter(|it| it.kind != DependencyKind::From) {
            let DependencyTarget::Image(name) = &dependency.target else { continue };
            let Some(near) = near(&cx.model.stages[..stage.index], name) else { continue };
            let fix = (dependency.kind == DependencyKind::Copy && cx.slice(dependency.span) == name)
                .then(|| Fix::unsafe_(format!("read from `{near}`"), vec![Edit::replace(dependency.span, near)]));
            cx.report(dependency.span, format!("no stage is called `{name}`, so it is looked for as an image"))
                .note(format!("did you mean `{near}`?"))
                .fix(fix);
        }
    }
}

/// The stage that is probably meant.
pub(super) fn near<'m>(stages: &'m [Stage], name: &str) -> Option<&'m str> {
    if name.len() < 3 || name.contains(['/', ':', '@']) {
        return None;
    }
    let names = stages.iter().rev().take(200).filter_map(|stage| stage.name.map(|name| name.text.as_str()));
    did_you_mean(&name.to_ascii_lowercase(), names).filter(|near| near.len() > 3 || near.eq_ignore_ascii_case(name))
}
