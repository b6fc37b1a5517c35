//! `cachalot cache`: what the layer cache does to a build.

mod advise;
mod costs;
mod gates;
mod graph;
mod history;
mod log;
mod notes;
mod predict;
mod print;
mod replay;
mod setting;

use super::Outcome;

/// Which steps rebuild, and why
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    Predict(Box<predict::Args>),
    Replay(Box<replay::Args>),
    Log(Box<log::Args>),
    Graph(Box<graph::Args>),
}

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    match &args.command {
        Command::Predict(args) => predict::run(args),
        Command::Replay(args) => replay::run(args),
        Command::Log(args) => log::run(args),
        Command::Graph(args) => graph::run(args),
    }
}
