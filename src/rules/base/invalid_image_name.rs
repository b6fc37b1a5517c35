use crate::model::{Base, DependencyTarget, ImageRef};
use crate::rules::DockerfileCx;
use crate::text::Span;

/// A name of an image that cannot be one: in `--from` and `from=`, and in FROM where it is the
/// build arguments that make it so.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let mut found: Vec<(Span, String)> = Vec::new();
    for stage in &cx.model.stages {
        if let (Base::Image(image, _), Some(from)) = (&stage.base, stage.from_body) {
            // What a build argument would mend is another rule's.
            let default = cx.model.default_globals.expand(&from.image.raw, cx.dockerfile.escape);
            let by_default = default.text != stage.image.text || ImageRef::parse(&default.text).is_valid();
            let is_declared = |name: &str| cx.model.globals.get(name).is_some();
            let is_given = from.image.variables.iter().any(|variable| is_declared(&variable.name.text));
            if let Some(why) = image.refusal().filter(|_| (by_default || !is_given) && stage.image.known) {
                found.push((from.image.span, failure(&stage.image.text, &why)));
            }
        }
        for dependency in &stage.dependencies {
            let DependencyTarget::Image(name) = &dependency.target else { continue };
            let is_number = name.parse::<i64>().is_ok();
            let why = ImageRef::parse(name).refusal().filter(|_| !is_number && name != "scratch" && name != "context");
            found.extend(why.map(|why| (dependency.span, failure(name, &why))));
        }
    }
    for (span, message) in found {
        cx.report(span, message).note("no stage has this name, and as an image it is malformed");
    }
}

fn failure(name: &str, why: &str) -> String {
    format!("failed to parse stage name \"{name}\": {why}")
}
