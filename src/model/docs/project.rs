//! The files of a project as compose files, bake files and documents name them.

use std::collections::BTreeSet;
use std::path::Path;

use super::layers;
use crate::model::{EntryKind, Files};
use crate::syntax::builds::{Build, Text};
use crate::syntax::dockerfile::{self, Body, Directive};
use crate::text::{FileId, Span, decode};

/// A project seen from one of its files.
#[derive(Clone, Copy)]
pub struct Project<'f> {
    files: &'f dyn Files,
    /// The file, from the root of `files`.
    pub(super) file: &'f str,
    /// Its folder; empty for the root.
    pub(super) folder: &'f str,
}

/// Where the Dockerfile of a build lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// At this path from the root.
    At(String),
    /// Nowhere: there is no such folder.
    NoFolder(String),
    /// Nowhere: the folder has no such file.
    NoFile(String),
    /// Nobody can tell.
    Unknown,
}

/// What a Dockerfile has to offer to those who build it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offer {
    /// Names of its stages in lower case.
    pub stages: Vec<String>,
    /// Names that its ARGs declare.
    pub args: BTreeSet<String>,
    /// True where its stages or ARGs may be more than what is written: another syntax, an ONBUILD image.
    pub is_open: bool,
}

/// Files in which a project says that a folder comes from elsewhere, or not from git.
const ELSEWHERE: [&str; 2] = [".gitmodules", ".gitignore"];

impl<'f> Project<'f> {
    /// The project whose root is that of `files`, seen from the file at `path` in it.
    pub fn new(files: &'f dyn Files, path: &'f str) -> Project<'f> {
        Project { files, file: path, folder: path.rsplit_once('/').map_or("", |(folder, _)| folder) }
    }

    /// The path from the root of what is called `relative` here; `None` for what lies outside.
    pub fn path(&self, relative: &str) -> Option<String> {
        joined(self.folder, relative)
    }

    /// The text of a file by its path from the root.
    pub fn read(&self, path: &str) -> Option<String> {
        let bytes = self.files.read(Path::new(path))?;
        Some(decode(&bytes).0)
    }

    /// Where the Dockerfile of a build lies.
    pub fn dockerfile(&self, build: &Build) -> Place {
        let Some(build) = layers::merged(self, build) else { return Place::Unknown };
        let found = self.dockerfile_below(self.folder, &build);
        let is_found = |place: &Place| matches!(place, Place::At(_));
        // Bake reads paths from where it is called, compose from the folder of the first file it is given.
        let from_above = || layers::above(self.folder).any(|folder| is_found(&self.dockerfile_below(folder, &build)));
        let is_sure =
            if is_found(&found) { !layers::is_bake(self.file) } else { layers::means_own_folder(self, &build) };
        if !is_sure && found != Place::Unknown && from_above() { Place::Unknown } else { found }
    }

    fn dockerfile_below(&self, folder: &str, build: &Build) -> Place {
        let known = |text: &Option<Text>| text.as_ref().is_none_or(|text| text.known);
        if build.inline
            || build.overrides && build.context.is_none()
            || !known(&build.context)
            || !known(&build.dockerfile)
        {
            return Place::Unknown;
        }
        let context = build.context.as_ref().map_or(".", |text| &text.text);
        let file = build.dockerfile.as_ref().map_or("Dockerfile", |text| &text.text);
        if is_elsewhere(context) || is_elsewhere(file) {
            return Place::Unknown;
        }
        let Some(folder) = joined(folder, context) else { return Place::Unknown };
        let Some(path) = joined(&folder, file) else { return Place::Unknown };
        let exists = |path: &str| path.is_empty() || self.files.kind(path).is_some();
        match () {
            () if self.files.kind(&path) == Some(EntryKind::File) => Place::At(path),
            () if self.files.kind(&path).is_some() || self.comes_later(&folder) || self.comes_later(&path) => {
                Place::Unknown
            }
            () if !exists(&folder) => Place::NoFolder(folder),
            () => Place::NoFile(path),
        }
    }

    /// What a Dockerfile offers; `None` where it cannot be read.
    pub fn offer(&self, path: &str) -> Option<Offer> {
        let text = self.read(path)?;
        let (tree, _) = dockerfile::parse(FileId::default(), &text);
        let mut offer = Offer::default();
        for instruction in &tree.instructions {
            match &instruction.body {
                Body::From(from) => {
                    offer.stages.push(from.name.as_ref().map_or(String::new(), |name| name.text.to_lowercase()));
                    offer.is_open |= from.image.raw.contains("onbuild");
                }
                Body::Arg(declared) => offer.args.extend(declared.iter().map(|it| it.name.text.to_string())),
                Body::Unknown(_) => offer.is_open = true,
                _ => {}
            }
        }
        offer.is_open |= offer.stages.is_empty() || is_other_syntax(&tree);
        Some(offer)
    }

    /// True if the file gives the address that the folder comes from, or the README beside it speaks of it.
    fn is_fetched(&self, name: &str) -> bool {
        let readme = self.path("README.md").and_then(|path| self.read(&path)).unwrap_or_default();
        let own = self.read(self.file).unwrap_or_default();
        let addresses = own.lines().filter(|line| line.contains("://"));
        let is_word = |word: &str| word == name;
        addresses.into_iter().any(|line| line.trim_end().trim_end_matches(".git").ends_with(&format!("/{name}")))
            || readme.split(|c: char| c.is_whitespace() || "`/'\"()".contains(c)).any(is_word)
    }

    /// True for a folder that a submodule fills, that git ignores, or that a tool makes.
    fn comes_later(&self, path: &str) -> bool {
        let first = path.split('/').next().unwrap_or(path);
        let last = path.rsplit('/').next().unwrap_or(path);
        if self.is_fetched(last) {
            return true;
        }
        ELSEWHERE.iter().filter_map(|file| self.read(file)).any(|text| {
            text.lines().any(|line| {
                let line = line.trim().trim_start_matches("path = ").trim_matches(['/', '*']);
                !line.is_empty()
                    && (line == path || line == first || line == last || path.starts_with(&format!("{line}/")))
            })
        })
    }
}

