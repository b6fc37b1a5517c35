use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::diagnostic::Severity;
use crate::host;
use crate::report::{self, Run};
use crate::syntax::dockerfile::{parse, sexpr};
use crate::text::{Source, Sources};

use super::Outcome;
use super::output::stdout;

/// Print the tree of a Dockerfile
#[derive(clap::Args)]
#[command(after_help = "\
What cannot be parsed is told on standard error, and the exit status is then 1.

Examples:
  cachalot parse Dockerfile
  cachalot parse - --format json < Dockerfile")]
pub(super) struct Args {
    /// The Dockerfile; `-` is standard input
    #[arg(default_value = "Dockerfile", value_name = "FILE")]
    file: PathBuf,
    /// How to print it
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    format: TreeFormat,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum TreeFormat {
    /// As BuildKit's parser tests write it: (run "make")
    #[default]
    Sexpr,
    /// All nodes with their byte offsets
    Json,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let stdin = args.file == Path::new("-");
    let bytes = if stdin { host::read_stdin()? } else { host::read(&args.file)? };
    let name = if stdin { "<stdin>".to_string() } else { host::display(&args.file) };
    let mut sources = Sources::default();
    let file = sources.add(Source::from_bytes(name.clone(), &bytes));
    let source = sources.get(file);
    let (dockerfile, diagnostics) = parse(file, &source.text);
    let mut out = stdout();
    match args.format {
        TreeFormat::Sexpr => out.write_all(sexpr(&dockerfile).as_bytes())?,
        TreeFormat::Json => {
            serde_json::to_writer_pretty(&mut out, &report::tree_json(source, &dockerfile))?;
            writeln!(out)?;
        }
    }
    out.flush()?;
    report::compact(
        &mut io::stderr(),
        &Run { sources: &sources, diagnostics: &diagnostics, files: &[name], folder: "" },
    )?;
    let broken = diagnostics.iter().any(|it| it.severity == Severity::Error);
    Ok(if broken { Outcome::Found } else { Outcome::Clean })
}
