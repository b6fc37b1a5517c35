//! The COPYs of manifests that come before an install.

use crate::shell::Cwd;
use crate::syntax::dockerfile::Transfer;

use super::super::tools::glob_matches;
use super::brought::{self, below};
use super::needs::{join, parent};
use super::reorder::{Plan, transfer};
use super::{Culprit, Sufferer};

/// More manifest COPYs than this are no help to a reader.
const MANIFEST_COPIES: usize = 12;

impl Plan<'_, '_, '_, '_> {
    /// The COPYs of manifests that are not there yet.
    pub(super) fn manifest_copies(&self, at: usize, culprit: &Culprit, sufferer: &Sufferer) -> Option<Vec<String>> {
        let step = culprit.step;
        let transfer = transfer(step)?;
        let source = brought::of_transfer(step, self.context).into_iter().find(|it| it.span == culprit.span)?;
        if source.is_pattern() && !source.is_whole()
            || step.instruction.flag("parents").is_some()
            || transfer.json && transfer.sources.len() > 1
        {
            return None;
        }
        let there: Vec<String> = self.stage_steps[..at]
            .iter()
            .filter(|step| step.copies_context())
            .flat_map(|step| brought::of_transfer(step, None))
            .map(|source| source.path)
            .collect();
        let is_guess = self.context.is_none() || sufferer.reads.is_empty();
        if is_guess && there.iter().any(|path| sufferer.install.meaning.tool.is_manifest(path)) {
            return Some(Vec::new());
        }
        let reads = match self.context {
            Some(_) if !sufferer.reads.is_empty() => sufferer.reads.clone(),
            _ => self.guessed(&source, sufferer)?,
        };
        let is_there = |path: &str| there.iter().any(|it| it == path || glob_matches(it, path));
        let root = if source.is_whole() { "" } else { source.path.as_str() };
        let mut folders: Vec<(String, Vec<String>)> = Vec::new();
        for path in reads.iter().filter(|path| !is_there(path.trim_end_matches('/'))) {
            let rest = match below(path, root).or(root.is_empty().then_some(path.as_str())) {
                Some(rest) => rest,
                // Another copy that moves brings it.
                None if self.moved.iter().any(|(_, it)| it.read.contains(path)) => continue,
                None => return None,
            };
            if path.contains(|c: char| c.is_whitespace() || c == '$' || c == '"' || c == '[') {
                return None;
            }
            let folder = if path.ends_with('/') { rest.to_string() } else { format!("{}/", parent(rest)) };
            let folder = folder.trim_start_matches('/').to_string();
            match folders.iter_mut().find(|(name, _)| *name == folder && !path.ends_with('/')) {
                Some((_, files)) => files.push(path.clone()),
                None => folders.push((folder, vec![path.trim_end_matches('/').to_string()])),
            }
        }
        if folders.len() > MANIFEST_COPIES {
            return None;
        }
        let flags: String = step
            .instruction
            .flags
            .iter()
            .filter(|flag| flag.name.text != "exclude")
            .map(|flag| format!("{} ", flag.span.slice(self.text)))
            .collect();
        let dest = dest_folder(transfer)?;
        Some(
            folders
                .into_iter()
                .map(|(folder, files)| {
                    let dest = if dest == "./" && !folder.is_empty() { folder } else { format!("{dest}{folder}") };
                    format!("COPY {flags}{} {dest}", files.join(" "))
                })
                .collect(),
        )
    }

    /// The usual names, where no context tells them.
    fn guessed(&self, source: &brought::Source, sufferer: &Sufferer) -> Option<Vec<String>> {
        let install = &sufferer.install;
        let rest = match (install.folder.as_deref(), source.dest.as_deref()) {
            (Some(folder), Some(dest)) => below(folder, dest).map(str::to_string),
            _ => (install.command.cwd == Cwd::Workdir && install.meaning.directory.is_none()).then(String::new),
        };
        let named: &[&str] = match install.meaning.tool.name {
            "npm" => &["package*.json"],
            "yarn" => &["package.json", "yarn.lock"],
            "pnpm" => &["package.json", "pnpm-lock.yaml"],
            "bun" => &["package.json", "bun.lock*"],
            "pipenv" => &["Pipfile", "Pipfile.lock"],
            "poetry" => &["pyproject.toml", "poetry.lock"],
            "uv" if install.meaning.verb == "sync" => &["pyproject.toml", "uv.lock"],
            "pdm" => &["pyproject.toml", "pdm.lock"],
            "bundler" => &["Gemfile", "Gemfile.lock"],
            "go" => &["go.mod", "go.sum"],
            "composer" => &["composer.json", "composer.lock"],
            "mvn" => &["pom.xml"],
            "mix" => &["mix.exs", "mix.lock"],
            _ => &[],
        };
        let root = if source.is_whole() { "" } else { source.path.as_str() };
        if matches!(install.meaning.tool.name, "pip" | "uv") && named.is_empty() {
            let file = |file: &String| match file.strip_prefix('/') {
                Some(_) => source.context_path(file),
                None => rest.as_ref().map(|rest| join(&join(root, rest), file)),
            };
            let files: Option<Vec<String>> = install.meaning.files.iter().map(file).collect();
            return files.filter(|files| !files.is_empty() && files.iter().all(|it| !it.contains('$')));
        }
        let rest = rest.filter(|_| !named.is_empty())?;
        Some(named.iter().map(|name| join(&join(root, &rest), name)).collect())
    }
}

/// The destination with a slash at its end, as it may follow several sources.
fn dest_folder(transfer: &Transfer) -> Option<String> {
    let raw = transfer.dest.raw.as_str();
    if raw.contains(|c: char| c.is_whitespace() || c == '"' || c == '\'') {
        return None;
    }
    Some(match raw {
        "." | "./" => "./".to_string(),
        raw if raw.ends_with('/') => raw.to_string(),
        raw => format!("{raw}/"),
    })
}
