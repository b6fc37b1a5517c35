//! `--baseline`: known problems are taken out, and what is no longer there leaves the file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};

use crate::cli::formats::put;
use crate::cli::output::complain;
use crate::host::{self, Configs};
use crate::report::{Baseline, Known};
use crate::rules;

use super::merge::{Found, Merged};

/// The name of a new baseline.
pub(super) const FILE_NAME: &str = "cachalot-baseline.json";

/// The files that take part in a run.
pub(super) struct Scope<'a> {
    pub(super) configs: &'a Configs,
    /// The baseline of the command line, which counts for all files.
    pub(super) given: Option<&'a Path>,
    /// The files that were linted whole, by the names that diagnostics show.
    pub(super) linted: &'a BTreeSet<String>,
}

impl Scope<'_> {
    /// The baseline that counts for a file.
    fn of(&self, name: &str) -> Option<PathBuf> {
        let configured = || self.configs.of(Path::new(name)).ok()?.baseline.value.map(PathBuf::from);
        self.given.map(Path::to_path_buf).or_else(configured)
    }

    /// The findings by the baseline that counts for their file, and in it by the file's name there.
    fn groups(&self, merged: &Merged) -> BTreeMap<PathBuf, BTreeMap<String, Vec<usize>>> {
        let mut groups: BTreeMap<PathBuf, BTreeMap<String, Vec<usize>>> = BTreeMap::new();
        for name in self.linted {
            if let Some(path) = self.of(name) {
                let key = key(&path, name);
                groups.entry(path).or_default().entry(key).or_default();
            }
        }
        for (at, found) in merged.found.iter().enumerate() {
            let name = &merged.sources.get(found.diagnostic.primary.file).name;
            if let Some(path) = self.of(name) {
                let key = key(&path, name);
                groups.entry(path).or_default().entry(key).or_default().push(at);
            }
        }
        groups
    }
}

/// A file's name as seen from the baseline's folder.
fn key(baseline: &Path, name: &str) -> String {
    let file = host::absolute(Path::new(name));
    let baseline = host::absolute(baseline);
    let folder = baseline.parent().unwrap_or(Path::new("/"));
    host::slashed(file.strip_prefix(folder).unwrap_or(&file))
}

/// Takes known problems out of a run and keeps the baselines small: a service only gets told of what
/// is stale there, elsewhere the file is written anew. Returns how many were known.
pub(super) fn apply(scope: &Scope, merged: &mut Merged, quiet: bool) -> anyhow::Result<usize> {
    let mut known = BTreeSet::new();
    for (path, files) in scope.groups(merged) {
        let before = read(&path)?
            .with_context(|| format!("{}: no such baseline; --write-baseline makes it", host::display(&path)))?;
        let mut after = before.clone();
        for (name, found) in &files {
            let prints: Vec<&str> = found.iter().map(|&at| merged.found[at].print.as_str()).collect();
            let home = before.home(name, &prints, &|other| is_gone(&path, other)).to_string();
            known.extend(found.iter().copied().filter(|&at| before.knows(&home, &merged.found[at].print)));
            let mut left = after.files.remove(&home).unwrap_or_default();
            left.retain(|it| prints.contains(&it.fingerprint.as_str()) || is_off(scope, &path, name, &it.rule));
            after.files.insert(name.clone(), left);
        }
        after.files.retain(|name, known| !known.is_empty() && (files.contains_key(name) || !is_gone(&path, name)));
        shrink(&path, &before, &after, quiet)?;
    }
    let mut at = 0..;
    merged.found.retain(|_| at.next().is_none_or(|at: usize| !known.contains(&at)));
    Ok(known.len())
}

fn is_gone(baseline: &Path, name: &str) -> bool {
    let folder = host::absolute(baseline);
    !folder.parent().is_some_and(|folder| folder.join(name).exists())
}

/// True for a rule that did not run: that its problems were not found says nothing.
fn is_off(scope: &Scope, baseline: &Path, name: &str, rule: &str) -> bool {
    let baseline = host::absolute(baseline);
    let file = baseline.parent().map(|folder| folder.join(name)).unwrap_or_default();
    let Ok(config) = scope.configs.of(&file) else { return true };
    match rules::by_name(rule) {
        Some(rule) => config.severity(rule).is_none(),
        None => {
            rules::is_shellcheck_code(rule) && config.code_severity(rule, crate::diagnostic::Severity::Error).is_none()
        }
    }
}

fn shrink(path: &Path, before: &Baseline, after: &Baseline, quiet: bool) -> anyhow::Result<()> {
    let stale = before.len().saturating_sub(after.len());
    if before == after {
        return Ok(());
    }
    let (name, entries) = (host::display(path), if stale == 1 { "entry" } else { "entries" });
    if host::is_ci() {
        if stale > 0 && !quiet {
            complain(format_args!("{name}: {stale} stale {entries}: run cachalot outside of CI and commit the file"));
        }
        return Ok(());
    }
    put(path, after.to_text().as_bytes())?;
    if stale > 0 && !quiet {
        complain(format_args!("{name}: {stale} stale {entries} removed"));
    }
    Ok(())
}

/// Writes what was found as known; files that were not linted keep their entries, those that are gone
/// lose them. Returns the baselines' names with their numbers of entries.
pub(super) fn write(scope: &Scope, merged: &Merged) -> anyhow::Result<Vec<(String, usize)>> {
    let mut written = Vec::new();
    for (path, files) in scope.groups(merged) {
        let mut baseline = read(&path)?.unwrap_or_default();
        baseline.files.retain(|name, _| !is_gone(&path, name));
        for (name, found) in files {
            baseline.files.insert(name, found.iter().map(|&at| entry(&merged.found[at])).collect());
        }
        put(&path, baseline.to_text().as_bytes())?;
        written.push((host::display(&path), baseline.len()));
    }
    Ok(written)
}

fn entry(found: &Found) -> Known {
    Known {
        rule: found.diagnostic.rule.to_string(),
        fingerprint: found.print.clone(),
        message: found.diagnostic.message.clone(),
    }
}

/// `None` where there is no such file.
fn read(path: &Path) -> anyhow::Result<Option<Baseline>> {
    let bytes = match host::read(path) {
        Ok(bytes) => bytes,
        Err(error) if matches!(error.why, host::Unreadable::Missing) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let text = String::from_utf8_lossy(&bytes);
    Baseline::parse(&text).map(Some).map_err(|why| anyhow!("{}: {why}", host::display(path)))
}
