use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::ValueEnum;

use crate::cache::{Fate, Memory};
use crate::cli::Outcome;
use crate::cli::output::stdout;
use crate::config::Config;
use crate::host::{self, Commit, Git, History, Place};
use crate::report::{self, ReplayReport, Replayed};

use super::advise::{self, Asked, Given};
use super::costs::CostArgs;
use super::gates::{GateArgs, Ran};
use super::history;
use super::notes;
use super::print::{TableFormat, table};
use super::setting::{self, BuildArgs};

/// Commits that are built where nobody says how many.
const COMMITS: i64 = 200;

/// Go through the git history and say how often each step would have hit, and what would have hit more
#[derive(clap::Args)]
#[command(after_help = "\
Nothing is built and nothing is checked out. The first commit fills the cache; each later one counts.
Rates are shares of the commits in which a step is sure to hit. Tags count as not moved, files that
git does not track as absent, and build arguments as the same in every build, except for `{commit}`
in a value, which stands for the commit's id.

Advice is a better Dockerfile, replayed over the same history: what does not help there is not given.
Commits whose Dockerfile has other steps than today's are built as they were and do not count for it.

Exit status: 0 replayed, 1 a gate is crossed, 2 could not run, 130 interrupted

Examples:
  cachalot cache replay
  cachalot cache replay docker/app.Dockerfile --context . --commits 500
  cachalot cache replay --log build.log --image app:latest --build-arg GIT_SHA={commit}
  cachalot cache replay --diff | git apply
  cachalot cache replay --format html > cache.html
  cachalot cache replay --range v1.0..main --memory last --max-miss 'RUN npm ci=10%' --format json")]
pub(super) struct Args {
    /// The Dockerfile
    #[arg(default_value = "Dockerfile", value_name = "DOCKERFILE")]
    dockerfile: PathBuf,
    /// How many commits to build, newest last, along the first parents [default: 200]
    #[arg(long, value_name = "N")]
    commits: Option<usize>,
    /// The commits after A up to B instead
    #[arg(long, value_name = "A..B", conflicts_with = "commits")]
    range: Option<String>,
    /// What of the builds before is still in the cache [default: all]
    #[arg(long, value_enum, value_name = "WHICH")]
    memory: Option<MemoryArg>,
    #[command(flatten)]
    costs: CostArgs,
    /// Leave the advice out
    #[arg(long, conflicts_with_all = ["diff", "fix"])]
    no_advice: bool,
    /// Print nothing but the patch that takes the advice
    #[arg(long, conflicts_with_all = ["format", "fix"])]
    diff: bool,
    /// Take the advice: change the Dockerfile and the ignore file
    #[arg(long)]
    fix: bool,
    #[command(flatten)]
    build: BuildArgs,
    #[command(flatten)]
    gates: GateArgs,
    /// How to print it
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    format: ReplayFormat,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum ReplayFormat {
    /// A table of steps
    #[default]
    Text,
    /// One versioned object
    Json,
    /// A page for a browser: steps by commits, rates before and after, the patch
    Html,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum MemoryArg {
    /// Everything that was ever built: a daemon that is not pruned
    #[default]
    All,
    /// The build before: CI that exports its cache and imports it again
    Last,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let config = args.build.config(&args.dockerfile)?;
    let place = Place::new(&args.dockerfile, setting::context(&config), &args.build.build_context)?;
    let existing = place.context.ancestors().find(|it| it.is_dir()).unwrap_or(Path::new("."));
    let mut git = Git::discover(existing)?;
    let most = config.section("cache").integer("commits", COMMITS).max(1) as usize;
    let commits = history::commits(&git, args.range.as_deref(), args.commits.unwrap_or(most))?;
    let only_last = is_last(args, &config);
    let memory = if only_last { Memory::Last } else { Memory::All };
    let request = args.build.request(&config);
    host::catch_interrupt();
    let history = history::build(&place, &mut git, &commits, &request, memory)?;
    let (Some(graph), Some(last)) = (&history.last, history.states.last()) else {
        bail!("no commit of the history has {} with instructions", host::display(&args.dockerfile));
    };
    let costs = args.costs.read(graph, &last.dockerfile)?;
    let ends = [commits.first(), commits.last()].map(|it| it.map(Commit::id).unwrap_or_default());
    let mut notes: Vec<String> = notes::of_place(&place, &config).into_iter().collect();
    notes.extend(notes::of_history(&history, &place, &git, only_last));
    let mut given = None;
    if let Some(commit) = commits.iter().find(|it| *it.id() == *last.commit) {
        if let Some(bytes) = git.read(commit, ".gitattributes")? {
            notes.extend(notes::of_attributes(&String::from_utf8_lossy(&bytes)));
        }
        if !args.no_advice && !history.interrupted {
            let asked = Asked { place: &place, commit, request: &request, memory, graph, costs: &costs };
            let found = advise::look(&asked, &history, &mut git)?;
            notes.extend(notes::of_advice(&found.advised));
            given = Some(found);
        }
    }
    let mut report = ReplayReport::new(&Replayed {
        dockerfile: &host::display(&args.dockerfile),
        memory: if only_last { "last" } else { "all" },
        ends: [&ends[0], &ends[1]],
        builds: &history.builds,
        skipped: history.skipped,
        replay: &history.replay,
        costs: &costs,
        interrupted: history.interrupted || host::is_interrupted(),
    });
    if let Some(given) = &given {
        report = report.with_advice(&given.advised, given.patches.clone());
    }
    let gates = args.gates.judge(&config, &place, report.hit_rate(), &ran(&history))?;
    if report.hit_rate().is_none() && args.gates.is_given(&config) {
        notes.push("no step was built twice: the gates had nothing to judge".to_string());
    }
    let crossed = gates.iter().any(|gate| !gate.passed);
    print(args, &report.with_gates(gates).with_notes(notes), given.as_ref())?;
    if let Some(given) = given.as_ref().filter(|_| args.fix) {
        for file in advise::apply(&place, &history, given, &git)? {
            crate::cli::output::complain(format_args!("changed {file}"));
        }
    }
    Ok(match () {
        () if host::is_interrupted() => Outcome::Interrupted,
        () if crossed => Outcome::Found,
        () => Outcome::Clean,
    })
}

fn is_last(args: &Args, config: &Config) -> bool {
    let configured = || config.section("cache").string("memory") == Some("last");
    args.memory.map_or_else(configured, |it| it == MemoryArg::Last)
}

fn ran(history: &History) -> Vec<Ran<'_>> {
    let tracks = history.replay.steps().into_iter();
    tracks
        .map(|track| Ran {
            place: &track.place,
            misses: track.count(Fate::Miss),
            builds: track.fates.len() - track.count(Fate::Absent),
        })
        .collect()
}

fn print(args: &Args, report: &ReplayReport, given: Option<&Given>) -> anyhow::Result<()> {
    use std::io::Write;
    let mut out = stdout();
    match args.format {
        _ if args.diff => {}
        ReplayFormat::Text => return table(TableFormat::Text, report, report::replay_text),
        ReplayFormat::Json => return table(TableFormat::Json, report, report::replay_text),
        ReplayFormat::Html => {
            report::replay_html(&mut out, report)?;
            return Ok(out.flush()?);
        }
    }
    if let Some(given) = given {
        write!(out, "{}{}", given.patches.dockerfile, given.patches.ignore)?;
    }
    Ok(out.flush()?)
}
