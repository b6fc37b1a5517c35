use crate::rules::{DockerfileCx, steps};
use crate::syntax::dockerfile::Body;

/// `COPY --from=build / /` brings everything along.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for here in steps::all(cx.model) {
        let (Body::Copy(transfer), Some(_)) = (here.step.body(), here.step.instruction.flag("from")) else { continue };
        let is_root = |word| matches!(here.step.expand(word).text.as_str(), "/" | "/.");
        if is_root(&transfer.dest) && transfer.sources.iter().any(is_root) {
            here.report(cx, here.step.instruction.args_span(), "the whole file system of the other stage is copied")
                .note("copy the folders that the image needs; tools and caches of the build come along otherwise");
        }
    }
}
