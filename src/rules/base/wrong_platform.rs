use super::shared_platform::{Platform, parse};
use crate::model::{Base, ImageRef};
use crate::rules::DockerfileCx;

/// A base image that exists for another platform only than the one that FROM asks for.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for stage in &cx.model.stages {
        let (Base::Image(image, known), Some(from)) = (&stage.base, stage.from_body) else { continue };
        let flag = stage.from.and_then(|from| from.flag("platform")).and_then(|flag| flag.value.as_ref());
        let asked = match (flag, &cx.model.options.platform) {
            (Some(word), _) => Some(stage.from_scope.expand(&word.raw, cx.dockerfile.escape)).filter(|it| it.known),
            (None, Some(platform)) => {
                Some(crate::model::Expanded { text: platform.clone(), known: true, ..Default::default() })
            }
            (None, None) => None,
        };
        let Some(Ok(asked)) = asked.map(|it| parse(&it.text)) else { continue };
        let windows = known.is_some_and(|known| known.windows);
        let Some(actual) = only_platform(image, windows) else { continue };
        if actual.os == asked.os && (actual.architecture == asked.architecture || actual.architecture.is_empty()) {
            continue;
        }
        // A Windows image is amd64 in all but a few tags.
        let architecture = if actual.architecture.is_empty() { "amd64" } else { &actual.architecture };
        let message = format!(
            "Base image {} was pulled with platform \"{}/{architecture}\", expected \"{}/{}\" for current build",
            stage.image.text, actual.os, asked.os, asked.architecture
        );
        let span = flag.map_or(from.image.span, |word| word.span);
        cx.report(span, message).note("name an image of the platform that is asked for, or ask for the image's own");
    }
}

/// The one platform of an image whose name says it: Docker Hub's `arm64v8/…` and the like, and
/// images of Windows.
fn only_platform(image: &ImageRef, windows: bool) -> Option<Platform> {
    let platform =
        |os: &str, architecture: &str| Platform { os: os.to_string(), architecture: architecture.to_string() };
    if windows {
        return Some(platform("windows", ""));
    }
    let (owner, _) = image.docker_hub()?.split_once('/')?;
    let architecture = match owner {
        "amd64" => "amd64",
        "arm32v5" | "arm32v6" | "arm32v7" => "arm",
        "arm64v8" => "arm64",
        "i386" => "386",
        "ppc64le" => "ppc64le",
        "riscv64" => "riscv64",
        "s390x" => "s390x",
        _ => return None,
    };
    Some(platform("linux", architecture))
}
