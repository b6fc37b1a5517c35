use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use rayon::prelude::*;

use super::Outcome;
use super::lint::{Item, items};
use super::output::{complain, stdout};
use crate::config::Overrides;
use crate::format::{Style, format};
use crate::host::{self, ConfigChoice, Configs};
use crate::lint::FileKind;
use crate::text::unified_diff;

/// Lay out Dockerfiles: keywords, blanks, indentation, blank lines
#[derive(clap::Args)]
#[command(after_help = "\
Only the layout changes: the file is parsed before and after, and an instruction that would not say
the same is left as it is. Comments, heredoc bodies, nesting, package lists and the order of flags
stay. A RUN whose continuation lines move is built once more: its text is part of the cache key.
The style is `[format]` in cachalot.toml: indent-size, indent-style, operators.

Examples:
  cachalot fmt                      all Dockerfiles below the current folder
  cachalot fmt --check              only say which are not laid out, as a gate
  cachalot fmt --diff Dockerfile    only show what would change
  cachalot fmt - < Dockerfile       standard input to standard output

Exit status:
  0  all is laid out, or was written
  1  with --check or --diff: something would change
  2  a path is missing, a file cannot be read or written, the configuration is wrong")]
pub(super) struct Args {
    /// Files and folders; `-` is standard input
    #[arg(default_value = ".", value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Write nothing; list the files that would change
    #[arg(long)]
    check: bool,
    /// Write nothing; show what would change, as a unified diff
    #[arg(long)]
    diff: bool,
    /// The name that standard input goes by: decides its configuration
    #[arg(long, value_name = "PATH")]
    stdin_filename: Option<PathBuf>,
    /// Read this configuration instead of the nearest cachalot.toml
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    config: Option<PathBuf>,
    /// Read no configuration file
    #[arg(long)]
    no_config: bool,
    /// Leave out the summary
    #[arg(long, short)]
    quiet: bool,
}

/// What came of one file.
struct Done {
    old: String,
    new: String,
    /// Lines, from 1, of instructions that had to stay as they are.
    kept: Vec<u32>,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    if args.stdin_filename.is_some() && !args.paths.iter().any(|path| path == Path::new("-")) {
        bail!("--stdin-filename names standard input: give `-` as a path too");
    }
    let configs = Configs::new(args.choice(), Overrides::default());
    let (mut items, mut failed) = items(&args.paths, args.stdin_filename.as_deref());
    items.retain(|item| item.kind == FileKind::Dockerfile);
    let done: Vec<_> = items.par_iter().map(|item| lay_out(item, &configs)).collect();
    let mut out = stdout();
    let mut changed = 0;
    for (item, done) in items.iter().zip(done) {
        match done.and_then(|done| args.write(item, done, &mut out)) {
            Ok(is_changed) => changed += usize::from(is_changed),
            Err(error) => {
                complain(format_args!("{}: {error:#}", item.name));
                failed = true;
            }
        }
    }
    out.flush()?;
    let files = |count: usize| format!("{count} file{}", if count == 1 { "" } else { "s" });
    let is_filter = items.len() == 1 && items[0].stdin;
    if !args.quiet && !is_filter {
        let verb = if args.check || args.diff { "would change" } else { "laid out" };
        complain(format_args!("{} {verb}, {} unchanged", files(changed), items.len() - changed));
    }
    Ok(match (failed, args.check || args.diff) {
        (true, _) => Outcome::CouldNotRun,
        (false, true) if changed > 0 => Outcome::Found,
        _ => Outcome::Clean,
    })
}

impl Args {
    fn choice(&self) -> ConfigChoice {
        match &self.config {
            _ if self.no_config => ConfigChoice::Off,
            Some(file) => ConfigChoice::File(file.clone()),
            None => ConfigChoice::Nearest,
        }
    }

    /// Writes or shows one file's result; true if the file is not laid out yet.
    fn write(&self, item: &Item, done: Option<Done>, out: &mut dyn Write) -> anyhow::Result<bool> {
        let Some(Done { old, new, kept }) = done else { return Ok(false) };
        for line in kept {
            complain(format_args!("{}:{line}: left as it is: another layout would change what it says", item.name));
        }
        let is_changed = old != new;
        match () {
            () if self.diff && is_changed => write!(out, "{}", unified_diff(&old, &new, &item.name))?,
            () if self.check && is_changed => writeln!(out, "{}", item.name)?,
            () if self.check || self.diff => {}
            () if item.stdin => write!(out, "{new}")?,
            () if is_changed => host::write_atomically(&item.path, new.as_bytes())?,
            () => {}
        }
        Ok(is_changed)
    }
}

/// `None` for a file that the configuration leaves out.
fn lay_out(item: &Item, configs: &Configs) -> anyhow::Result<Option<Done>> {
    let bytes = if item.stdin { host::read_stdin()? } else { host::read(&item.path)? };
    let config = configs.of(&item.path)?;
    if config.excluded && !item.named {
        return Ok(None);
    }
    let old = String::from_utf8(bytes.to_vec()).context("is not UTF-8: convert it first; nothing was changed")?;
    let formatted = format(&old, &Style::from_options(config.section("format")));
    Ok(Some(Done { old, new: formatted.text, kept: formatted.kept }))
}
