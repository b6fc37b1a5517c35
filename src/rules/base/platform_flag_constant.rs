use super::shared_platform::parse;
use crate::rules::DockerfileCx;

/// A constant `--platform` whose stage does not name the platform (BuildKit's
/// `validateBaseImagePlatform` companion in `validations.go`).
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for stage in &cx.model.stages {
        let Some(value) = stage.from.and_then(|from| from.flag("platform")).and_then(|flag| flag.value.as_ref()) else {
            continue;
        };
        let constant = stage.from_scope.expand(&value.raw, cx.dockerfile.escape).text;
        let Ok(platform) = parse(&constant) else { continue };
        let name = stage.name.map(|name| name.text.to_ascii_lowercase()).unwrap_or_default();
        if !value.is_constant() || name.contains(&platform.os) || name.contains(&platform.architecture) {
            continue;
        }
        cx.report(value.span, format!("FROM --platform flag should not use constant value \"{constant}\"")).note(
            "leave it out and pass `docker build --platform`, or name the stage after its platform if it is meant",
        );
    }
}
