//! Completion of flags, their values, and the keys and values of mounts.

use crate::syntax::dockerfile::Keyword;

use super::document::Snapshot;
use super::items::Items;
use super::paths;
use super::scope::stages;
use super::server::Server;
use super::snippets::Place;
use super::words;

/// Offers what fits a flag, from behind its dashes to the cursor at `offset`. `before` are the flags that
/// stand there already.
pub(super) fn fill(
    server: &Server,
    document: &Snapshot,
    (kind, before): (Keyword, &str),
    typed: &str,
    offset: usize,
    items: &mut Items,
) {
    let Some((name, value)) = typed.split_once('=') else { return of(kind, before, items) };
    items.prefix = value.to_string();
    match name {
        "from" => stages(document, offset, items),
        "mount" => mount(server, document, value, offset, items),
        _ => items.table(words::flag_values(name), 12),
    }
}

/// The flags of an instruction; one that may stand there once is not offered twice.
fn of(kind: Keyword, before: &str, items: &mut Items) {
    for (flag, about) in words::flags(kind) {
        let is_there = |it: &str| it.strip_prefix("--").is_some_and(|it| it.split('=').next() == Some(flag));
        if !["mount", "exclude", "device"].contains(flag) && before.split_whitespace().any(is_there) {
            continue;
        }
        let label = match words::flag_values(flag).first() {
            Some(("true", _)) => format!("--{flag}"),
            _ => format!("--{flag}="),
        };
        items.add(&label, about, 5);
    }
    if kind == Keyword::Run {
        items.snippets(Place::RunFlag);
    }
}

fn mount(server: &Server, document: &Snapshot, typed: &str, offset: usize, items: &mut Items) {
    let (before, option) = typed.rsplit_once(',').unwrap_or(("", typed));
    let set: Vec<(&str, &str)> = before.split(',').map(|it| it.split_once('=').unwrap_or((it, ""))).collect();
    let is_set = |key: &str| set.iter().any(|(it, _)| *it == key);
    let Some((key, value)) = option.split_once('=') else {
        items.prefix = option.to_string();
        let kind = set.iter().find(|(key, _)| *key == "type").map_or("", |(_, kind)| kind);
        for (key, about) in words::mount_keys(kind).filter(|(key, _)| !is_set(key)) {
            let is_switch = words::mount_values(key).first().is_some_and(|(value, _)| *value == "true");
            items.add(&if is_switch { key.to_string() } else { format!("{key}=") }, about, 10);
        }
        return;
    };
    items.prefix = value.to_string();
    items.table(words::mount_values(key), 12);
    match key {
        "from" => stages(document, offset, items),
        "source" | "src" if !is_set("from") => paths::fill(server, document, true, items),
        _ => {}
    }
}
