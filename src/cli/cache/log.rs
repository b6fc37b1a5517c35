use std::path::{Path, PathBuf};

use anyhow::bail;

use crate::cache::{BuildLog, Graph, LogFormat, LoggedStep, lower};
use crate::cli::Outcome;
use crate::host;
use crate::report::{self, LogReport, PredictedVerdict, predicted_verdicts, saved_prediction};
use crate::syntax::dockerfile::{Dockerfile, parse};
use crate::text::{FileId, decode};

use super::predict::{Comparison, StateArgs, predicted};
use super::print::{TableFormat, table};
use super::setting::BuildArgs;

/// Read the log of a build: which steps were cached, and how long the others took
#[derive(clap::Args)]
#[command(after_help = "\
Reads `--progress=rawjson`, `--progress=plain`, what BuildKit draws on a terminal, and the output of the
classic builder and of Podman: also from a CI system's log with its times, marks and colours, and of
`docker compose build` and `docker buildx bake`. BuildKit does not say of FROM whether it was cached. Given what was predicted, or what to
predict from, it says where the build disagreed.

Examples:
  docker build --progress=plain . 2>&1 | cachalot cache log -
  docker buildx build --progress=rawjson . 2> build.log; cachalot cache log build.log --format json
  cachalot cache log build.log --full first-build.log
  cachalot cache log build.log --since HEAD~1
  cachalot cache predict --format json > plan.json; ...; cachalot cache log build.log --prediction plan.json")]
pub(super) struct Args {
    /// The log; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The log of a build in which all steps ran: says what the cached ones saved
    #[arg(long, value_name = "FILE")]
    full: Option<PathBuf>,
    /// The Dockerfile that was built, for the lines of the steps [default: Dockerfile, if it exists]
    #[arg(long, value_name = "FILE")]
    dockerfile: Option<PathBuf>,
    /// What `cachalot cache predict --format json` said before the build
    #[arg(long, value_name = "FILE", conflicts_with_all = ["since", "from", "changed", "dockerfile_from", "from_build_arg"])]
    prediction: Option<PathBuf>,
    #[command(flatten)]
    states: StateArgs,
    #[command(flatten)]
    build: BuildArgs,
    /// How to print it
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    format: TableFormat,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let stdin = args.file == Path::new("-");
    let bytes = if stdin { host::read_stdin()? } else { host::read(&args.file)? };
    let log = BuildLog::parse(&decode(&bytes).0);
    if log.steps.is_empty() {
        let name = if stdin { "<stdin>".to_string() } else { host::display(&args.file) };
        bail!("{name}: names no step of a build; is it the output of `docker build --progress=plain`?");
    }
    let lines = lines(args, &log)?;
    let mut report = LogReport::new(&log, &lines);
    if let Some(file) = &args.full {
        report = report.with_full(&log, &BuildLog::parse(&decode(&host::read(file)?).0));
    }
    let report = match expected(args)? {
        Some(verdicts) => report.with_prediction(&verdicts),
        None => report,
    };
    table(args.format, &report, report::log_text)?;
    Ok(Outcome::Clean)
}

fn dockerfile(args: &Args) -> Option<PathBuf> {
    let default = PathBuf::from("Dockerfile");
    args.dockerfile.clone().or_else(|| default.is_file().then_some(default))
}

/// What was predicted, from a file or anew.
fn expected(args: &Args) -> anyhow::Result<Option<Vec<PredictedVerdict>>> {
    if let Some(file) = &args.prediction {
        let bytes = host::read(file)?;
        let saved = saved_prediction(&bytes);
        return saved.map(Some).map_err(|why| anyhow::anyhow!("{}: {why}", host::display(file)));
    }
    if !args.states.is_given() {
        return Ok(None);
    }
    let dockerfile = dockerfile(args).unwrap_or_else(|| PathBuf::from("Dockerfile"));
    let comparison = Comparison { dockerfile: &dockerfile, states: &args.states, build: &args.build };
    Ok(Some(predicted_verdicts(&predicted(&comparison)?.report(&comparison))))
}

/// First and last line of each step in the Dockerfile, where there is one and it has the step.
fn lines(args: &Args, log: &BuildLog) -> anyhow::Result<Vec<Option<(u32, u32)>>> {
    let Some(file) = dockerfile(args) else { return Ok(vec![None; log.steps.len()]) };
    let text = decode(&host::read(&file)?).0;
    let (parsed, _) = parse(FileId(0), &text);
    if log.format == LogFormat::Classic {
        return Ok(classic_lines(log, &parsed));
    }
    let request = args.build.request(&args.build.config(&file)?);
    let graph: Graph = lower(&parsed, &text, &request);
    let lines = |at: usize| (graph.steps[at].place.line, graph.steps[at].place.end_line);
    Ok(log.places(&graph).into_iter().map(|at| at.map(lines)).collect())
}

/// The classic builder counts all instructions.
fn classic_lines(log: &BuildLog, dockerfile: &Dockerfile) -> Vec<Option<(u32, u32)>> {
    let line = |step: &LoggedStep| {
        let instruction = dockerfile.instructions.get(step.index.checked_sub(1)?)?;
        let keyword = step.text.split_whitespace().next()?;
        instruction.keyword.text.eq_ignore_ascii_case(keyword).then_some(instruction.lines)
    };
    log.steps.iter().map(line).collect()
}
