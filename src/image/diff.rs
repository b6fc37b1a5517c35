//! Two images side by side: configuration, layers, files, packages.

use std::collections::BTreeMap;

use serde::Serialize;

use super::analysis::Files;
use super::image::Image;
use super::packages::{self, Manager};
use super::rpm;
use super::stack::Live;
use super::tree::{Entry, Kind};

/// What differs between two images.
#[derive(Clone, Debug, Serialize)]
pub struct ImageDiff {
    /// The first image's name.
    pub before: String,
    /// The second image's name.
    pub after: String,
    /// Keys of the configuration that differ.
    pub config: Vec<Setting>,
    /// Layers of the first, of the second, and how many of the lowest are the same.
    pub layers: (usize, usize, usize),
    /// Files, where both images' layers were read.
    pub files: Option<FilesDiff>,
    /// Packages that differ.
    pub packages: Vec<PackageChange>,
    /// What could not be compared.
    pub notes: Vec<String>,
}

/// A key of the configuration with two values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// Such as `user`.
    pub key: String,
    /// In the first image; empty where absent.
    pub before: String,
    /// In the second image; empty where absent.
    pub after: String,
}

/// Files of two final file systems.
#[derive(Clone, Debug, Default, Serialize)]
pub struct FilesDiff {
    /// Bytes in the first and in the second.
    pub bytes: (u64, u64),
    /// Paths only in the second, by name.
    pub added: Vec<FileChange>,
    /// Paths only in the first, by name.
    pub removed: Vec<FileChange>,
    /// Paths that differ, by name.
    pub changed: Vec<FileChange>,
}

/// A path that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileChange {
    /// With a leading slash.
    pub path: String,
    /// Bytes in the first image.
    pub before: u64,
    /// Bytes in the second image.
    pub after: u64,
    /// What differs: `contents`, `mode`, `owner`, `target`, `type`; empty for an added or removed path.
    pub what: String,
}

/// A package that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PackageChange {
    /// Whose database.
    pub manager: Manager,
    /// The package.
    pub name: String,
    /// The version in the first image.
    pub before: Option<String>,
    /// The version in the second image.
    pub after: Option<String>,
}

/// Compares two images; files and packages where both images' layers were read.
pub fn diff(before: &Image, after: &Image, files: Option<(&Files, &Files)>) -> ImageDiff {
    let prefix = before.layers.iter().zip(&after.layers).take_while(|(a, b)| a.diff_id == b.diff_id).count();
    let mut notes = Vec::new();
    if let Some((a, b)) = files {
        notes.extend([a, b].into_iter().find_map(unread_rpm));
        if !(a.stacked.hashed && b.stacked.hashed) {
            notes.push("contents were not read: files of the same size count as the same".to_owned());
        }
    }
    ImageDiff {
        before: before.name.clone(),
        after: after.name.clone(),
        config: settings(before, after),
        layers: (before.layers.len(), after.layers.len(), prefix),
        files: files.map(|(a, b)| diff_files(a, b)),
        packages: files.map(|(a, b)| diff_packages(a, b)).unwrap_or_default(),
        notes,
    }
}

fn settings(before: &Image, after: &Image) -> Vec<Setting> {
    let (before, after) = (flat(before), flat(after));
    let mut keys: Vec<&String> = before.keys().chain(after.keys()).collect();
    keys.sort();
    keys.dedup();
    let value = |of: &BTreeMap<String, String>, key: &String| of.get(key).cloned().unwrap_or_default();
    let setting = |key: &String| Setting { key: key.clone(), before: value(&before, key), after: value(&after, key) };
    keys.into_iter().map(setting).filter(|setting| setting.before != setting.after).collect()
}

/// The configuration as keys and texts.
fn flat(image: &Image) -> BTreeMap<String, String> {
    let mut flat = BTreeMap::new();
    let config = &image.config;
    flat.insert("platform".to_owned(), image.platform().to_string());
    let run = serde_json::to_value(&config.config).unwrap_or_default();
    for (key, value) in run.as_object().into_iter().flatten() {
        match (key.as_str(), value) {
            (_, serde_json::Value::Null) => {}
            ("env", serde_json::Value::Array(variables)) => {
                for variable in variables.iter().filter_map(serde_json::Value::as_str) {
                    let (name, value) = variable.split_once('=').unwrap_or((variable, ""));
                    flat.insert(format!("env {name}"), value.to_owned());
                }
            }
            ("labels", serde_json::Value::Object(labels)) => {
                for (name, value) in labels {
                    flat.insert(format!("label {name}"), value.as_str().unwrap_or_default().to_owned());
                }
            }
            (key, serde_json::Value::String(text)) => drop(flat.insert(key.to_owned(), text.clone())),
            (key, value) => drop(flat.insert(key.to_owned(), value.to_string())),
        }
    }
    flat.retain(|_, value| !value.is_empty() && value != "[]");
    flat
}

