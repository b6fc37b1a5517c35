//! What an install reads of the context.

use super::super::Context;
use super::super::tools::{Ecosystem, Tool};
use super::brought::below;
use super::install::{Class, Install};
use super::names;
use super::needs::{Needs, join, parent};
use super::workspace::Workspace;

/// Files that an install may read but that hardly decide anything.
const MINOR: &[&str] = &[
    ".tool-versions",
    "mise.toml",
    ".nvmrc",
    ".node-version",
    ".python-version",
    ".ruby-version",
    "nx.json",
    "turbo.json",
    "lerna.json",
    "binding.gyp",
    "version.json",
    ".editorconfig",
    "tools.go",
    "gradlew.bat",
    "mvnw.cmd",
    "VERSION",
    ".sdkmanrc",
    ".java-version",
    "packages.txt",
    "local.properties",
    ".formatter.exs",
    "version.rb",
];

/// What the install reads of the context: manifests, lock files, then settings; a folder that it
/// reads as a whole ends in `/`.
pub(super) fn inputs_of(install: &Install, needs: &Needs, context: Option<&Context>) -> Vec<String> {
    let Some(context) = context.filter(|_| install.class == Class::Manifest) else { return Vec::new() };
    let meaning = &install.meaning;
    if !meaning.files.is_empty()
        && matches!(meaning.tool.name, "pip" | "uv")
        && meaning.verb.contains("pip") | (meaning.tool.name == "pip")
    {
        let named = |path: &&String| meaning.files.iter().any(|file| path.ends_with(file.trim_start_matches("./")));
        let (first, rest): (Vec<&String>, Vec<&String>) = needs.manifests.keys().partition(named);
        return first.into_iter().chain(rest).cloned().collect();
    }
    let folder = needs.folder.clone().unwrap_or_default();
    let deep = reads_subprojects(meaning.tool, &folder, context);
    let workspace = Workspace::of(&folder, context).filter(|_| meaning.tool.ecosystem == Ecosystem::Node);
    let is_part = |path: &str| workspace.as_ref().is_some_and(|it| it.holds(parent(path)));
    let mut found: Vec<String> = Vec::new();
    for entry in context.sent().iter().filter(|entry| !entry.is_dir()) {
        let Some(rest) = below(&entry.path, &folder).or(folder.is_empty().then_some(entry.path.as_str())) else {
            continue;
        };
        let path = collapsed(meaning.tool, &folder, rest);
        let name = names::base(&path);
        let wanted = meaning.tool.reads(path.trim_end_matches('/')) && !MINOR.contains(&name);
        let near = deep || path.ends_with('/') || !rest.contains('/') || is_part(&entry.path);
        let foreign = rest.contains("node_modules/") || (name == "setup.py" && meaning.tool.name != "pip");
        if wanted && near && !foreign && !found.contains(&path) && found.len() < 200 {
            found.push(path);
        }
    }
    let tool = meaning.tool;
    let rank = |path: &String| match () {
        () if path.ends_with('/') => 3,
        () if tool.is_manifest(path) => 0,
        () if tool.is_lock_file(path) => 1,
        () => 2,
    };
    found.sort_by_key(|path| (path.trim_end_matches('/').matches('/').count(), rank(path), path.clone()));
    found
}

/// A file of a folder that is read as a whole stands for that folder.
fn collapsed(tool: &Tool, folder: &str, rest: &str) -> String {
    for (slash, _) in rest.match_indices('/') {
        if tool.reads(&rest[..slash]) {
            return format!("{}/", join(folder, &rest[..slash]));
        }
    }
    join(folder, rest)
}

/// True if the project has parts with manifests of their own that the install reads too.
fn reads_subprojects(tool: &Tool, folder: &str, context: &Context) -> bool {
    let says = |name: &str, word: &str| context.read_text(&join(folder, name)).is_some_and(|text| text.contains(word));
    match tool.name {
        "mvn" => says("pom.xml", "<module>"),
        "gradle" => says("settings.gradle", "include") || says("settings.gradle.kts", "include"),
        "go" => context.exists(&join(folder, "go.work")) || says("go.mod", "=> ."),
        "uv" => says("pyproject.toml", "[tool.uv.workspace]"),
        "dotnet" => true,
        _ => false,
    }
}
