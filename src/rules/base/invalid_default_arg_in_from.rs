use std::collections::HashSet;

use crate::model::ImageRef;
use crate::rules::DockerfileCx;

/// The name of FROM, with the ARGs' defaults only, is no valid image name.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let mut names: HashSet<String> = HashSet::from(["scratch".to_string()]);
    for stage in &cx.model.stages {
        let Some(body) = stage.from_body else { continue };
        let expanded = cx.model.default_globals.expand(&body.image.raw, cx.dockerfile.escape);
        let image = expanded.text;
        // The platform ARGs always have a value, but only the build knows it.
        if expanded.known && !names.contains(&image) && !ImageRef::parse(&image).is_valid() {
            let note = if body.image.is_constant() {
                "image names are lower case, with an optional `:tag` and `@digest`"
            } else {
                "give the ARG a default that names an image, so that a build without --build-arg works"
            };
            let raw = &body.image.raw;
            let message = format!("Default value for ARG {raw} results in empty or invalid base image name");
            cx.report(body.image.span, message).note(note);
        }
        names.extend(stage.name.map(|name| name.text.to_ascii_lowercase()));
    }
}
