use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::host;
use crate::lint::FileKind;

use crate::cli::output::complain;

/// The name standard input goes by unless `--stdin-filename` says another.
const STDIN: &str = "<stdin>";

/// One text to lint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) struct Item {
    /// The name to show.
    pub(in crate::cli) name: String,
    /// The file, or what standard input stands for.
    pub(in crate::cli) path: PathBuf,
    /// How it is read.
    pub(in crate::cli) kind: FileKind,
    /// True if the user named it, false if it was met in a folder.
    pub(in crate::cli) named: bool,
    /// True if `path` is a real place: its folder may be the build context.
    pub(in crate::cli) on_disk: bool,
    /// True if the text comes from standard input.
    pub(in crate::cli) stdin: bool,
}

/// Everything to lint, sorted by name and each file once; true beside it if something could not be
/// looked at, which was said.
pub(in crate::cli) fn items(paths: &[PathBuf], stdin_filename: Option<&Path>) -> (Vec<Item>, bool) {
    let current = std::env::current_dir().ok();
    let mut items: BTreeMap<String, Item> = BTreeMap::new();
    let mut failed = false;
    for path in paths {
        if path == Path::new("-") {
            let item = stdin(stdin_filename);
            items.insert(item.name.clone(), item);
            continue;
        }
        let (found, errors) = host::find(path);
        for error in errors {
            complain(format_args!("{error}"));
            failed = true;
        }
        for host::Found { path, kind, named } in found {
            let name = host::display_from(&path, current.as_deref());
            let item =
                items.entry(name.clone()).or_insert(Item { name, path, kind, named, on_disk: true, stdin: false });
            item.named |= named;
        }
    }
    (items.into_values().collect(), failed)
}

fn stdin(filename: Option<&Path>) -> Item {
    let path = filename.unwrap_or(Path::new(STDIN)).to_path_buf();
    let name = if filename.is_some() { host::display(&path) } else { STDIN.to_string() };
    let kind = FileKind::of(&name).unwrap_or(FileKind::Dockerfile);
    Item { name, path, kind, named: true, on_disk: filename.is_some(), stdin: true }
}
