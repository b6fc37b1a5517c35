//! The command line: clap arguments, one file per subcommand, exit codes.

mod cache;
mod completions;
mod config;
mod explain;
mod fleet;
mod fmt;
mod formats;
mod hadolint;
mod image;
mod lint;
mod lsp;
mod man;
mod migrate;
mod options;
mod output;
mod parse;
mod rules;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::host;

/// A Dockerfile linter and layer-cache analyzer: what breaks, what rebuilds, why, and the fix.
#[derive(Parser)]
#[command(name = "cachalot", version, after_help = EXIT_CODES, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "\
Exit status:
  0  nothing to complain about
  1  diagnostics at or above --fail-on (default: warning)
  2  could not run: a missing path, a broken configuration, a wrong option

Start with `cachalot lint .`; then `cachalot explain RULE` for each name it prints.";

#[derive(Subcommand)]
enum Command {
    Lint(Box<lint::Args>),
    Fmt(fmt::Args),
    Cache(cache::Args),
    Image(Box<image::Args>),
    Explain(explain::Args),
    Rules(rules::Args),
    Parse(parse::Args),
    Config(config::Args),
    Migrate(migrate::Args),
    Hadolint(Box<hadolint::Args>),
    Lsp(lsp::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// How a command ended, short of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// Exit status 0.
    Clean,
    /// Exit status 1.
    Found,
    /// Exit status 2; what went wrong was said already.
    CouldNotRun,
    /// Exit status 130, as a shell gives it: ctrl-C ended it.
    Interrupted,
}

/// Runs the program with the process's arguments and says how it ended.
pub fn main() -> ExitCode {
    std::panic::set_hook(Box::new(say_panic));
    if hadolint::is_called_so() {
        return hadolint::main();
    }
    finish(match Cli::parse().command {
        Command::Lint(args) => lint::run(&args),
        Command::Fmt(args) => fmt::run(&args),
        Command::Cache(args) => cache::run(&args),
        Command::Image(args) => image::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Rules(args) => rules::run(&args),
        Command::Parse(args) => parse::run(&args),
        Command::Config(args) => config::run(&args),
        Command::Migrate(args) => migrate::run(&args),
        Command::Hadolint(args) => hadolint::run(&args),
        Command::Lsp(args) => lsp::run(&args),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
    })
}

/// The exit status; an error is said here.
fn finish(result: anyhow::Result<Outcome>) -> ExitCode {
    match result {
        Ok(Outcome::Clean) => ExitCode::SUCCESS,
        Ok(Outcome::Found) => ExitCode::from(1),
        Ok(Outcome::CouldNotRun) => ExitCode::from(2),
        Ok(Outcome::Interrupted) => ExitCode::from(130),
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(format_args!("{error:#}"));
            ExitCode::from(2)
        }
    }
}

/// A panic is our bug: one line that helps to report it, and the run goes on with what is left.
fn say_panic(info: &std::panic::PanicHookInfo) {
    let place = info.location().map(|it| format!("{}:{}", it.file(), it.line())).unwrap_or_default();
    let what = info.payload_as_str().unwrap_or("unknown");
    output::complain(format_args!(
        "internal error at {place}: {what}; please report it at {}/issues",
        env!("CARGO_PKG_REPOSITORY")
    ));
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let io = |cause: &(dyn std::error::Error + 'static)| {
        let direct = cause.downcast_ref::<std::io::Error>().is_some_and(host::is_closed_pipe);
        let json = cause.downcast_ref::<serde_json::Error>().and_then(serde_json::Error::io_error_kind);
        direct || json == Some(std::io::ErrorKind::BrokenPipe)
    };
    error.chain().any(io)
}
