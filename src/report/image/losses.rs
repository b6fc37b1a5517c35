use std::fmt::Write;

use crate::image::WasteKind;
use crate::image::remedy::remedy;

use super::{ImageReport, bytes, path, percent, printable, shortened, wrapped};

/// What the files tell: sums, who wastes, the largest, the doubled, oddities.
pub(super) fn files(out: &mut String, report: &ImageReport) {
    let Some(files) = report.files else { return };
    let first = report.first_own();
    let totals = files.totals(first);
    let _ = writeln!(out, "\nFiles");
    let mut fact = |name: &str, text: String| *out += &wrapped(&format!("  {name:<12} "), &text, report.width);
    fact("size", format!("{} in all layers, {} in the end", bytes(totals.file_bytes), bytes(totals.live_bytes)));
    fact(
        "wasted",
        format!(
            "{}: {} deleted, {} overwritten, {} for metadata only{}",
            bytes(totals.wasted_bytes),
            bytes(totals.deleted_bytes),
            bytes(totals.overwritten_bytes),
            bytes(totals.metadata_bytes),
            if first > 0 { ", base image's own waste not counted" } else { "" }
        ),
    );
    let _ = writeln!(out, "  {:<12} {}", "efficiency", percent(totals.efficiency));
    if !files.stacked.hashed {
        let _ = writeln!(out, "  note: contents were not read, so equal contents are not recognised");
    }
    if !files.trees.complete() {
        let _ = writeln!(out, "  note: some layers could not be read (encrypted or not there)");
    }
    flows(out, report);
    wasted_paths(out, report);
    if report.top > 0 {
        largest(out, report);
    }
    notes(out, report);
}

fn flows(out: &mut String, report: &ImageReport) {
    let Some(files) = report.files else { return };
    let flows = files.flows(report.first_own());
    if flows.is_empty() || report.top == 0 {
        return;
    }
    let instructions = report.image.layer_instructions();
    let room = report.width.saturating_sub(35).clamp(20, 100);
    let name = |layer: u16| {
        let text = instructions.get(layer as usize).map_or("", String::as_str);
        format!("{} `{}`", layer + 1, shortened(&printable(text), room))
    };
    let _ = writeln!(out, "\nWho wastes");
    for flow in flows.iter().take(report.top) {
        let count = flow.files;
        let noun = if count == 1 { "file" } else { "files" };
        let _ = writeln!(out, "  {:>8}  {count} {noun} added by {}", bytes(flow.bytes), name(flow.added));
        if flow.added != flow.killed {
            let _ = writeln!(out, "  {:>8}  {} by {}", "", how(flow.kind), name(flow.killed));
        }
        if let Some(remedy) = remedy(flow, &instructions, report.base.border()) {
            let _ = writeln!(out, "  {:>8}  = {remedy}", "");
        }
    }
}

/// What happened to wasted bytes, as a participle.
pub(super) fn how(kind: WasteKind) -> &'static str {
    match kind {
        WasteKind::Deleted => "deleted",
        WasteKind::Opaque => "deleted with its folder",
        WasteKind::Overwritten => "overwritten",
        WasteKind::Metadata => "stored again for its metadata",
    }
}

fn wasted_paths(out: &mut String, report: &ImageReport) {
    let Some(files) = report.files else { return };
    let wasted = files.wasted_paths(report.first_own(), report.top);
    if wasted.is_empty() {
        return;
    }
    let _ = writeln!(out, "\nWasted files");
    for file in &wasted {
        let losses: Vec<String> = file
            .losses
            .iter()
            .take(4)
            .map(|(added, killed, kind, _)| format!("added by {}, {} by {}", added + 1, how(*kind), killed + 1))
            .collect();
        let (path, losses) = (path(files, file.path), losses.join("; "));
        let is_short = path.chars().count() + losses.len() + 14 <= report.width;
        let gap = if is_short { "  ".to_owned() } else { format!("\n{:14}", "") };
        let _ = writeln!(out, "  {:>8}  {path}{gap}{losses}", bytes(file.bytes));
    }
}

fn largest(out: &mut String, report: &ImageReport) {
    let Some(files) = report.files else { return };
    let _ = writeln!(out, "\nLargest files");
    for (id, size, layer) in files.largest_files(report.top) {
        let base = if (layer as usize) < report.base.border() { ", base" } else { "" };
        let _ = writeln!(out, "  {:>8}  {}  layer {}{base}", bytes(size), path(files, id), layer + 1);
    }
    let folders = files.largest_folders(report.top);
    if !folders.is_empty() {
        let _ = writeln!(out, "\nLargest folders");
        for (id, size) in folders {
            let _ = writeln!(out, "  {:>8}  {}", bytes(size), path(files, id));
        }
    }
    duplicates(out, report);
}

fn duplicates(out: &mut String, report: &ImageReport) {
    let Some(files) = report.files else { return };
    let groups = files.duplicates(report.first_own(), report.top);
    if groups.is_empty() {
        return;
    }
    let _ = writeln!(out, "\nSame contents under several names");
    for group in groups {
        let (count, extra) = (group.paths.len(), group.extra_bytes());
        let _ = writeln!(out, "  {:>8}  saved by one copy of these {count}", bytes(extra));
        for &id in group.paths.iter().take(3) {
            let _ = writeln!(out, "  {:>8}  {}", "", path(files, id));
        }
        if count > 3 {
            let _ = writeln!(out, "  {:>8}  and {} more", "", count - 3);
        }
    }
}

fn notes(out: &mut String, report: &ImageReport) {
    let Some(files) = report.files else { return };
    let layers = files.trees.layers.iter().enumerate();
    let notes =
        layers.flat_map(|(layer, tree)| tree.iter().flat_map(move |tree| tree.notes.iter().map(move |n| (layer, n))));
    for (layer, note) in notes.take(20) {
        let _ = writeln!(out, "  note: layer {}: {}: `{}`", layer + 1, note.kind.as_str(), printable(&note.name));
    }
    for (layer, kind, id) in files.stacked.notes.iter().take(20) {
        let _ = writeln!(out, "  note: layer {}: {}: `{}`", layer + 1, kind.as_str(), path(files, *id));
    }
}
