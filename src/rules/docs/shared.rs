//! What the rules about builds in compose and bake files share.

use crate::model::docs::{Offer, Place};
use crate::rules::DocsCx;
use crate::syntax::builds::{Build, Builds};

/// A build whose Dockerfile could be read.
pub(super) struct Offered<'b> {
    pub(super) build: &'b Build,
    /// The Dockerfile's path in the project.
    pub(super) path: String,
    pub(super) offer: Offer,
}

/// The builds of a file whose Dockerfiles are at hand.
pub(super) fn offered<'b>(cx: &DocsCx, builds: Option<&'b Builds>) -> Vec<Offered<'b>> {
    let (Some(builds), Some(project)) = (builds, cx.project) else { return Vec::new() };
    let read = |build: &'b Build| {
        let Place::At(path) = project.dockerfile(build) else { return None };
        let offer = project.offer(&path)?;
        Some(Offered { build, path, offer })
    };
    builds.list.iter().filter(|build| build.builds).filter_map(read).collect()
}

/// Reports build arguments that no ARG of the Dockerfile declares.
pub(super) fn report_unknown_args(cx: &mut DocsCx, builds: Option<&Builds>) {
    for Offered { build, path, offer } in offered(cx, builds) {
        for arg in build.args.iter().filter(|it| it.known && !it.text.is_empty() && !offer.takes(&it.text)) {
            let near = offer.args.iter().find(|name| strsim::damerau_levenshtein(name, &arg.text) < 3);
            let note = match near {
                Some(name) => format!("did you mean `{name}`?"),
                None => format!("declare it with `ARG {}` in the stage that uses it, or leave it out", arg.text),
            };
            cx.report(arg.span, format!("no ARG of `{path}` takes the build argument `{}`", arg.text)).note(note);
        }
    }
}