fn diff_files(a: &Files, b: &Files) -> FilesDiff {
    let mut diff = FilesDiff { bytes: (a.stacked.live_bytes, b.stacked.live_bytes), ..FilesDiff::default() };
    let (left, right) = (a.by_name(), b.by_name());
    let (mut i, mut j) = (0, 0);
    let name = |bytes: &[u8]| format!("/{}", String::from_utf8_lossy(bytes));
    while i < left.len() || j < right.len() {
        let order = match (left.get(i), right.get(j)) {
            (Some(l), Some(r)) => l.0.cmp(&r.0),
            (Some(_), None) => std::cmp::Ordering::Less,
            _ => std::cmp::Ordering::Greater,
        };
        match order {
            std::cmp::Ordering::Less => {
                let change =
                    FileChange { path: name(&left[i].0), before: a.size(left[i].1), after: 0, what: String::new() };
                diff.removed.push(change);
                i += 1;
            }
            std::cmp::Ordering::Greater => {
                let change =
                    FileChange { path: name(&right[j].0), before: 0, after: b.size(right[j].1), what: String::new() };
                diff.added.push(change);
                j += 1;
            }
            std::cmp::Ordering::Equal => {
                let what = difference(a, left[i].1, b, right[j].1);
                if !what.is_empty() {
                    let (before, after) = (a.size(left[i].1), b.size(right[j].1));
                    diff.changed.push(FileChange { path: name(&left[i].0), before, after, what: what.join(", ") });
                }
                i += 1;
                j += 1;
            }
        }
    }
    diff
}

fn difference(a: &Files, left: &Live, b: &Files, right: &Live) -> Vec<&'static str> {
    let (Some(x), Some(y)) = (a.entry(left), b.entry(right)) else { return Vec::new() };
    let is_file = |entry: &Entry| matches!(entry.kind, Kind::File | Kind::Hardlink);
    if x.kind != y.kind && !(is_file(&x) && is_file(&y)) {
        return vec!["type"];
    }
    let contents = |files: &Files, live: &Live| {
        let (layer, entry) = live.inode?;
        let entry = files.trees.entries(layer as usize).get(entry)?;
        Some((entry.size, if files.stacked.hashed { entry.hash } else { 0 }))
    };
    let hashed = a.stacked.hashed && b.stacked.hashed;
    let (old, new) = (contents(a, left), contents(b, right));
    let same = old == new || !hashed && old.map(|(size, _)| size) == new.map(|(size, _)| size);
    let mut what = Vec::new();
    if !same {
        what.push("contents");
    }
    if x.kind == Kind::Symlink && a.trees.texts.get(x.link) != b.trees.texts.get(y.link) {
        what.push("target");
    }
    if x.mode != y.mode && x.kind != Kind::Symlink {
        what.push("mode");
    }
    if a.trees.owner(&x) != b.trees.owner(&y) {
        what.push("owner");
    }
    what
}

/// The packages of an image by database and name.
pub fn packages(files: &Files) -> BTreeMap<(Manager, String), String> {
    let mut found = BTreeMap::new();
    for live in files.stacked.live.iter().filter(|live| live.inode.is_some()) {
        let path = files.trees.paths.bytes(live.path);
        if !packages::is_wanted(&path) {
            continue;
        }
        let name = String::from_utf8_lossy(&path).into_owned();
        if let Some((manager, list)) = files.contents(&name).and_then(|contents| packages::read(&path, contents)) {
            found.extend(list.into_iter().map(|(name, version)| ((manager, name), version)));
        }
    }
    found
}

fn diff_packages(a: &Files, b: &Files) -> Vec<PackageChange> {
    let (before, after) = (packages(a), packages(b));
    let mut keys: Vec<&(Manager, String)> = before.keys().chain(after.keys()).collect();
    keys.sort();
    keys.dedup();
    let change = |key: &(Manager, String)| PackageChange {
        manager: key.0,
        name: key.1.clone(),
        before: before.get(key).cloned(),
        after: after.get(key).cloned(),
    };
    keys.into_iter().map(change).filter(|change| change.before != change.after).collect()
}

/// Says of an rpm database that cannot be read, why.
fn unread_rpm(files: &Files) -> Option<String> {
    let live = |path: &str| {
        let id = files.trees.paths.find(path.as_bytes())?;
        Some(files.size(files.live(id)?))
    };
    let files_of = |folder: &str| rpm::FILES.map(|name| format!("{folder}/{name}"));
    let database =
        packages::RPM_FOLDERS.iter().flat_map(|folder| files_of(folder)).find(|path| live(path).is_some())?;
    if live(&format!("{database}-wal")).is_some_and(|size| size > 0) {
        return Some(format!("packages of rpm may be old: /{database}-wal was never merged"));
    }
    let is_read = files.contents(&database).is_some_and(|list| !list.is_empty());
    let unread = || format!("packages of rpm are not compared: /{database} is damaged or too large");
    (!is_read).then(unread)
}
