use super::shared_archive::is_archive;
use crate::diagnostic::{Edit, Fix};
use crate::rules::syntax::shared_remote::{is_git, is_http};
use crate::rules::{DockerfileCx, steps};
use crate::syntax::dockerfile::Body;

/// ADD of local files that are no archives does what COPY does.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for here in steps::all(cx.model).chain(steps::left_to_children(cx.model)) {
        let Body::Add(transfer) = here.step.body() else { continue };
        let mut certain = true;
        let needs_add = |word| {
            let expanded = here.step.expand(word);
            certain &= expanded.known && !expanded.text.contains(['*', '?', '[']);
            is_http(&expanded.text) || is_git(&expanded.text) || is_archive(&expanded.text)
        };
        if transfer.sources.iter().any(needs_add) {
            continue;
        }
        let instruction = here.step.instruction;
        let copy = if instruction.keyword.text.starts_with('a') { "copy" } else { "COPY" };
        let takes = |name: &str| matches!(name, "chown" | "chmod" | "link" | "exclude");
        let fix = (certain && !here.trigger && instruction.flags.iter().all(|flag| takes(&flag.name.text)))
            .then(|| Fix::safe("use COPY", vec![Edit::replace(instruction.keyword.span, copy)]));
        here.report(cx, instruction.keyword.span, "ADD copies local files here, as COPY does")
            .note("ADD is for downloads and archives; COPY says that neither is meant")
            .fix(fix);
    }
}
