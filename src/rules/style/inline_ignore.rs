use crate::rules::DockerfileCx;
use crate::syntax::dockerfile::{Ignore, PragmaDialect, PragmaKind, PragmaScope, pragmas};

/// `# hadolint ignore=…` in the file.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for pragma in pragmas(cx.dockerfile, &cx.source.text) {
        let PragmaKind::Ignore(Ignore { dialect, scope, .. }) = &pragma.kind else { continue };
        if *dialect == PragmaDialect::Cachalot || *scope == PragmaScope::Next {
            cx.report(pragma.span, "a comment silences rules here")
                .note("silence them in the configuration file instead");
        }
    }
}
