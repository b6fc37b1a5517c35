use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::ValueEnum;

use crate::cache::{BuildLog, LogFormat, LoggedStep, Request, lower};
use crate::cli::Outcome;
use crate::cli::options::build_arg;
use crate::cli::output::stdout;
use crate::host;
use crate::report::{self, LogReport};
use crate::syntax::dockerfile::parse;
use crate::text::{FileId, decode};

/// Read the log of a build: which steps were cached, and how long the others took
#[derive(clap::Args)]
#[command(after_help = "\
Reads `--progress=rawjson`, `--progress=plain` (also from a CI system's log) and the classic builder's
output. BuildKit does not say of FROM whether it was cached.

Examples:
  docker build --progress=plain . 2>&1 | cachalot cache log -
  docker buildx build --progress=rawjson . 2> build.log; cachalot cache log build.log --format json")]
pub(super) struct Args {
    /// The log; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The Dockerfile that was built, for the lines of the steps [default: Dockerfile, if it exists]
    #[arg(long, value_name = "FILE")]
    dockerfile: Option<PathBuf>,
    /// A build argument that was given, where a step's number alone does not name it
    #[arg(long, value_name = "NAME[=VALUE]")]
    build_arg: Vec<String>,
    /// How to print it
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    format: LogFormatArg,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum LogFormatArg {
    /// A table of steps
    #[default]
    Text,
    /// One versioned object
    Json,
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
    let report = LogReport::new(&log, &lines);
    let mut out = stdout();
    match args.format {
        LogFormatArg::Text => {
            let width = std::io::stdout().is_terminal().then(host::terminal_width);
            report::log_text(&mut out, &report, width)?;
        }
        LogFormatArg::Json => {
            serde_json::to_writer_pretty(&mut out, &report)?;
            writeln!(out)?;
        }
    }
    out.flush()?;
    Ok(Outcome::Clean)
}

/// First and last line of each step in the Dockerfile, where there is one and it has the step.
fn lines(args: &Args, log: &BuildLog) -> anyhow::Result<Vec<Option<(u32, u32)>>> {
    let default = PathBuf::from("Dockerfile");
    let file = args.dockerfile.clone().or_else(|| default.is_file().then_some(default));
    let Some(file) = file else { return Ok(vec![None; log.steps.len()]) };
    let text = decode(&host::read(&file)?).0;
    let (dockerfile, _) = parse(FileId(0), &text);
    if log.format == LogFormat::Classic {
        let line = |step: &LoggedStep| {
            let instruction = dockerfile.instructions.get(step.index.checked_sub(1)?)?;
            let keyword = step.text.split_whitespace().next()?;
            instruction.keyword.text.eq_ignore_ascii_case(keyword).then_some(instruction.lines)
        };
        return Ok(log.steps.iter().map(line).collect());
    }
    let given = args.build_arg.iter().filter_map(|it| build_arg(it));
    let options: BTreeMap<String, String> = given.map(|(name, value)| (format!("build-arg:{name}"), value)).collect();
    let graph = lower(&dockerfile, &text, &Request { options, ..Request::default() });
    let line = |step: &LoggedStep| {
        let wanted = step.text.trim_start_matches("LINK ").split_whitespace().next()?;
        let named = graph.steps.iter().find(|it| it.place.name == step.name);
        let numbered = || {
            graph.steps.iter().find(|it| {
                let place = &it.place;
                let same_stage = step.stage.as_ref().is_none_or(|stage| *stage == place.stage_name);
                let keyword = place.instruction.split_whitespace().next().unwrap_or_default();
                same_stage && place.index == step.index && keyword.eq_ignore_ascii_case(wanted)
            })
        };
        named.or_else(numbered).map(|it| (it.place.line, it.place.end_line))
    };
    Ok(log.steps.iter().map(line).collect())
}