/// True for a context that is fetched, or a path that is not the project's.
fn is_elsewhere(path: &str) -> bool {
    path.contains("://")
        || path.starts_with("git@")
        || path.starts_with(['/', '~', '\\'])
        || path.contains(['{', '<', ':'])
        || path.ends_with(".git")
}

/// `relative` seen from `folder`, without `.` and `..`; `None` where it leads out of the root.
pub(super) fn joined(folder: &str, relative: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn is_other_syntax(tree: &dockerfile::Dockerfile) -> bool {
    let image = |it: &Directive| (it.key == "syntax").then(|| it.value.clone());
    let other =
        |image: String| !image.starts_with("docker/dockerfile") && !image.starts_with("docker.io/docker/dockerfile");
    tree.directives.iter().filter_map(image).any(other)
}

impl Offer {
    /// True if `name` names a stage or is the number of one.
    pub fn has_stage(&self, name: &str) -> bool {
        let number = name.parse::<usize>().is_ok_and(|number| number < self.stages.len());
        number || self.stages.contains(&name.to_lowercase())
    }

    /// True if a build argument of that name is used, or needs no ARG.
    pub fn takes(&self, name: &str) -> bool {
        self.is_open || self.args.contains(name) || is_predefined(name)
    }
}

/// Arguments that BuildKit knows without an ARG.
fn is_predefined(name: &str) -> bool {
    let upper = name.to_uppercase();
    upper.ends_with("_PROXY")
        || name.starts_with("BUILDKIT_")
        || name.starts_with("TARGET")
        || name.starts_with("BUILD")
        || name == "SOURCE_DATE_EPOCH"
}

/// The last number of a published port with its place; `None` for a range or what is no number.
pub fn container_port(text: &Text) -> Option<(u16, Span)> {
    let port = text.text.rsplit(':').next()?.split('/').next()?;
    Some((port.parse().ok().filter(|_| text.known)?, text.span))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::MemoryFiles;
    use crate::syntax::builds::compose;

    fn place(build: &str, files: &[&str]) -> Place {
        let builds = compose(&format!("services:\n  a:\n    build: {build}\n")).expect("is compose");
        let files = MemoryFiles::new(files.iter().map(|path| (*path, "FROM a AS b\n")));
        Project::new(&files, "deploy/compose.yml").dockerfile(&builds.list[0])
    }

    #[test]
    fn what_lies_on_top_of_another_file_is_read_with_it() {
        let of = |top: &str, name: &str, base: Option<&str>| {
            let builds = compose(top).expect("is compose");
            let files = ["deploy/app/Dockerfile", "Dockerfile"].map(|path| (path, "FROM a AS b\n"));
            let files = MemoryFiles::new(files.into_iter().chain(base.map(|text| ("deploy/compose.yaml", text))));
            Project::new(&files, name).dockerfile(&builds.list[0])
        };
        let top = "services:\n  web:\n    build: {target: b}\n";
        let base = "services:\n  web:\n    build: app\n";
        assert_eq!(of(top, "deploy/compose.override.yml", Some(base)), Place::At("deploy/app/Dockerfile".to_string()));
        assert_eq!(of(top, "deploy/compose.override.yml", None), Place::Unknown);
        assert_eq!(of(top, "deploy/compose.dev.yml", Some("services: {db: {image: x}}")), Place::Unknown);
        assert_eq!(of(top, "compose.yml", None), Place::At("Dockerfile".to_string()));
        let from_root = "services:\n  web:\n    build: deploy/app\n";
        assert_eq!(of(from_root, "deploy/compose.prod.yml", None), Place::Unknown);
        assert_eq!(of(from_root, "compose.prod.yml", None), Place::At("deploy/app/Dockerfile".to_string()));
        let here = "services:\n  web:\n    build: .\n";
        assert_eq!(of(here, "deploy/compose.yml", None), Place::NoFile("deploy/Dockerfile".to_string()));
        assert_eq!(of(here, "deploy/compose.prod.yml", None), Place::Unknown);
    }

    #[test]
    fn dockerfiles_are_found_from_the_compose_file_on() {
        let files = ["app/Dockerfile", "app/dev.Dockerfile", "deploy/compose.yml"];
        assert_eq!(place("../app", &files), Place::At("app/Dockerfile".to_string()));
        assert_eq!(
            place("{context: .., dockerfile: app/dev.Dockerfile}", &files),
            Place::At("app/dev.Dockerfile".to_string())
        );
        assert_eq!(place("{context: ../app, dockerfile: x}", &files), Place::NoFile("app/x".to_string()));
        assert_eq!(place("../web", &files), Place::NoFolder("web".to_string()));
        for unknown in ["../../other", "https://x/y.git", "$DIR", "{dockerfile_inline: FROM a}"] {
            assert_eq!(place(unknown, &files), Place::Unknown, "{unknown}");
        }
    }
}
