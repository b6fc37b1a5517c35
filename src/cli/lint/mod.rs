//! `cachalot lint`: finds files, lints them in parallel, reports them in order.

mod baseline;
mod gates;
mod gather;
mod job;
mod links;
mod merge;
mod reports;

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use anyhow::bail;
use rayon::prelude::*;

use crate::diagnostic::Applicability;
use crate::host::{Configs, Contexts, Documents};

use super::Outcome;
use super::fleet::{CacheArgs, ListArgs};
use super::formats::{self, FormatArg, FormatParser, FormatTo};
use super::options::{ColorArg, ConfigArgs};
use super::output::{complain, stdout};
use gates::{GateArgs, Linted};
use job::{Done, Job};
use merge::merge;
use reports::{diffs, reports, say_errors};

pub(super) use gather::{Item, items};
pub(super) use merge::Merged;

/// Lint Dockerfiles, those shown in documents, and what documents, compose and bake files say of them
#[derive(clap::Args)]
#[command(after_help = "\
Folders are walked for Dockerfile, Dockerfile.*, Dockerfile-*, *.Dockerfile, Containerfile*, Markdown, AsciiDoc,
reStructuredText, compose and docker-bake files; what .gitignore excludes is left out. A file named on
the command line is always linted.

Examples:
  cachalot lint                             the current folder
  cachalot lint --fix                       and apply the fixes that are safe
  cachalot lint --diff --unsafe-fixes       show what all fixes would change
  cachalot lint - --stdin-filename app/Dockerfile < draft
  cachalot lint --history 200               and say what misses of the layer cache cost
  cachalot lint --explain-links             what README, compose and bake files say of which Dockerfile
  cachalot lint --format sarif=report.sarif --format text
  cachalot lint --write-baseline            from now on only what is new counts:
  cachalot lint --baseline cachalot-baseline.json
  cachalot lint --since origin/main --fail-on info
  cachalot lint --shard 3/16 --format ndjson=part-3.ndjson
  cachalot lint --add-ignore \"until OPS-12\" --select untagged-base-image

In GitHub Actions and Azure Pipelines the default is text and annotations.

Exit status:
  0  no diagnostic at or above --fail-on; with --diff, nothing to change
  1  some; with --diff, something to change
  2  a path is missing, a file cannot be read or written, the configuration is wrong")]
pub(super) struct Args {
    /// Files and folders, by default the current one; `-` is standard input
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The name that standard input goes by: decides its kind, configuration and context
    #[arg(long, value_name = "PATH")]
    stdin_filename: Option<PathBuf>,
    /// Files linted at the same time; as many as there are processors by default
    #[arg(long, short, value_name = "N")]
    jobs: Option<usize>,
    /// Say what diagnostics about the cache cost: how often their steps ran over the last N commits
    #[arg(long, value_name = "N")]
    history: Option<usize>,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    fixes: FixArgs,
    #[command(flatten)]
    gates: GateArgs,
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    cache: CacheArgs,
    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(clap::Args)]
#[command(next_help_heading = "Output")]
struct OutputArgs {
    /// How to report, to standard output or to a file; may be given several times
    #[arg(long = "format", short, value_name = "FORMAT[=FILE]", value_parser = FormatParser)]
    formats: Vec<FormatTo>,
    /// Print how often each rule reports instead of the diagnostics, as text or json
    #[arg(long)]
    statistics: bool,
    /// Say which documents, compose and bake files speak of which Dockerfile, and why, as text or json; lint nothing
    #[arg(long)]
    explain_links: bool,
    /// When to colour
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    color: ColorArg,
    /// Leave out the summary
    #[arg(long, short)]
    quiet: bool,
}

#[derive(clap::Args)]
#[command(next_help_heading = "Fixes")]
struct FixArgs {
    /// Apply fixes that keep what the Dockerfile means; then report what is left
    #[arg(long)]
    fix: bool,
    /// Apply all fixes, also those that change what is built
    #[arg(long)]
    unsafe_fixes: bool,
    /// Show what the fixes would change, as a unified diff; change nothing
    #[arg(long)]
    diff: bool,
    /// Silence all that is reported with comments that give the reason
    #[arg(long, value_name = "REASON", value_parser = reason, conflicts_with_all = ["fix", "unsafe_fixes", "diff"])]
    add_ignore: Option<String>,
}

/// A reason is words on one line.
fn reason(given: &str) -> Result<String, String> {
    let reason = given.trim();
    if reason.is_empty() || reason.contains(['\n', '\r']) || reason.starts_with([',', '=']) {
        return Err("a reason is one line of words, such as \"until OPS-12\"".to_string());
    }
    Ok(reason.to_string())
}

/// What becomes of fixes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fixing {
    /// They are only offered.
    Off,
    /// Those up to the applicability are applied.
    Apply(Applicability),
    /// Those up to the applicability are shown.
    Diff(Applicability),
    /// Comments silence what is found, for a reason.
    Silence(String),
}

