use super::shared::{Offered, offered};
use crate::rules::DocsCx;
use crate::rules::shared::did_you_mean;

pub(in crate::rules) fn check(cx: &mut DocsCx) {
    let Some(builds) = cx.builds.filter(|builds| builds.is_bake) else { return };
    for Offered { build, path, offer } in offered(cx, Some(builds)) {
        let Some(target) = build.target.as_ref().filter(|it| it.known && !offer.is_open) else { continue };
        if !offer.has_stage(&target.text) {
            let near = did_you_mean(&target.text.to_lowercase(), offer.stages.iter().map(String::as_str));
            let note = near.map(|name| format!("did you mean `{name}`?"));
            let report = cx.report(target.span, format!("`{path}` has no stage `{}`", target.text));
            report.note(note.unwrap_or_else(|| "the build stops with `target stage could not be found`".to_string()));
        }
    }
    // Other files may add targets, so that only a slip of the pen is worth a word.
    let names: Vec<&str> = builds.list.iter().map(|it| it.name.text.as_str()).collect();
    let is_slip = |name: &str| name.len() > 3 && !names.contains(&name) && !name.contains(['*', '?']);
    for reference in builds.references.iter().filter(|it| it.known && builds.names_known && is_slip(&it.text)) {
        if let Some(near) = did_you_mean(&reference.text, names.iter().copied()) {
            cx.report(reference.span, format!("there is no target `{}`", reference.text))
                .note(format!("did you mean `{near}`?"));
        }
    }
}
