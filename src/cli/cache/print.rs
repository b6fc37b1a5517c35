use std::io::{self, IsTerminal, Write};

use clap::ValueEnum;
use serde::Serialize;

use crate::cli::output::stdout;
use crate::host;

/// How a table is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum TableFormat {
    /// A table of steps
    #[default]
    Text,
    /// One versioned object
    Json,
}

/// Writes a table to standard output: as wide as the terminal, whole where there is none.
pub(super) fn table<R: Serialize>(
    format: TableFormat,
    report: &R,
    text: fn(&mut dyn Write, &R, Option<usize>) -> io::Result<()>,
) -> anyhow::Result<()> {
    let mut out = stdout();
    match format {
        TableFormat::Text => {
            let width = io::stdout().is_terminal().then(host::terminal_width);
            text(&mut out, report, width)?;
        }
        TableFormat::Json => {
            serde_json::to_writer_pretty(&mut out, report)?;
            writeln!(out)?;
        }
    }
    Ok(out.flush()?)
}
