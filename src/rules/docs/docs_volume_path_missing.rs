use super::shared_image::effective;
use crate::model::docs::{ImageNames, runs};
use crate::model::paths::clean;
use crate::model::{Model, Stage};
use crate::rules::{DocsCx, DocumentedDockerfile};
use crate::syntax::dockerfile::{Body, Keyword};

pub(in crate::rules) fn check(cx: &mut DocsCx) {
    let Some(DocumentedDockerfile { source, model, .. }) = cx.dockerfile else { return };
    let volumes = volumes(model);
    let Some(step) = effective(model, Keyword::Volume).filter(|_| !volumes.is_empty()) else { return };
    let names = ImageNames::new(cx.docs);
    let mounted: Vec<_> = runs(cx.docs, &names)
        .into_iter()
        .flat_map(|run| run.invocation.values("volume").map(move |value| (run, value)))
        .filter_map(|(run, value)| Some((run, value, container_path(&value.text)?)))
        .collect();
    for (run, value, path) in &mounted {
        let is_used =
            speaks_of(&source.text, path) || volumes.iter().any(|volume| path.starts_with(&format!("{volume}/")));
        let Some(volume) = volumes.iter().find(|volume| is_slip(path, volume)).filter(|_| !is_used) else { continue };
        if mounted.iter().any(|(_, _, other)| other == volume) {
            continue;
        }
        cx.report(step.span(), format!("the documents mount `{path}`, but the volume is `{volume}`")).label_in(
            run.file.file,
            value.span,
            "mounts a folder that the image does not use",
        );
    }
}

/// True if a text names the path or something below it.
fn speaks_of(text: &str, path: &str) -> bool {
    let words = text.split(|c: char| c.is_whitespace() || "\"',:=;[]".contains(c));
    words.into_iter().any(|word| word.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

/// The container's side of `-v host:container[:options]`.
fn container_path(value: &str) -> Option<String> {
    let path = value.split(':').nth(1)?;
    let plain = path.starts_with('/') && path.len() > 1 && path.is_ascii() && !path.contains(['$', '<', '{', '[', '*']);
    plain.then(|| clean(path))
}

/// True for a path that was meant to be the volume's: a slip of the pen, or the same folder elsewhere.
fn is_slip(path: &str, volume: &str) -> bool {
    let last = |path: &str| path.rsplit('/').next().unwrap_or("").to_string();
    path != volume && path.len() > 5 && (strsim::damerau_levenshtein(path, volume) <= 2 || last(path) == last(volume))
}

fn volumes(model: &Model) -> Vec<String> {
    let Some(target) = model.target_stage() else { return Vec::new() };
    let steps = model.chain(target).flat_map(|stage: &Stage| &stage.steps).filter(|step| !step.onbuild);
    let words = steps.filter_map(|step| match step.body() {
        Body::Volume(words) => Some((step, words)),
        _ => None,
    });
    let known = words.flat_map(|(step, words)| words.iter().map(|word| step.expand(word))).filter(|it| it.known);
    known.map(|it| clean(&it.text)).filter(|path| path.starts_with('/')).collect()
}
