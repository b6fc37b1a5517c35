use super::shared::{Offered, offered};
use crate::rules::DocsCx;
use crate::rules::shared::did_you_mean;

pub(in crate::rules) fn check(cx: &mut DocsCx) {
    let of_compose = cx.builds.filter(|builds| !builds.is_bake);
    for Offered { build, path, offer } in offered(cx, of_compose) {
        let Some(target) = build.target.as_ref().filter(|it| it.known && !offer.is_open) else { continue };
        if offer.has_stage(&target.text) {
            continue;
        }
        let near = did_you_mean(&target.text.to_lowercase(), offer.stages.iter().map(String::as_str));
        let note = near.map(|name| format!("did you mean `{name}`?"));
        let report = cx.report(target.span, format!("`{path}` has no stage `{}`", target.text));
        report.note(note.unwrap_or_else(|| "the build stops with `target stage could not be found`".to_string()));
    }
}
