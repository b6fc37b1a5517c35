use std::fs;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::CommandFactory;
use clap_mangen::Man;

use super::output::stdout;
use super::{Cli, Outcome};

/// Print the manual page, or write one for each subcommand
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cachalot man | man -l -                          read it
  cachalot man --dir ~/.local/share/man/man1       install it: cachalot.1, cachalot-lint.1, …")]
pub(super) struct Args {
    /// Write a page for the program and each subcommand into this folder
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    if let Some(dir) = &args.dir {
        fs::create_dir_all(dir)
            .and_then(|()| clap_mangen::generate_to(Cli::command(), dir))
            .with_context(|| format!("{}: cannot write the manual pages", dir.display()))?;
        return Ok(Outcome::Clean);
    }
    let mut page = Vec::new();
    Man::new(Cli::command()).render(&mut page)?;
    let mut out = stdout();
    out.write_all(&page)?;
    out.flush()?;
    Ok(Outcome::Clean)
}
