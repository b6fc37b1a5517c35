use crate::model::{Base, DependencyTarget, ImageRef};
use crate::rules::DockerfileCx;
use crate::text::Span;

/// Images of FROM, `COPY --from` and `RUN --mount from` come from the configured registries.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let trusted = cx.options.strings("registries");
    if trusted.is_empty() {
        return;
    }
    let mut images: Vec<(Span, ImageRef)> = Vec::new();
    for stage in &cx.model.stages {
        if let (Base::Image(image, _), Some(from)) = (&stage.base, stage.from_body) {
            images.push((from.image.span, image.clone()));
        }
        for dependency in &stage.dependencies {
            if let DependencyTarget::Image(name) = &dependency.target {
                images.push((dependency.span, ImageRef::parse(name)));
            }
        }
    }
    for (span, image) in images {
        let registry = image.registry_or_hub();
        if image.to_string() == "scratch" {
            continue;
        }
        if trusted.iter().any(|pattern| matches(pattern, registry)) {
            continue;
        }
        cx.report(span, format!("`{image}` comes from `{registry}`, which is not a trusted registry"))
            .note(format!("trusted are: {}", trusted.join(", ")));
    }
}

/// A `*` at the beginning or the end stands for any text.
fn matches(pattern: &str, registry: &str) -> bool {
    let hub = ["docker.io", "hub.docker.com", "index.docker.io"];
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        _ if pattern == "*" => true,
        (Some(suffix), _) => registry.ends_with(suffix),
        (_, Some(prefix)) => registry.starts_with(prefix),
        _ => pattern == registry || (hub.contains(&pattern) && hub.contains(&registry)),
    }
}
