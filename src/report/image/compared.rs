use std::fmt::Write;

use crate::image::Image;
use crate::image::compare::{Cause, Comparison};
use crate::image::diff::ImageDiff;

use super::{bytes, percent, printable, shortened};

/// What became of the layers since an older build.
pub fn comparison_text(new: &Image, old: &Image, comparison: &Comparison) -> String {
    let mut out = format!("Against {}\n", printable(&old.name));
    let own = comparison.own_layers;
    let _ = writeln!(
        out,
        "  {:<12} {} of {own} own layers ({})",
        "hits",
        comparison.own_hits,
        percent(comparison.hit_ratio())
    );
    let _ = writeln!(out, "  {:<12} the lowest {} of {}", "shared", comparison.shared_prefix, new.layers.len());
    let unsure = if comparison.sizes_incomplete { ", at least" } else { "" };
    let _ = writeln!(out, "  {:<12} {}{unsure}", "to push", bytes(comparison.push_bytes));
    let _ = writeln!(
        out,
        "  {:<12} {} with containerd, {} with Docker's graph drivers{unsure}",
        "to pull",
        bytes(comparison.pull_bytes),
        bytes(comparison.pull_bytes_graphdriver)
    );
    if let Some(miss) = &comparison.first_miss {
        let instruction = shortened(&printable(&miss.instruction), 100);
        let _ =
            writeln!(out, "  {:<12} layer {}: `{instruction}`: {}", "first miss", miss.layer + 1, cause(&miss.cause));
    }
    out
}

/// Why a layer differs.
pub(super) fn cause(cause: &Cause) -> String {
    let quoted = |text: &str| format!("`{}`", shortened(&printable(text), 100));
    match cause {
        Cause::BaseChanged => "the base image changed".into(),
        Cause::InstructionChanged { before } => format!("the instruction changed, it was {}", quoted(before)),
        Cause::SettingChanged { before, after } if before.is_empty() => format!("{} is new before it", quoted(after)),
        Cause::SettingChanged { before, after } if after.is_empty() => format!("{} is gone before it", quoted(before)),
        Cause::SettingChanged { before, after } => format!("{} before it became {}", quoted(before), quoted(after)),
        Cause::InputsChanged => "the files that it copies changed".into(),
        Cause::RanAgain => {
            "the cache was lost or expired, or something below changed, or the command gives another result each time"
                .into()
        }
        Cause::Appended => "the older image ends here".into(),
        Cause::Unknown => "the history does not tell why".into(),
    }
}

/// Two images side by side.
pub fn diff_text(diff: &ImageDiff, top: usize) -> String {
    let mut out = format!("{} -> {}\n", printable(&diff.before), printable(&diff.after));
    for change in &diff.config {
        let _ = writeln!(out, "  {:<14} {} -> {}", change.key, printable(&change.before), printable(&change.after));
    }
    let _ = writeln!(
        out,
        "  {:<14} {} -> {}, the lowest {} the same",
        "layers", diff.layers.0, diff.layers.1, diff.layers.2
    );
    let Some(files) = &diff.files else { return out };
    let _ = writeln!(out, "  {:<14} {} -> {}", "file bytes", bytes(files.bytes.0), bytes(files.bytes.1));
    let counts = (files.added.len(), files.removed.len(), files.changed.len());
    let _ = writeln!(out, "  {:<14} {} added, {} removed, {} changed", "files", counts.0, counts.1, counts.2);
    for (mark, list) in [("+", &files.added), ("-", &files.removed), ("~", &files.changed)] {
        for file in list.iter().take(top) {
            let sizes = match mark {
                "~" => format!("{} -> {}", bytes(file.before), bytes(file.after)),
                "+" => bytes(file.after),
                _ => bytes(file.before),
            };
            let _ = writeln!(out, "  {mark} {}  {sizes}  {}", printable(&file.path), file.what);
        }
        if list.len() > top {
            let _ = writeln!(out, "  {mark} and {} more", list.len() - top);
        }
    }
    for change in &diff.packages {
        let _ = match (&change.before, &change.after) {
            (None, Some(after)) => writeln!(out, "  + {} {after}", printable(&change.name)),
            (Some(before), None) => writeln!(out, "  - {} {before}", printable(&change.name)),
            (before, after) => writeln!(
                out,
                "  ~ {} {} -> {}",
                printable(&change.name),
                printable(before.as_deref().unwrap_or_default()),
                printable(after.as_deref().unwrap_or_default())
            ),
        };
    }
    for note in &diff.notes {
        let _ = writeln!(out, "  note: {note}");
    }
    out
}
