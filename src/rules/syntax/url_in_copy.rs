use crate::diagnostic::{Edit, Fix};
use crate::rules::{DockerfileCx, steps};
use crate::syntax::dockerfile::{Body, Keyword};

use super::shared_remote::{is_git, is_http};

/// COPY with an address: only ADD downloads.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for here in steps::all(cx.model) {
        let Body::Copy(transfer) = here.step.body() else { continue };
        let only_context =
            here.step.instruction.flag("from").is_none() && here.step.instruction.flag("parents").is_none();
        for word in &transfer.sources {
            let source = here.step.expand(word).text;
            let message = match () {
                () if is_git(&source) => "source can't be a git ref for COPY",
                () if is_http(&source) => "source can't be a URL for COPY",
                () => continue,
            };
            let keyword = &here.step.instruction.keyword;
            let add = if keyword.text.starts_with('c') { "add" } else { "ADD" };
            let fix = Fix::unsafe_("use ADD, which downloads", vec![Edit::replace(keyword.span, add)]);
            let fix = (only_context && !here.trigger && here.step.kind() == Keyword::Copy).then_some(fix);
            here.report(cx, word.span, message)
                .note("ADD downloads; give it `--checksum`, or download in a RUN")
                .fix(fix);
        }
    }
}
