use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueEnum};
use serde_json::{Value, json};

use crate::config::{self, Origin, Shown};
use crate::host;

use super::Outcome;
use super::options::ConfigArgs;
use super::output::stdout;

/// Print the configuration's schema, or what it comes to for a file
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Print the JSON Schema of cachalot.toml, for editors
    Schema,
    /// Print every setting that applies to a file, and where it came from
    Show(Box<ShowArgs>),
}

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cachalot config show services/api/Dockerfile
  cachalot config show Dockerfile --preset hadolint --format json")]
struct ShowArgs {
    /// The file that would be linted
    #[arg(default_value = "Dockerfile", value_name = "FILE")]
    file: PathBuf,
    /// How to print it
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: ShowFormat,
    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum ShowFormat {
    /// key = value  # where it came from
    #[default]
    Text,
    /// One versioned object
    Json,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let mut out = stdout();
    match &args.command {
        Command::Schema => {
            serde_json::to_writer_pretty(&mut out, &config::schema())?;
            writeln!(out)?;
        }
        Command::Show(args) => show(&mut out, args)?,
    }
    out.flush()?;
    Ok(Outcome::Clean)
}

fn show(out: &mut dyn Write, args: &ShowArgs) -> anyhow::Result<()> {
    let resolved = args.config.configs()?.of(&args.file)?;
    let settings = resolved.shown();
    match args.format {
        ShowFormat::Text => text(out, &settings)?,
        ShowFormat::Json => {
            let settings: Vec<Value> = settings.iter().map(to_json).collect();
            let json = json!({
                "version": 1,
                "file": host::display(&args.file),
                "excluded": resolved.excluded,
                "settings": settings,
            });
            serde_json::to_writer_pretty(&mut *out, &json)?;
            writeln!(out)?;
        }
    }
    Ok(())
}

fn text(out: &mut dyn Write, settings: &[Shown]) -> std::io::Result<()> {
    let line = |setting: &Shown| match &setting.value {
        Value::Null => format!("# {} is not set", setting.key),
        value => format!("{} = {value}", setting.key),
    };
    let width = settings.iter().map(|it| line(it).len()).max().unwrap_or(0).min(60);
    for setting in settings {
        writeln!(out, "{:width$}  # {}", line(setting), origin(&setting.origin))?;
    }
    Ok(())
}

fn to_json(setting: &Shown) -> Value {
    json!({ "key": setting.key, "value": setting.value, "origin": origin(&setting.origin) })
}

/// The origin with its file as people know it.
fn origin(origin: &Origin) -> String {
    match origin {
        Origin::File { path, line } => format!("{}:{line}", host::display(Path::new(path))),
        other => other.to_string(),
    }
}
