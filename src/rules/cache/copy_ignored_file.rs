use crate::model::paths::clean;
use crate::rules::{DockerfileCx, steps};
use crate::syntax::dockerfile::{Body, Keyword};

/// COPY or ADD of a path that `.dockerignore` keeps from the builder.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let Some(ignore) = cx.context.and_then(|context| context.ignore_file()) else { return };
    // What an exception brings back cannot be told from the path alone.
    if ignore.matcher.is_empty() || ignore.matcher.has_exceptions() {
        return;
    }
    let everything = ignore.parsed.patterns.iter().any(|it| matches!(it.text.as_str(), "*" | "**" | "**/*"));
    for here in steps::all(cx.model).filter(|here| here.step.copies_context()) {
        let (Body::Copy(transfer) | Body::Add(transfer)) = here.step.body() else { continue };
        for word in &transfer.sources {
            if here.step.instruction.heredocs.iter().any(|heredoc| heredoc.marker == word.span) {
                continue;
            }
            let expanded = here.step.expand(word);
            if !expanded.known || is_remote(&expanded.text) {
                continue;
            }
            let path = clean(&expanded.text);
            if matches!(path.as_str(), "." | "/") && !everything || !ignore.matcher.excludes(&path) {
                continue;
            }
            let verb = if here.step.kind() == Keyword::Add { "Add" } else { "Copy" };
            let message = format!("Attempting to {verb} file \"{path}\" that is excluded by .dockerignore");
            here.report(cx, word.span, message)
                .note(format!("the builder never gets it: change `{}`, or do not copy it", ignore.path));
        }
    }
}

fn is_remote(source: &str) -> bool {
    use crate::rules::syntax::shared_remote::{is_git, is_http};
    is_http(source) || is_git(source)
}
