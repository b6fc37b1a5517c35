use crate::model::ImageRef;
use crate::rules::DockerfileCx;

/// The name of FROM, with the ARGs' defaults only, is no valid image name.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let is_stage = |name: &str, before: usize| {
        let same = |it: &str| it.to_ascii_lowercase() == name;
        cx.model.stages[..before].iter().any(|stage| stage.name.is_some_and(|it| same(&it.text)))
    };
    let invalid: Vec<_> = cx
        .model
        .stages
        .iter()
        .filter_map(|stage| Some((stage, stage.from_body?)))
        .filter(|(stage, body)| {
            let name = cx.model.default_globals.expand(&body.image.raw, cx.dockerfile.escape).text;
            !is_stage(&name, stage.index) && name != "scratch" && !ImageRef::parse(&name).is_valid()
        })
        .map(|(_, body)| (body.image.span, body.image.raw.clone(), body.image.is_constant()))
        .collect();
    for (span, raw, constant) in invalid {
        let note = if constant {
            "image names are lower case, with an optional `:tag` and `@digest`"
        } else {
            "give the ARG a default that names an image, so that a build without --build-arg works"
        };
        cx.report(span, format!("Default value for ARG {raw} results in empty or invalid base image name")).note(note);
    }
}