impl Fixing {
    /// True if files are written.
    fn writes(&self) -> bool {
        matches!(self, Fixing::Apply(_) | Fixing::Silence(_))
    }
}

/// Files up to this many are linted one after another: starting threads costs more.
const FEW: usize = 4;

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    if args.stdin_filename.is_some() && !args.paths.iter().any(|path| path == Path::new("-")) {
        bail!("--stdin-filename names standard input: give `-` as a path too");
    }
    let formats = args.output.formats()?;
    let configs = args.config.configs()?;
    let (mut items, mut failed) = items(&args.all_paths()?, args.stdin_filename.as_deref());
    items.retain(|item| args.list.takes(&item.name));
    if args.output.explain_links {
        let mut out = stdout();
        let is_json = formats.iter().any(|it| matches!(it.format, FormatArg::Json));
        links::explain(&mut out, &items, is_json)?;
        out.flush()?;
        return Ok(if failed { Outcome::CouldNotRun } else { Outcome::Clean });
    }
    let job = Job {
        configs: &configs,
        contexts: Contexts::default(),
        documents: Documents::default(),
        shellcheck: OnceLock::new(),
        memo: Arc::default(),
        fixing: args.fixes.fixing(),
        history: args.history,
        store: args.cache.cache_url.clone(),
    };
    let done = all(&job, &items, args.jobs)?;
    failed |= say_errors(&done);
    failed |= job.say_shellcheck_failures();
    if let Some(why) = job.store.as_ref().and_then(|store| store.take_trouble()) {
        complain(format_args!("results are not shared: {why}"));
    }
    let mut out = stdout();
    let found = match job.fixing {
        Fixing::Diff(_) => diffs(&mut out, &done)?,
        _ if failed && done.iter().all(|it| it.name.is_none()) => false,
        _ => {
            let names = linted(&items, &done);
            let configured = done.iter().any(|it| it.has_baseline);
            reports(&mut out, args, &formats, &Linted { configs: &configs, names: &names, configured }, done)?
        }
    };
    out.flush()?;
    Ok(match (failed, found) {
        (true, _) => Outcome::CouldNotRun,
        (false, true) => Outcome::Found,
        (false, false) => Outcome::Clean,
    })
}

/// Lints without fixing, for other commands; true beside it if something went wrong, which was said.
pub(super) fn lint_all(configs: &Configs, items: &[Item]) -> anyhow::Result<(Merged, bool)> {
    let job = Job {
        configs,
        contexts: Contexts::default(),
        documents: Documents::default(),
        shellcheck: OnceLock::new(),
        memo: Arc::default(),
        fixing: Fixing::Off,
        history: None,
        store: None,
    };
    let done = all(&job, items, None)?;
    let failed = say_errors(&done) | job.say_shellcheck_failures();
    Ok((merge(done), failed))
}

/// The files on disk that nothing kept from being linted.
fn linted(items: &[Item], done: &[Done]) -> BTreeSet<String> {
    let whole = items.iter().zip(done).filter(|(item, done)| !item.stdin && done.errors.is_empty());
    whole.map(|(item, _)| item.name.clone()).collect()
}

impl Args {
    /// What is named, what the list names, or else the current folder.
    fn all_paths(&self) -> anyhow::Result<Vec<PathBuf>> {
        let listed = self.list.names()?;
        if listed.is_none() && self.paths.is_empty() {
            return Ok(vec![PathBuf::from(".")]);
        }
        if self.list.reads_stdin() && self.paths.iter().any(|path| path == Path::new("-")) {
            bail!("standard input is either a list or a file");
        }
        Ok(self.paths.iter().cloned().chain(listed.into_iter().flatten().map(PathBuf::from)).collect())
    }
}

impl FixArgs {
    fn fixing(&self) -> Fixing {
        let limit = if self.unsafe_fixes { Applicability::Unsafe } else { Applicability::Safe };
        match &self.add_ignore {
            Some(reason) => Fixing::Silence(reason.clone()),
            None if self.diff => Fixing::Diff(limit),
            None if self.fix || self.unsafe_fixes => Fixing::Apply(limit),
            None => Fixing::Off,
        }
    }
}

impl OutputArgs {
    fn formats(&self) -> anyhow::Result<Vec<FormatTo>> {
        let formats = formats::wanted(&self.formats)?;
        let counts = |it: &FormatTo| matches!(it.format, FormatArg::Text | FormatArg::Json);
        if self.statistics && !self.formats.iter().all(counts) {
            bail!("--statistics is printed as text or json");
        }
        Ok(formats)
    }
}

fn all(job: &Job, items: &[Item], jobs: Option<usize>) -> anyhow::Result<Vec<Done>> {
    if items.len() <= FEW || jobs == Some(1) {
        return Ok(items.iter().map(|item| job.run(item)).collect());
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs.unwrap_or(0)).stack_size(8 << 20).build()?;
    Ok(pool.install(|| items.par_iter().with_max_len(8).map(|item| job.run(item)).collect()))
}
