use crate::rules::DockerfileCx;
use crate::rules::commands::commands_of;
use crate::syntax::dockerfile::Keyword;
use crate::text::Span;

/// One of the two is enough.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    for stage in &model.stages {
        let (mut wget, mut curl): (Option<Span>, Option<Span>) = (None, None);
        for step in stage.steps.iter().filter(|step| step.kind() == Keyword::Run) {
            let mut here = None;
            for it in commands_of(stage, step) {
                let seen = match it.command.name.as_str() {
                    "wget" => &mut wget,
                    "curl" => &mut curl,
                    _ => continue,
                };
                seen.get_or_insert(it.command.name_span);
                here = Some((it.command.name.as_str(), it.command.name_span));
            }
            let (Some((name, span)), Some(wget), Some(curl)) = (here, wget, curl) else { continue };
            let (other, place) = if name == "wget" { ("curl", curl) } else { ("wget", wget) };
            cx.report(span, format!("`{name}` is used beside `{other}`"))
                .label(place, format!("`{other}` is used here"))
                .note("use one of them, and install only that one");
        }
    }
}
