//! What one install reads of the build context.

use std::collections::BTreeMap;

use super::super::tools::{Ecosystem, Flag, Meaning};
use super::super::{Context, paths};
use super::Scripts;
use super::brought::Source;
use super::install::{Class, Install};
use super::names;
use super::project::{self, Manifest};
use super::workspace::Workspace;

/// What an install reads, as far as its manifests tell.
pub(super) struct Needs<'m> {
    meaning: &'m Meaning,
    /// The manifests that were read, by their path in the context.
    pub manifests: BTreeMap<String, Manifest>,
    /// Files and folders beside manifests that it reads.
    local: Vec<String>,
    /// The folder in the context that the install works in, where it is known.
    pub folder: Option<String>,
    /// False where the manifests say that Prisma plays no part.
    prisma: bool,
    /// True if names on the command line decide, so that no manifest does.
    by_name: bool,
}

impl<'m> Needs<'m> {
    /// Reads the manifests of `install`, which meets what `sources` brought.
    pub(super) fn new(install: &'m Install, sources: &[&Source], context: Option<&Context>) -> Needs<'m> {
        let meaning = &install.meaning;
        let by_name = install.class == Class::Independent;
        let stands = |path: &String| context.is_none_or(|context| context.exists(path));
        let folder = install
            .folder
            .as_deref()
            .and_then(|inside| sources.iter().rev().filter_map(|source| source.context_path(inside)).find(stands));
        let here = install.folder.as_deref().unwrap_or("");
        let packages = meaning.package_folders.iter().map(|packages| match packages.starts_with('/') {
            true => paths::clean(packages),
            false => paths::clean(&format!("{here}/{packages}")),
        });
        let local = packages.filter_map(|packages| context_path(sources, &packages)).collect();
        let mut needs = Needs { meaning, manifests: BTreeMap::new(), local, folder, prisma: true, by_name };
        if let Some(context) = context {
            needs.read_manifests(sources, install, context);
        }
        needs
    }

    fn read_manifests(&mut self, sources: &[&Source], install: &Install, context: &Context) {
        let mut wanted: Vec<String> = Vec::new();
        for file in &self.meaning.files {
            let absolute = match (file.starts_with('/'), install.folder.as_deref()) {
                (true, _) => Some(paths::clean(file)),
                (false, Some(folder)) => Some(paths::clean(&format!("{folder}/{file}"))),
                _ => None,
            };
            wanted.extend(absolute.and_then(|path| context_path(sources, &path)).or_else(|| find(context, file)));
        }
        if wanted.is_empty() || self.meaning.tool.ecosystem != Ecosystem::Python {
            let tool = self.meaning.tool;
            let manifests = project::READ.iter().filter(|name| tool.is_manifest(name) || tool.is_lock_file(name));
            wanted.extend(manifests.filter_map(|name| match (&self.folder, install.folder.as_deref()) {
                (Some(folder), _) => Some(join(folder, name)),
                // The manifests came alone, without the folder that they lie in.
                (None, Some(inside)) => context_path(sources, &paths::clean(&format!("{inside}/{name}"))),
                (None, None) => None,
            }));
        }
        let mut prisma = None;
        while let Some(path) = wanted.pop() {
            if self.manifests.contains_key(&path) || self.manifests.len() > 50 {
                continue;
            }
            let Some(text) = context.read_text(&path).filter(|_| context.is_sent(&path)) else { continue };
            if path.ends_with("package.json") {
                prisma = Some(prisma.unwrap_or(false) || text.contains("prisma"));
            }
            if names::base(&path) == "package.json"
                && let Some(workspace) = Workspace::of(parent(&path), context)
            {
                wanted.extend(workspace.manifests(context).map(str::to_string));
            }
            let mut manifest = project::read(names::base(&path), &text);
            // pnpm names the packages of a workspace in a file of its own.
            manifest.nothing_to_fetch &= !context.exists(&join(parent(&path), "pnpm-workspace.yaml"));
            let beside = |name: &String| join(parent(&path), name);
            wanted.extend(manifest.includes.iter().map(beside));
            self.local.extend(manifest.local.iter().map(beside));
            if !self.meaning.has(Flag::IgnoreScripts) {
                self.local.extend(manifest.script_files.iter().map(beside));
            }
            self.manifests.insert(path, manifest);
        }
        self.prisma = prisma.unwrap_or(true);
    }

    /// True if the install reads the file or pattern.
    pub(super) fn reads(&self, path: &str) -> bool {
        let below_local = |local: &String| path == local || super::brought::below(path, local).is_some();
        if self.local.iter().any(below_local) || self.manifests.contains_key(path) {
            return true;
        }
        let is_prisma = !self.prisma && self.meaning.tool.ecosystem == Ecosystem::Node && path.contains("prisma");
        !is_prisma && self.meaning.reads(path)
    }

    /// True if all of the project is read.
    pub(super) fn needs_sources(&self) -> bool {
        if self.by_name {
            return false;
        }
        let scripts = !self.meaning.has(Flag::IgnoreScripts);
        self.manifests.values().any(|it| it.needs_sources || (scripts && it.scripts_need_sources))
            || self.local.iter().any(|local| local.is_empty())
    }

    /// True if the manifests say that there is nothing to download.
    pub(super) fn nothing_to_fetch(&self) -> bool {
        !self.by_name && !self.manifests.is_empty() && self.manifests.values().all(|it| it.nothing_to_fetch)
    }

    /// What of the project the install runs.
    pub(super) fn scripts(&self) -> Scripts {
        let ignored = self.meaning.has(Flag::IgnoreScripts);
        self.manifests.values().map(|it| if ignored { Scripts::None } else { it.scripts }).max().unwrap_or_default()
    }
}

/// The path in the context of a place in the image, as the latest source that reaches it says.
pub(super) fn context_path(sources: &[&Source], inside: &str) -> Option<String> {
    sources.iter().rev().find_map(|source| source.context_path(inside))
}

/// The only file of the context that ends so.
fn find(context: &Context, file: &str) -> Option<String> {
    let tail = file.trim_start_matches("./").trim_start_matches('/');
    if tail.is_empty() || tail.contains(['*', '$']) {
        return None;
    }
    let ends = |path: &str| path == tail || path.strip_suffix(tail).is_some_and(|before| before.ends_with('/'));
    let mut found = context.sent().iter().filter(|entry| !entry.is_dir() && ends(&entry.path));
    let first = found.next()?;
    found.next().is_none().then(|| first.path.clone())
}

pub(super) fn join(folder: &str, name: &str) -> String {
    paths::from_root(&format!("{folder}/{name}"))
}

pub(super) fn parent(path: &str) -> &str {
    path.rfind('/').map_or("", |slash| &path[..slash])
}
