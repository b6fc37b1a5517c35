use crate::model::Step;
use crate::model::tools::effects::downloads;
use crate::rules::DockerfileCx;
use crate::rules::commands::commands_of;
use crate::rules::quote::one_line;
use crate::syntax::dockerfile::{Body, Keyword};
use crate::text::Span;

/// A file from the network is what it was yesterday only if somebody checks.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    for (stage, step) in model.steps() {
        if let Body::Add(transfer) = step.body() {
            let remote = transfer.sources.iter().find(|source| is_remote_file(&source.raw));
            if let Some(source) = remote.filter(|_| step.instruction.flag("checksum").is_none()) {
                cx.report(source.span, message(cx, source.span))
                    .note("name its digest: `ADD --checksum=sha256:… URL …`");
            }
        }
        if step.kind() != Keyword::Run || verifies(step) {
            continue;
        }
        let saved =
            commands_of(stage, step).find_map(|it| downloads(it.command).into_iter().find(|it| it.output.is_some()));
        let Some(download) = saved else { continue };
        cx.report(download.span, message(cx, download.span))
            .note("compare it in the same RUN: `echo \"<digest>  <file>\" | sha256sum -c`");
    }
}

fn message(cx: &DockerfileCx, source: Span) -> String {
    format!("`{}` is taken as the server sends it", one_line(cx.slice(source)))
}

fn is_remote_file(source: &str) -> bool {
    source.starts_with("http") && source.contains("://") && !source.contains(".git")
}

fn verifies(step: &Step) -> bool {
    step.commands().any(|command| {
        command.name.ends_with("sum")
            || matches!(
                command.name.as_str(),
                "gpg" | "gpg2" | "gpgv" | "shasum" | "openssl" | "cosign" | "minisign" | "b2sum"
            )
    })
}
