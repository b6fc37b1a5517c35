//! What of the findings counts: lines changed since a revision, problems not known before, and how
//! many of them there may be.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::cli::output::complain;
use crate::host::{Configs, Since};
use crate::text::{FileId, Sources};

use super::baseline::{self, Scope};
use super::merge::{Found, Merged};

/// Options that let a grown code base begin with what is new.
#[derive(clap::Args, Debug)]
#[command(next_help_heading = "Gates")]
pub(super) struct GateArgs {
    /// Known problems that do not count; the file shrinks as they are solved
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Make all that is found known, in --baseline's file or cachalot-baseline.json
    #[arg(long, conflicts_with_all = ["since", "diff"])]
    pub(super) write_baseline: bool,
    /// Report only what touches lines changed since a revision, such as origin/main
    #[arg(long, value_name = "REV", conflicts_with = "diff")]
    since: Option<String>,
    /// How many diagnostics at or above --fail-on do not yet fail
    #[arg(long, value_name = "N", default_value_t = 0)]
    max_findings: usize,
    /// Exit with 0 whatever is found; what could not run still exits with 2
    #[arg(long)]
    exit_zero: bool,
}

/// The files of a run.
pub(super) struct Linted<'a> {
    pub(super) configs: &'a Configs,
    pub(super) names: &'a BTreeSet<String>,
    /// True if a configuration names a baseline.
    pub(super) configured: bool,
}

impl GateArgs {
    /// Takes out what does not count.
    pub(super) fn sift(&self, linted: &Linted, merged: &mut Merged, quiet: bool) -> anyhow::Result<()> {
        if self.baseline.is_some() || linted.configured {
            let known = baseline::apply(&self.scope(linted), merged, quiet)?;
            if known > 0 && !quiet {
                complain(format_args!("{known} known problem{} left out", if known == 1 { "" } else { "s" }));
            }
        }
        match &self.since {
            Some(revision) => only_since(revision, merged).context("--since"),
            None => Ok(()),
        }
    }

    /// Makes everything known.
    pub(super) fn write(&self, linted: &Linted, merged: &Merged) -> anyhow::Result<()> {
        let mut scope = self.scope(linted);
        if !linted.configured {
            scope.given = scope.given.or(Some(Path::new(baseline::FILE_NAME)));
        }
        for (name, count) in baseline::write(&scope, merged)? {
            complain(format_args!("{name}: {count} known problem{}", if count == 1 { "" } else { "s" }));
        }
        Ok(())
    }

    fn scope<'a>(&'a self, linted: &Linted<'a>) -> Scope<'a> {
        Scope { configs: linted.configs, given: self.baseline.as_deref(), linted: linted.names }
    }

    /// True if what is left makes the run fail.
    pub(super) fn fails(&self, found: &[Found]) -> bool {
        let failing = found.iter().filter(|it| it.fails).count();
        let fails = failing > self.max_findings;
        if fails && self.max_findings > 0 {
            complain(format_args!(
                "{failing} diagnostics at or above --fail-on, --max-findings is {}",
                self.max_findings
            ));
        }
        fails && !self.exit_zero
    }
}

/// Keeps what has a label on a line that changed: a new install below an old COPY counts.
fn only_since(revision: &str, merged: &mut Merged) -> anyhow::Result<()> {
    let mut since = Since::new(revision)?;
    let mut lines: HashMap<FileId, Option<Vec<bool>>> = HashMap::new();
    let Merged { sources, found, .. } = merged;
    for file in found.iter().map(|it| it.diagnostic.primary.file) {
        if let Entry::Vacant(place) = lines.entry(file) {
            let source = sources.get(file);
            place.insert(since.changed(Path::new(&source.name), &source.text)?);
        }
    }
    found
        .retain(|it| lines.get(&it.diagnostic.primary.file).is_none_or(|lines| touches(sources, it, lines.as_deref())));
    Ok(())
}

fn touches(sources: &Sources, found: &Found, lines: Option<&[bool]>) -> bool {
    let Some(lines) = lines else { return true };
    let file = found.diagnostic.primary.file;
    let labels = std::iter::once(&found.diagnostic.primary).chain(&found.diagnostic.secondary);
    labels.filter(|label| label.file == file).any(|label| {
        let index = sources.get(file).lines();
        let last = index.line_of(label.span.end.max(label.span.start + 1) - 1);
        (index.line_of(label.span.start)..=last).any(|line| lines.get(line).is_some_and(|it| *it))
    })
}
