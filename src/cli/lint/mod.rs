//! `cachalot lint`: finds files, lints them in parallel, reports them in order.

mod gather;
mod job;
mod merge;

use std::collections::HashSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::bail;
use rayon::prelude::*;

use crate::diagnostic::Applicability;
use crate::host::{self, Contexts, Documents};
use crate::report::{self, Run, Style};

use super::Outcome;
use super::options::{ColorArg, ConfigArgs, FormatArg};
use super::output::{complain, stdout};
use job::{Done, Job};
use merge::merge;

pub(super) use gather::{Item, items};

/// Lint Dockerfiles, and the Dockerfiles shown in Markdown
#[derive(clap::Args)]
#[command(after_help = "\
Folders are walked for Dockerfile, Dockerfile.*, *.Dockerfile, Containerfile* and Markdown files;
what .gitignore excludes is left out. A file named on the command line is always linted.

Examples:
  cachalot lint                             the current folder
  cachalot lint --fix                       and apply the fixes that are safe
  cachalot lint --diff --unsafe-fixes       show what all fixes would change
  cachalot lint - --stdin-filename app/Dockerfile < draft
  cachalot lint --history 200               and say what misses of the layer cache cost
  cachalot lint --select untagged-image --fail-on error --format sarif > report.sarif

Exit status:
  0  no diagnostic at or above --fail-on; with --diff, nothing to change
  1  some; with --diff, something to change
  2  a path is missing, a file cannot be read or written, the configuration is wrong")]
pub(super) struct Args {
    /// Files and folders; `-` is standard input
    #[arg(default_value = ".", value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How to report
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    format: FormatArg,
    /// Apply fixes that keep what the Dockerfile means; then report what is left
    #[arg(long)]
    fix: bool,
    /// Apply all fixes, also those that change what is built
    #[arg(long)]
    unsafe_fixes: bool,
    /// Show what the fixes would change, as a unified diff; change nothing
    #[arg(long)]
    diff: bool,
    /// The name that standard input goes by: decides its kind, configuration and context
    #[arg(long, value_name = "PATH")]
    stdin_filename: Option<PathBuf>,
    /// When to colour
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    color: ColorArg,
    /// Leave out the summary
    #[arg(long, short)]
    quiet: bool,
    /// Files linted at the same time; as many as there are processors by default
    #[arg(long, short, value_name = "N")]
    jobs: Option<usize>,
    /// Say what diagnostics about the cache cost: how often their steps ran over the last N commits
    #[arg(long, value_name = "N")]
    history: Option<usize>,
    #[command(flatten)]
    config: ConfigArgs,
}

/// What becomes of fixes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fixing {
    /// They are only offered.
    Off,
    /// Those up to the applicability are applied.
    Apply(Applicability),
    /// Those up to the applicability are shown.
    Diff(Applicability),
}

/// Files up to this many are linted one after another: starting threads costs more.
const FEW: usize = 4;

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    if args.stdin_filename.is_some() && !args.paths.iter().any(|path| path == Path::new("-")) {
        bail!("--stdin-filename names standard input: give `-` as a path too");
    }
    let configs = args.config.configs()?;
    let (items, mut failed) = items(&args.paths, args.stdin_filename.as_deref());
    let job = Job {
        configs: &configs,
        contexts: Contexts::default(),
        documents: Documents::default(),
        shellcheck: OnceLock::new(),
        fixing: args.fixing(),
        history: args.history,
    };
    let done = all(&job, &items, args.jobs)?;
    failed |= say_errors(&done);
    failed |= job.say_shellcheck_failures();
    let mut out = stdout();
    let found = match job.fixing {
        Fixing::Diff(_) => diffs(&mut out, &done)?,
        _ if failed && done.iter().all(|it| it.name.is_none()) => false,
        _ => reports(&mut out, args, done)?,
    };
    out.flush()?;
    Ok(match (failed, found) {
        (true, _) => Outcome::CouldNotRun,
        (false, true) => Outcome::Found,
        (false, false) => Outcome::Clean,
    })
}

impl Args {
    fn fixing(&self) -> Fixing {
        let limit = if self.unsafe_fixes { Applicability::Unsafe } else { Applicability::Safe };
        match () {
            () if self.diff => Fixing::Diff(limit),
            () if self.fix || self.unsafe_fixes => Fixing::Apply(limit),
            () => Fixing::Off,
        }
    }
}

fn all(job: &Job, items: &[Item], jobs: Option<usize>) -> anyhow::Result<Vec<Done>> {
    if items.len() <= FEW || jobs == Some(1) {
        return Ok(items.iter().map(|item| job.run(item)).collect());
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs.unwrap_or(0)).stack_size(8 << 20).build()?;
    Ok(pool.install(|| items.par_iter().with_max_len(8).map(|item| job.run(item)).collect()))
}

/// Says each thing that went wrong once, and what was refused; true if anything went wrong.
fn say_errors(done: &[Done]) -> bool {
    let mut said = HashSet::new();
    for error in done.iter().flat_map(|it| &it.errors) {
        if said.insert(error) {
            complain(format_args!("{error}"));
        }
    }
    for refused in done.iter().flat_map(|it| &it.refused) {
        complain(format_args!("{refused}"));
    }
    !said.is_empty()
}

/// Writes the diffs; true if there is one.
fn diffs(out: &mut dyn Write, done: &[Done]) -> io::Result<bool> {
    for diff in done.iter().map(|it| &it.diff) {
        out.write_all(diff.as_bytes())?;
    }
    Ok(done.iter().any(|it| !it.diff.is_empty()))
}

/// Writes fixed standard input and the report; true if a diagnostic reached its threshold.
fn reports(out: &mut dyn Write, args: &Args, done: Vec<Done>) -> anyhow::Result<bool> {
    let found = done.iter().any(|it| it.fails);
    let fixed: usize = done.iter().map(|it| it.fixed).sum();
    let stdin_fixed = done.iter().find_map(|it| it.stdin_text.clone());
    if fixed > 0 && !args.quiet {
        let files = done.iter().filter(|it| it.fixed > 0).count();
        let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
        complain(format_args!("fixed {} in {}", plural(fixed, "problem"), plural(files, "file")));
    }
    let merged = merge(done);
    let run = Run { sources: &merged.sources, diagnostics: &merged.diagnostics, files: &merged.files };
    let style = |color| Style { color, quiet: args.quiet };
    let Some(text) = stdin_fixed else {
        let color = host::colors(args.color.into(), &io::stdout());
        report::write(out, args.format.into(), &run, style(color))?;
        return Ok(found);
    };
    out.write_all(&text)?;
    let color = host::colors(args.color.into(), &io::stderr());
    report::write(&mut io::BufWriter::new(io::stderr()), args.format.into(), &run, style(color))?;
    Ok(found)
}
