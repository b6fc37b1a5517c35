use std::io::Write;

use clap::CommandFactory;
use clap_complete::Shell;

use super::output::stdout;
use super::{Cli, Outcome};

/// Print a shell's completion script
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cachalot completions bash > ~/.local/share/bash-completion/completions/cachalot
  cachalot completions zsh > ~/.zfunc/_cachalot                  with ~/.zfunc in $fpath
  cachalot completions fish > ~/.config/fish/completions/cachalot.fish
  cachalot completions powershell >> $PROFILE")]
pub(super) struct Args {
    /// The shell to complete in
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "cachalot", &mut script);
    let mut out = stdout();
    out.write_all(&script)?;
    out.flush()?;
    Ok(Outcome::Clean)
}
