use std::collections::BTreeMap;

use crate::rules::ImageCx;
use crate::rules::image::shared_groups::is_installed;

/// Folders and files of that kind in one's own layers, but for those of installed packages: one
/// diagnostic for each layer and name.
pub(in crate::rules) fn check(cx: &mut ImageCx) {
    let mut found: BTreeMap<(usize, String), Vec<String>> = BTreeMap::new();
    for (path, layer) in cx.own_live(|name, _| std::str::from_utf8(name).is_ok_and(is_litter)) {
        let shown = cx.path(path);
        if !is_installed(&shown) {
            let name = shown.rsplit('/').next().unwrap_or_default().to_owned();
            found.entry((layer, name)).or_default().push(shown);
        }
    }
    for ((layer, _), paths) in found {
        let message = match (&paths[0], paths.len() - 1) {
            (first, 0) => format!("`{first}` does not belong into an image"),
            (first, more) => format!("`{first}` and {more} more of that name do not belong into an image"),
        };
        cx.report_layer(layer, message).note("list it in .dockerignore");
    }
}

fn is_litter(name: &str) -> bool {
    matches!(
        name,
        ".git"
            | ".svn"
            | ".hg"
            | ".idea"
            | ".vscode"
            | ".DS_Store"
            | "Thumbs.db"
            | ".vimrc"
            | ".aws"
            | ".azure"
            | ".gcp"
            | ".npm"
            | "Dockerfile"
            | "docker-compose.yml"
            | "docker-compose.yaml"
    ) || name.starts_with('.') && name.ends_with(".swp")
}
