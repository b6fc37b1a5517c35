use super::shared_image::{base_is_bare, first_process};
use crate::model::Context;
use crate::model::docs::{ImageNames, runs};
use crate::rules::{DocsCx, DocumentedDockerfile};

/// Files of the context that are searched at most, and bytes of each.
const MAX_FILES: usize = 400;
const MAX_BYTES: u64 = 256 << 10;
/// Variables that programs and systems read without being told in so many words.
const COMMON: [&str; 8] = ["TZ", "LANG", "LANGUAGE", "TERM", "HOME", "DEBUG", "NODE_ENV", "DISPLAY"];

pub(in crate::rules) fn check(cx: &mut DocsCx) {
    let Some(DocumentedDockerfile { source, model, context: Some(context) }) = cx.dockerfile else { return };
    let Some((step, _)) = first_process(model).filter(|_| base_is_bare(model)) else { return };
    let names = ImageNames::new(cx.docs);
    for run in runs(cx.docs, &names) {
        for value in run.invocation.values("env") {
            let name = value.text.split('=').next().unwrap_or("");
            if !is_plain(name) || source.text.contains(name) || is_read(context, name) {
                continue;
            }
            cx.report(step.span(), format!("nothing in the image reads `{name}`, which the documents set"))
                .label_in(run.file.file, value.span, "has no effect")
                .note(format!("leave `-e {name}` out of the documents, or write the name that the program reads"));
        }
    }
}

fn is_plain(name: &str) -> bool {
    let is_name =
        name.len() > 2 && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    is_name && !COMMON.contains(&name) && !name.starts_with("LC_") && !name.to_lowercase().ends_with("_proxy")
}

/// True if a file of the context holds the name, or there are too many to tell.
fn is_read(context: &Context, name: &str) -> bool {
    let documents = [".md", ".yml", ".yaml", ".txt", ".rst"];
    let files: Vec<_> = context.sent().iter().filter(|entry| entry.size > 0 && entry.size <= MAX_BYTES).collect();
    files.len() > MAX_FILES
        || files.iter().any(|entry| {
            let is_document = documents.iter().any(|ending| entry.path.ends_with(ending));
            !is_document && context.read_text(&entry.path).is_some_and(|text| text.contains(name))
        })
}
