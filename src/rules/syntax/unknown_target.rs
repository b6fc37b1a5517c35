use crate::rules::DockerfileCx;
use crate::rules::shared::did_you_mean;
use crate::text::Span;

/// The stage asked for with `--target` does not exist.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    let Some(target) = model.options.target.as_deref().filter(|target| !target.is_empty()) else { return };
    if cx.fragment || model.stages.is_empty() || model.stage_named(target, model.stages.len()).is_some() {
        return;
    }
    let names: Vec<&str> = model.stages.iter().filter_map(|stage| Some(stage.name?.text.as_str())).collect();
    let hint = did_you_mean(target, names.iter().copied()).map(|name| format!(" (did you mean {name}?)"));
    let message = format!("target stage \"{target}\" could not be found{}", hint.unwrap_or_default());
    let span = model.stages.last().and_then(|stage| stage.from).map_or(Span::at(0), |from| from.span);
    let known =
        if names.is_empty() { "no stage has a name".into() } else { format!("stages are: {}", names.join(", ")) };
    cx.report(span, message).note(known);
}
