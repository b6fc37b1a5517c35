use std::collections::BTreeMap;

use crate::image::{PathId, bytes};
use crate::rules::ImageCx;

/// Bytes of known caches in each of one's own layers, also of those deleted later.
pub(in crate::rules) fn check(cx: &mut ImageCx) {
    let Some(files) = cx.files else { return };
    for layer in cx.own_layers() {
        let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
        // The folder decides, and tars list folder by folder.
        let mut last = (PathId::ROOT, None);
        for entry in files.trees.entries(layer).iter().filter(|entry| entry.size > 0) {
            let folder = files.trees.paths.parent(entry.path);
            if folder != last.0 {
                let path = files.trees.paths.bytes(folder);
                last = (folder, cache(&format!("{}/", String::from_utf8_lossy(&path))));
            }
            if let Some(cache) = last.1 {
                *sums.entry(cache).or_default() += entry.size;
            }
        }
        for (cache, size) in sums.into_iter().filter(|(_, size)| *size >= LEAST) {
            cx.report_layer(layer, format!("{} of {cache} stay in this layer", bytes(size)))
                .note("remove them in the same instruction, or keep them out with `RUN --mount=type=cache`");
        }
    }
}

/// Less is not worth a word, in bytes.
const LEAST: u64 = 100_000;

/// What a folder, with a slash behind, holds.
fn cache(path: &str) -> Option<&'static str> {
    const SYSTEM: [(&str, &str); 8] = [
        ("var/lib/apt/lists/", "apt's package lists"),
        ("var/cache/apt/", "apt's cache"),
        ("var/cache/apk/", "apk's cache"),
        ("var/cache/dnf/", "dnf's cache"),
        ("var/cache/yum/", "yum's cache"),
        ("var/cache/zypp/", "zypper's cache"),
        ("var/cache/pacman/pkg/", "pacman's cache"),
        ("usr/local/share/.cache/yarn/", "yarn's cache"),
    ];
    const OF_USER: [(&str, &str); 8] = [
        (".cache/pip/", "pip's cache"),
        (".cache/uv/", "uv's cache"),
        (".cache/pypoetry/", "poetry's cache"),
        (".npm/_cacache/", "npm's cache"),
        (".cache/yarn/", "yarn's cache"),
        (".composer/cache/", "composer's cache"),
        (".cache/composer/", "composer's cache"),
        (".cache/go-build/", "go's build cache"),
    ];
    let named = |folders: &[(&str, &'static str)], path: &str| {
        folders.iter().find(|(folder, _)| path.starts_with(folder)).map(|(_, name)| *name)
    };
    let below_home =
        path.strip_prefix("root/").or_else(|| path.strip_prefix("home/")?.split_once('/').map(|(_, it)| it));
    let of_user = || named(&OF_USER, below_home?);
    let of_project = || path.contains("node_modules/.cache/").then_some("node_modules/.cache");
    named(&SYSTEM, path).or_else(of_user).or_else(of_project)
}
