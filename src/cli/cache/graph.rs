use std::io::Write;
use std::path::PathBuf;

use clap::ValueEnum;

use crate::cli::Outcome;
use crate::cli::output::stdout;
use crate::report::{self, GraphReport};

use super::predict::{Comparison, StateArgs, predicted};
use super::setting::BuildArgs;

/// Print the build graph with what happens to each of its vertices
#[derive(clap::Args)]
#[command(after_help = "\
Takes the same states as `cachalot cache predict`. An input matched by content hits if the files are
the same, one matched by definition only if the step before it does.

Examples:
  cachalot cache graph --changed src/main.rs
  cachalot cache graph --format svg > graph.svg
  cachalot cache graph --format dot | dot -Tpng > graph.png")]
pub(super) struct Args {
    /// The Dockerfile
    #[arg(default_value = "Dockerfile", value_name = "DOCKERFILE")]
    dockerfile: PathBuf,
    #[command(flatten)]
    states: StateArgs,
    #[command(flatten)]
    build: BuildArgs,
    /// How to print it
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    format: GraphFormat,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum GraphFormat {
    /// A line per vertex
    #[default]
    Text,
    /// For Graphviz
    Dot,
    /// For Markdown that renders Mermaid
    Mermaid,
    /// A picture for a browser
    Svg,
    /// One versioned object
    Json,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let comparison = Comparison { dockerfile: &args.dockerfile, states: &args.states, build: &args.build };
    let predicted = predicted(&comparison)?;
    let report = GraphReport::new(comparison.name(), &predicted.graph, &predicted.verdicts);
    let mut out = stdout();
    match args.format {
        GraphFormat::Text => report::graph_text(&mut out, &report)?,
        GraphFormat::Dot => report::graph_dot(&mut out, &report)?,
        GraphFormat::Mermaid => report::graph_mermaid(&mut out, &report)?,
        GraphFormat::Svg => report::graph_svg(&mut out, &report)?,
        GraphFormat::Json => {
            serde_json::to_writer_pretty(&mut out, &report)?;
            writeln!(out)?;
        }
    }
    out.flush()?;
    Ok(Outcome::Clean)
}
