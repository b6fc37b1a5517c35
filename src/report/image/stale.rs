use std::fmt::Write;

use crate::image::stale::{Now, Stale, StepNow};

use super::markdown::{code, escape};
use super::table::Table;
use super::{printable, shortened};

/// What a build of the working tree would do to the image.
pub(super) fn text(stale: &Stale, top: usize) -> String {
    let mut out = format!("Working tree\n  {}\n", verdict(stale));
    let mut table = Table::new(&["#", "now", "line", "instruction"]);
    for step in shown(stale) {
        let why =
            if step.why.is_empty() { String::new() } else { format!("  ({})", shortened(&printable(&step.why), 160)) };
        table.row(vec![
            step.layer.map_or(String::new(), |layer| (layer + 1).to_string()),
            step.now.as_str(step.layer.is_some()).to_owned(),
            step.line.map_or(String::new(), |line| line.to_string()),
            format!("{}{why}", shortened(&printable(&step.instruction), 80)),
        ]);
    }
    out += &table.to_string();
    for step in stale.steps.iter().filter(|step| top > 0 && !step.files.is_empty()) {
        let line = step.line.map_or(String::new(), |line| format!("line {line}, "));
        let _ = writeln!(out, "\n  {line}`{}`", shortened(&printable(&step.instruction), 80));
        for file in step.files.iter().take(top) {
            let _ = writeln!(out, "    {:<9} {}", file.what, printable(&file.path));
        }
        if step.files.len() > top {
            let _ = writeln!(out, "    and {} more", step.files.len() - top);
        }
    }
    for note in &stale.notes {
        let _ = writeln!(out, "  note: {note}");
    }
    out
}

/// The same for a pull request.
pub(super) fn markdown(stale: &Stale, top: usize) -> String {
    let mut out = format!("\nWorking tree: {}.\n", verdict(stale));
    let first = stale.steps.iter().find(|step| matches!(step.now, Now::Changed | Now::Gone));
    if let Some(step) = first {
        let files: Vec<String> = step.files.iter().take(top.min(5)).map(|file| code(&file.path)).collect();
        let files = if files.is_empty() { String::new() } else { format!(" ({})", files.join(", ")) };
        let _ =
            writeln!(out, "First change: {}: {}{files}.", code(&shortened(&step.instruction, 80)), escape(&step.why));
    }
    out
}

fn verdict(stale: &Stale) -> String {
    let (reused, maybe, all) = stale.layers();
    let unsure = if maybe > 0 { format!(", {maybe} more perhaps") } else { String::new() };
    let layers = format!("a build would reuse {reused} of {all} own layers now{unsure}");
    match stale.is_stale() {
        Some(true) => format!("the image is stale: {layers}"),
        Some(false) => format!("the image is up to date: {layers}"),
        None => format!("only a build can tell whether the image is stale: {layers}"),
    }
}

/// Steps with a layer, and settings that differ.
fn shown(stale: &Stale) -> impl Iterator<Item = &StepNow> {
    stale.steps.iter().filter(|step| step.layer.is_some() || step.now != Now::Same)
}
