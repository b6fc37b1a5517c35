//! Completion of the build context's files and folders.

use crate::model::{Context, Entry};

use super::document::Snapshot;
use super::items::Items;
use super::server::Server;

/// The protocol's kinds.
const FILE: u8 = 17;
const FOLDER: u8 = 19;

/// Files and folders of the build context that reach the builder, one folder at a time. A name with a blank
/// needs quotes, so it is offered in strings only.
pub(super) fn fill(server: &Server, document: &Snapshot, is_string: bool, items: &mut Items) {
    let surroundings = server.surroundings(document);
    let Some(path) = document.path.as_deref() else { return };
    let Ok(config) = surroundings.config(document) else { return };
    let Some(files) = surroundings.context(document, &config) else { return };
    let own = files.path_of(path);
    let context = Context::new(&files, own.as_deref());
    let typed = items.prefix.trim_start_matches("./").trim_start_matches('/').to_string();
    let depth = typed.rfind('/').map_or(0, |at| at + 1);
    let is_bare = !items.prefix.contains('/');
    items.prefix = typed.clone();
    if is_bare {
        items.add(".", "the whole build context", FOLDER);
    }
    let inside = |entry: &&Entry| entry.path.strip_prefix(&typed[..depth]).is_some_and(|rest| !rest.contains('/'));
    // Nobody wants these in an image, until he begins to type them.
    let is_noise = |entry: &Entry| {
        typed.is_empty()
            && (Some(&entry.path) == own.as_ref() || entry.path.ends_with(".dockerignore") || entry.path == ".git")
    };
    let is_word = |entry: &Entry| is_string || !entry.path.contains(char::is_whitespace);
    let offered = context.entries().iter().filter(inside).filter(|entry| is_sent(&context, entry));
    for entry in offered.filter(|entry| is_word(entry) && !is_noise(entry)) {
        match entry.is_dir() {
            true => items.add(&format!("{}/", entry.path), "", FOLDER),
            false => items.add(&entry.path, "", FILE),
        }
    }
}

/// Not kept back by the ignore file. A folder may hold exceptions.
fn is_sent(context: &Context, entry: &Entry) -> bool {
    context.ignore_file().is_none_or(|ignore| {
        !ignore.matcher.excludes(&entry.path) || (entry.is_dir() && ignore.matcher.has_exceptions())
    })
}
