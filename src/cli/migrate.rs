use std::io::Write;
use std::path::PathBuf;

use anyhow::bail;

use crate::config;
use crate::host;

use super::Outcome;
use super::output::{complain, stdout};

/// Turn other tools' configuration into a cachalot.toml
#[derive(clap::Args)]
#[command(after_help = "\
Reads .hadolint.yaml, .dive-ci, .dockleignore and .tally.toml (or tally.toml) of the current folder,
or the files named, and says on standard error what has no counterpart.

Examples:
  cachalot migrate                 print it
  cachalot migrate --write         write ./cachalot.toml
  cachalot migrate ci/.hadolint.yaml build/.dive-ci > cachalot.toml

Exit status:
  0  done
  2  there is nothing to read, a file is broken, or cachalot.toml is there already")]
pub(super) struct Args {
    /// The files to read; those of the current folder by default
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Write ./cachalot.toml, which must not be there yet, instead of printing
    #[arg(long)]
    write: bool,
}

const FILES: [&str; 6] = [".hadolint.yaml", ".hadolint.yml", ".dive-ci", ".dockleignore", ".tally.toml", "tally.toml"];
const TARGET: &str = "cachalot.toml";

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let there = || FILES.iter().map(PathBuf::from).filter(|file| file.is_file()).collect();
    let files: Vec<PathBuf> = if args.files.is_empty() { there() } else { args.files.clone() };
    if files.is_empty() {
        bail!("there is nothing to migrate here: none of {}", FILES.join(", "));
    }
    let read = |file: &PathBuf| Ok((host::display(file), String::from_utf8_lossy(&host::read(file)?).into_owned()));
    let texts = files.iter().map(read).collect::<anyhow::Result<Vec<_>>>()?;
    let migrated = config::migrate(&texts)?;
    for left in &migrated.left {
        complain(format_args!("{left}"));
    }
    if args.write {
        if let Err(error) = host::create(TARGET.as_ref(), migrated.text.as_bytes()) {
            match error.kind() {
                std::io::ErrorKind::AlreadyExists => bail!("{TARGET} is there already: print it and join them by hand"),
                _ => bail!("{TARGET}: cannot be written: {error}"),
            }
        }
        return Ok(Outcome::Clean);
    }
    let mut out = stdout();
    out.write_all(migrated.text.as_bytes())?;
    out.flush()?;
    Ok(Outcome::Clean)
}
