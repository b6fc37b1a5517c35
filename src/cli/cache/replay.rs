use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};

use crate::cache::{Filter, Graph, Memory, Replay, Request, VertexKind, lower};
use crate::cli::Outcome;
use crate::cli::options::build_arg;
use crate::cli::output::stdout;
use crate::host::{self, Commit, Git};
use crate::report::{self, ReplayReport};
use crate::syntax::dockerfile::parse;
use crate::syntax::dockerignore::Dockerignore;
use crate::text::FileId;

use super::predict::percent;
use super::snapshot::{Place, Snapshot};

/// Go through the git history and say how often each step would have hit
#[derive(clap::Args)]
#[command(after_help = "\
Nothing is built and nothing is checked out. The first commit fills the cache; each later one counts.
Rates are shares of the commits in which a step is sure to hit. Tags count as not moved, files that
git does not track as absent, and build arguments as the same in every build.

Exit status: 0 replayed, 1 a lower rate than --min-hit-rate, 2 could not run

Examples:
  cachalot cache replay
  cachalot cache replay docker/app.Dockerfile --context . --commits 500
  cachalot cache replay --range v1.0..main --memory last --format json")]
pub(super) struct Args {
    /// The Dockerfile
    #[arg(default_value = "Dockerfile", value_name = "DOCKERFILE")]
    dockerfile: PathBuf,
    /// How many commits to build, newest last, along the first parents
    #[arg(long, value_name = "N", default_value_t = 200)]
    commits: usize,
    /// The commits after A up to B instead
    #[arg(long, value_name = "A..B", conflicts_with = "commits")]
    range: Option<String>,
    /// What of the builds before is still in the cache
    #[arg(long, value_enum, default_value_t, value_name = "WHICH")]
    memory: MemoryArg,
    /// A build argument of every build; without a value it is taken from the environment
    #[arg(long, value_name = "NAME[=VALUE]")]
    build_arg: Vec<String>,
    /// The stage that is built
    #[arg(long, value_name = "STAGE")]
    target: Option<String>,
    /// The platform that is built for, such as linux/arm64
    #[arg(long, value_name = "PLATFORM")]
    platform: Option<String>,
    /// The build context, if it is not the Dockerfile's folder
    #[arg(long, value_name = "FOLDER")]
    context: Option<PathBuf>,
    /// Exit with status 1 if all steps together hit less often than this
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    min_hit_rate: Option<f64>,
    /// How to print it
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    format: ReplayFormat,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum MemoryArg {
    /// Everything that was ever built: a daemon that is not pruned
    #[default]
    All,
    /// The build before: CI that exports its cache and imports it again
    Last,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum ReplayFormat {
    /// A table of steps
    #[default]
    Text,
    /// One versioned object
    Json,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let folder = args.dockerfile.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let context = args.context.clone().unwrap_or_else(|| folder.to_path_buf());
    let place = Place { dockerfile: args.dockerfile.clone(), context };
    let existing = place.context.ancestors().find(|it| it.is_dir()).unwrap_or(Path::new("."));
    let mut git = Git::discover(existing)?;
    let commits = commits(args, &git)?;
    let memory = match args.memory {
        MemoryArg::All => Memory::All,
        MemoryArg::Last => Memory::Last,
    };
    let mut replay = Replay::new(memory);
    let skipped = replay_all(args, &place, &mut git, &commits, &mut replay)?;
    if replay.builds() == 0 {
        bail!("no commit of the history has {} with instructions", host::display(&args.dockerfile));
    }
    let memory = if args.memory == MemoryArg::All { "all" } else { "last" };
    let ends = [commits.first(), commits.last()].map(|it| it.map(Commit::id).unwrap_or_default());
    let report = ReplayReport::new(host::display(&args.dockerfile), memory, ends, skipped, &replay);
    let mut out = stdout();
    match args.format {
        ReplayFormat::Text => {
            let width = std::io::stdout().is_terminal().then(host::terminal_width);
            report::replay_text(&mut out, &report, width)?;
        }
        ReplayFormat::Json => {
            serde_json::to_writer_pretty(&mut out, &report)?;
            writeln!(out)?;
        }
    }
    out.flush()?;
    let is_low = args.min_hit_rate.is_some_and(|least| report.hit_rate().is_some_and(|rate| rate < least));
    Ok(if is_low { Outcome::Found } else { Outcome::Clean })
}

/// The commits to build, oldest first; the first one fills the cache.
fn commits(args: &Args, git: &Git) -> anyhow::Result<Vec<Commit>> {
    let Some(range) = &args.range else {
        return Ok(git.history(&git.commit("HEAD")?, None, args.commits.saturating_add(1))?);
    };
    let (from, to) = range.split_once("..").context("--range: expected A..B")?;
    let to = if to.is_empty() { "HEAD" } else { to };
    let from = git.commit(from)?;
    let mut commits = vec![from.clone()];
    commits.extend(git.history(&git.commit(to)?, Some(&from), usize::MAX)?);
    Ok(commits)
}

/// Builds all commits; says how many have no such Dockerfile.
fn replay_all(
    args: &Args,
    place: &Place,
    git: &mut Git,
    commits: &[Commit],
    replay: &mut Replay,
) -> anyhow::Result<usize> {
    let nothing = crate::cache::Dir::empty();
    let bar = progress(commits.len());
    let mut builder = Builder::new(args);
    let mut skipped = 0;
    for commit in commits {
        bar.inc(1);
        match place.at_commit(git, commit, &nothing)?.and_then(|state| builder.graph(&state)) {
            Some(graph) => replay.build(graph),
            None => skipped += 1,
        }
    }
    bar.finish_and_clear();
    Ok(skipped)
}

fn progress(commits: usize) -> ProgressBar {
    let bar = ProgressBar::new(commits as u64);
    match ProgressStyle::with_template("{bar:30} {pos}/{len} commits") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Makes graphs of states, anew only where the Dockerfile changed.
struct Builder {
    options: BTreeMap<String, String>,
    ignore: String,
    filter: Filter,
    last: Option<(String, Graph)>,
}

impl Builder {
    fn new(args: &Args) -> Builder {
        let given = args.build_arg.iter().filter_map(|it| build_arg(it));
        let mut options: BTreeMap<String, String> =
            given.map(|(name, value)| (format!("build-arg:{name}"), value)).collect();
        options.extend(args.target.iter().map(|it| ("target".to_string(), it.clone())));
        options.extend(args.platform.iter().map(|it| ("platform".to_string(), it.clone())));
        Builder { options, ignore: String::new(), filter: Filter::default(), last: None }
    }

    /// `None` for a Dockerfile without instructions.
    fn graph(&mut self, state: &Snapshot) -> Option<&Graph> {
        if self.ignore != state.ignore {
            self.ignore.clone_from(&state.ignore);
            self.filter = Filter::new(Dockerignore::parse(&state.ignore).matcher());
        }
        let context = self.filter.sent(&state.tree);
        let is_known = self.last.as_ref().is_some_and(|(text, _)| *text == state.dockerfile);
        if is_known && let Some((_, graph)) = &mut self.last {
            for vertex in &mut graph.vertices {
                if let VertexKind::Context(files) = &mut vertex.kind {
                    files.clone_from(&context);
                }
            }
        } else {
            let (dockerfile, _) = parse(FileId(0), &state.dockerfile);
            if dockerfile.instructions.is_empty() {
                return None;
            }
            let request = Request { options: self.options.clone(), context, ..Request::default() };
            self.last = Some((state.dockerfile.clone(), lower(&dockerfile, &state.dockerfile, &request)));
        }
        self.last.as_ref().map(|(_, graph)| graph)
    }
}
