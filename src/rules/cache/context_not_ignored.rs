use crate::model::order::copies_everything;
use crate::model::{Context, Entry, Uses};
use crate::rules::DockerfileCx;

use super::shared::list;

/// Folders that tools fill on the machine where they run.
const LOCAL: &[&str] = &[
    "node_modules",
    "bower_components",
    ".venv",
    "venv",
    "__pycache__",
    ".tox",
    ".mypy_cache",
    ".pytest_cache",
    ".next",
    ".nuxt",
    ".gradle",
    ".terraform",
    ".svelte-kit",
    ".parcel-cache",
    ".turbo",
];
/// Folders listed in a message.
const SHOWN: usize = 4;

/// Reports a copy of the whole context that brings what belongs to this machine.
pub(crate) fn check(cx: &mut DockerfileCx) {
    let (model, Some(context)) = (cx.model, cx.context) else { return };
    let copies = model.stages.iter().filter(|stage| stage.reachable).flat_map(|stage| &stage.steps);
    let Some(copy) = copies.filter(|step| !step.onbuild).find(|step| copies_everything(step)) else { return };
    let Some(source) = copy.transfer().and_then(|transfer| transfer.sources.first()) else { return };
    let uses = Uses::new(model, context);
    let mut folders = local_folders(context);
    folders.retain(|folder| !uses.needs(folder));
    let Some(first) = folders.first() else { return };
    let why = match (*first, folders.len()) {
        (".git", 1) => ", which changes with every commit",
        (".git", _) => ": `.git` alone changes with every commit",
        (_, 1) => ", which differs from machine to machine",
        _ => ", which differ from machine to machine",
    };
    let ignore = context.ignore_file().map_or(".dockerignore", |file| &file.path);
    let what = list(&folders, SHOWN);
    let reader = uses.git_reader.filter(|_| folders.contains(&".git"));
    let report = cx.report(source.span, format!("this brings {what}{why}")).note(format!(
        "add {what} to `{ignore}`: nothing of the build names {}",
        if folders.len() == 1 { "it" } else { "them" }
    ));
    if let Some(reader) = reader {
        report.note(reader);
    }
}

/// The outermost of such folders that reach the builder, `.git` first.
fn local_folders<'c>(context: &Context<'c>) -> Vec<&'c str> {
    let is_local = |entry: &Entry| entry.is_dir() && LOCAL.contains(&entry.name());
    let mut found: Vec<&str> = Vec::new();
    if context.is_sent(".git") {
        found.push(".git");
    }
    for entry in context.sent().iter().filter(|entry| is_local(entry)) {
        let inside = |folder: &&str| entry.path.strip_prefix(*folder).is_some_and(|rest| rest.starts_with('/'));
        if !found.iter().any(inside) {
            found.push(&entry.path);
        }
    }
    found
}
