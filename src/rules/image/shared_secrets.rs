use std::collections::BTreeSet;

use crate::image::analysis::Files;
use crate::image::{Kind, PathId};
use crate::rules::ImageCx;
use crate::rules::image::shared_groups::is_installed;

/// A file that looks like a secret.
pub(super) struct SecretFile {
    pub(super) path: PathId,
    pub(super) layer: usize,
    /// True where the final file system has the path.
    pub(super) live: bool,
}

/// Files of one's own layers that look like secrets, each path once, by layer and name.
pub(super) fn files(cx: &ImageCx, files: &Files) -> impl Iterator<Item = SecretFile> + use<> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for layer in cx.own_layers() {
        let entries = files.trees.entries(layer).iter();
        for entry in entries.filter(|entry| entry.kind == Kind::File && entry.size > 0) {
            let is_told = is_secret(files.trees.paths.name(entry.path)) && !is_installed(&cx.path(entry.path));
            if is_told && seen.insert(entry.path) {
                found.push(SecretFile { path: entry.path, layer, live: files.live(entry.path).is_some() });
            }
        }
    }
    found.sort_by(|a, b| a.layer.cmp(&b.layer).then_with(|| files.trees.paths.compare(a.path, b.path)));
    found.into_iter()
}

/// The layer that took a file of `layer` away.
pub(super) fn killer(files: &Files, path: PathId, layer: usize) -> Option<u16> {
    let of_file = |waste: &crate::image::Waste| waste.path == path && waste.added as usize == layer;
    files.stacked.waste(&files.trees).find(of_file).map(|waste| waste.killed)
}

/// Names that stand for secrets and hardly for anything else.
fn is_secret(name: &[u8]) -> bool {
    let Ok(name) = std::str::from_utf8(name) else { return false };
    const NAMES: [&str; 17] = [
        "id_rsa",
        "id_dsa",
        "id_ecdsa",
        "id_ed25519",
        "credentials.json",
        "credential.json",
        ".netrc",
        "_netrc",
        ".pgpass",
        ".npmrc.secret",
        "secret_token.rb",
        "credentials.xml",
        ".env",
        ".git-credentials",
        "password.txt",
        ".htpasswd",
        "master.key",
    ];
    const EXTENSIONS: [&str; 13] = [
        "ovpn",
        "cscfg",
        "rdp",
        "bek",
        "tpm",
        "fve",
        "jks",
        "psafe3",
        "agilekeychain",
        "keychain",
        "gnucache",
        "private_key",
        "kdbx",
    ];
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    NAMES.contains(&name) || extension.is_some_and(|extension| EXTENSIONS.contains(&extension))
}

/// A variable with a secret's name and a value that is no path.
pub(super) fn is_secret_variable(name: &str, value: &str) -> bool {
    let is_harmless = value.starts_with('/') || value.len() < 3 || value.starts_with('$');
    !is_harmless && is_secret_name(name)
}

/// `DB_PASSWORD`, `API_TOKEN`; not `GPG_KEYS`, which are public, nor `PASSWORD_FILE`.
fn is_secret_name(name: &str) -> bool {
    let words: Vec<String> = name.split('_').map(str::to_ascii_uppercase).collect();
    let last = words.last().map_or("", String::as_str);
    let before = words.len().checked_sub(2).map_or("", |at| words[at].as_str());
    matches!(last, "PASSWORD" | "PASSWD" | "SECRET" | "TOKEN" | "PASS")
        || last == "KEY" && matches!(before, "API" | "SECRET" | "ACCESS" | "PRIVATE")
}
