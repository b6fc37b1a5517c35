//! `cachalot image --files-from`: many images, one after another, each reported alone.

use std::io::Write;

use anyhow::bail;
use serde_json::{Value, json};

use crate::cli::Outcome;
use crate::cli::output::{complain, stdout};
use crate::report::Run;

use super::{Args, ImageFormat, run_image};

/// An image that cannot be read is told, and the others are still looked at.
pub(super) fn run_list(args: &Args, names: &[String]) -> anyhow::Result<Outcome> {
    if !matches!(args.format, ImageFormat::Text | ImageFormat::Ndjson | ImageFormat::Markdown) {
        bail!("a list of images is reported as text, markdown or ndjson");
    }
    let mut worst = Outcome::Clean;
    for name in names.iter().filter(|name| args.list.takes(name)) {
        worst = match run_image(args, name) {
            Ok(outcome) => graver(worst, outcome),
            Err(error) if crate::cli::is_closed_pipe(&error) => return Err(error),
            Err(error) => {
                complain(format_args!("{error:#}"));
                if args.format == ImageFormat::Ndjson {
                    let why = format!("{error:#}");
                    let line = json!({ "type": "error", "version": 1, "image": name, "message": why });
                    writeln!(stdout(), "{line}")?;
                }
                Outcome::CouldNotRun
            }
        };
    }
    Ok(worst)
}

fn graver(one: Outcome, other: Outcome) -> Outcome {
    let rank = |it: Outcome| match it {
        Outcome::Clean => 0,
        Outcome::Found => 1,
        Outcome::CouldNotRun => 2,
        Outcome::Interrupted => 3,
    };
    if rank(other) > rank(one) { other } else { one }
}

/// Writes `"type":"image"` with all that the JSON format says of it, then a line for each diagnostic.
pub(super) fn ndjson(out: &mut dyn Write, name: &str, said: Value, run: &Run) -> anyhow::Result<()> {
    let mut line = json!({ "type": "image", "version": 1, "tool": env!("CARGO_PKG_VERSION"), "image": name });
    merge(&mut line, said);
    writeln!(out, "{line}")?;
    let mut found = Vec::new();
    crate::report::json(&mut found, run)?;
    let mut found: Value = serde_json::from_slice(&found)?;
    for diagnostic in found["diagnostics"].as_array_mut().into_iter().flatten() {
        let mut line = json!({ "type": "diagnostic", "version": 1, "image": name });
        merge(&mut line, diagnostic.take());
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// What the line says already stays.
fn merge(line: &mut Value, more: Value) {
    if let (Value::Object(line), Value::Object(more)) = (line, more) {
        for (key, value) in more {
            line.entry(key).or_insert(value);
        }
    }
}
