use crate::diagnostic::Severity;
use crate::model::{Context, Entry, Step};
use crate::rules::DockerfileCx;
use crate::syntax::dockerfile::Word;

use super::shared::{is_secret_name, secret_in};

/// Key files and the like that a COPY brings into the image: whoever pulls it can read them.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for (stage, step) in cx.model.steps().filter(|(_, step)| step.copies_context()) {
        let Some(transfer) = step.transfer() else { continue };
        let is_final = cx.model.is_final(stage);
        for source in transfer.sources.iter().filter(|source| !source.raw.starts_with("<<")) {
            let expanded = step.expand(source);
            if !expanded.known || step.onbuild {
                continue;
            }
            match cx.context.filter(|_| !cx.fragment) {
                Some(context) => in_context(cx, context, step, source, &expanded.text, is_final),
                None if is_secret_name(&expanded.text) => by_name(cx, source, &expanded.text, is_final),
                None => {}
            }
        }
    }
}

fn in_context(cx: &mut DockerfileCx, context: &Context, _step: &Step, source: &Word, path: &str, is_final: bool) {
    let found: Vec<(&Entry, &'static str)> = context
        .matching(path)
        .into_iter()
        .filter(|entry| !entry.is_dir() && entry.size < 1 << 20)
        .filter_map(|entry| Some((entry, secret_in(&entry.path, || context.read_text(&entry.path))?)))
        .collect();
    let Some((first, what)) = found.first() else { return };
    let others = match found.len() {
        1 => String::new(),
        2 => " and one more file of its kind".to_string(),
        count => format!(" and {} more files of its kind", count - 1),
    };
    let message =
        format!("`{}` brings `{}` into the image{others}: it holds {what}", cx.slice(source.span), first.path);
    tell(cx, source, message, &first.path, is_final);
}

fn by_name(cx: &mut DockerfileCx, source: &Word, path: &str, is_final: bool) {
    let message = format!("`{}` is a secret that becomes a file of the image", cx.slice(source.span));
    tell(cx, source, message, path, is_final);
}

fn tell(cx: &mut DockerfileCx, source: &Word, message: String, path: &str, is_final: bool) {
    let report = cx.report(source.span, message);
    let report = if is_final { report } else { report.at_most(Severity::Info) };
    report.note(format!("write `{path}` into .dockerignore; where the build needs it, use `RUN --mount=type=secret`"));
}
