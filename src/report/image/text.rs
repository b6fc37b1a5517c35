use std::fmt::Write;

use crate::image::cache::Trust;
use crate::image::compare::{Cause, Comparison};
use crate::image::diff::ImageDiff;
use crate::image::series::Series;
use crate::image::{Compression, Image, Kind, WasteKind};

use super::rows::Row;
use super::{ImageReport, bytes, path, percent, printable, rows, shortened};

/// The whole report for people.
pub fn text(report: &ImageReport) -> String {
    let mut out = String::new();
    head(&mut out, report.image);
    base(&mut out, report);
    layers(&mut out, report);
    if report.files.is_some() {
        files(&mut out, report);
    }
    if let Some((old, comparison)) = report.against {
        out.push('\n');
        out += &comparison_text(report.image, old, comparison);
    }
    if let Some(stale) = report.stale {
        out.push('\n');
        out += &super::stale::text(stale, report.top);
    }
    for warning in &report.image.warnings {
        let _ = writeln!(out, "\nnote: {}", printable(warning));
    }
    gates(&mut out, report);
    out
}

fn head(out: &mut String, image: &Image) {
    let run = &image.config.config;
    let list = |words: &Option<Vec<String>>| words.as_ref().map_or(String::new(), |words| json_words(words));
    let mut fact = |name: &str, value: String| {
        if !value.is_empty() {
            let _ = writeln!(out, "  {name:<12} {}", printable(&value));
        }
    };
    fact("image", image.name.clone());
    fact("tags", image.tags.join(", "));
    fact("id", image.id.to_string());
    fact("digest", image.manifest_digest.as_ref().map_or(String::new(), |digest| digest.to_string()));
    fact("created", image.config.created.clone());
    fact("author", image.config.author.clone());
    fact("platform", image.platform().to_string());
    fact("entrypoint", list(&run.entrypoint));
    fact("command", list(&run.cmd));
    fact("user", run.user.clone());
    fact("workdir", run.working_dir.clone());
    for variable in &run.env {
        fact("env", variable.clone());
    }
    fact("ports", run.exposed_ports.join(" "));
    fact("volumes", run.volumes.join(" "));
    for (key, value) in &run.labels {
        fact("label", format!("{key}={value}"));
    }
    fact("stop signal", run.stop_signal.clone());
    fact("shell", list(&run.shell));
    for trigger in &run.on_build {
        fact("onbuild", trigger.clone());
    }
    if let Some(check) = &run.healthcheck {
        fact("health check", json_words(&check.test));
    }
}

fn json_words(words: &[String]) -> String {
    serde_json::to_string(words).unwrap_or_default()
}

fn base(out: &mut String, report: &ImageReport) {
    let base = report.base;
    let name = base.name.as_ref().map_or(String::new(), |name| format!("{}, ", printable(name)));
    let _ = match base.layers {
        0 => writeln!(out, "  {:<12} {}", "base", base.evidence.as_str()),
        count if base.border() == 0 => {
            writeln!(
                out,
                "  {:<12} perhaps {count} of {} layers, {}",
                "base",
                report.image.layers.len(),
                base.evidence.as_str()
            )
        }
        count => writeln!(
            out,
            "  {:<12} {name}{count} of {} layers, {}",
            "base",
            report.image.layers.len(),
            base.evidence.as_str()
        ),
    };
    let trust = match report.origins.0 {
        Trust::Provenance => "by the provenance: made before this build began means reused",
        Trust::Heuristic => "guessed from the layers' times",
        Trust::NotDeterminable => "not determinable: the layers' times say nothing",
    };
    let _ = writeln!(out, "  {:<12} {trust}", "cache");
}

const MISSING: &str = "-";

fn layers(out: &mut String, report: &ImageReport) {
    let rows = rows(report);
    let with_files = report.files.is_some();
    let optional = |count: Option<u64>| count.map_or(MISSING.to_owned(), bytes);
    let _ = writeln!(out, "\nLayers");
    let mut table = Table::new(&["#", "cache", "made", "blob", "tar"]);
    if with_files {
        table.head(&["files", "+", "~", "-", "wasted"]);
    }
    table.head(&["instruction"]);
    for row in &rows {
        let mut cells = vec![
            row.layer.map_or(String::new(), |number| number.to_string()),
            verdict(row),
            if row.layer.is_some() { when(&row.created) } else { String::new() },
            if row.layer.is_some() { optional(row.blob_bytes) } else { String::new() },
            if row.layer.is_some() { optional(row.tar_bytes) } else { String::new() },
        ];
        if with_files {
            cells.extend(match (&row.change, row.layer) {
                (Some(change), _) => [
                    bytes(change.file_bytes),
                    change.added.to_string(),
                    change.changed.to_string(),
                    change.removed.to_string(),
                    wasted(row),
                ],
                (None, Some(_)) => [MISSING; 5].map(str::to_owned),
                (None, None) => [""; 5].map(str::to_owned),
            });
        }
        let line = row.line.map_or(String::new(), |line| format!("{line}: "));
        let missing = if row.unmatched { " (its layer is missing)" } else { "" };
        cells.push(format!("{line}{}{missing}", shortened(&printable(&row.instruction), 100)));
        table.row(cells);
    }
    *out += &table.to_string();
    let blobs = report.image.blob_bytes();
    // A daemon or an old archive hands layers out as bare tars: that is no compressed size.
    let is_bare = |layer: &crate::image::LayerInfo| layer.compression == Some(Compression::None);
    let stored = if report.image.layers.iter().all(is_bare) { "stored uncompressed" } else { "compressed" };
    let tars: Option<u64> = report.image.layers.iter().map(|layer| layer.tar_size).sum();
    let _ = writeln!(
        out,
        "  {} layers, {} {stored}, {} as tars",
        report.image.layers.len(),
        optional(blobs),
        optional(tars)
    );
}

/// `2024-01-01 12:00` of an RFC 3339 time.
fn when(created: &str) -> String {
    match (created.get(..10), created.get(11..16)) {
        (Some(day), Some(time)) => printable(&format!("{day} {time}")),
        _ => MISSING.to_owned(),
    }
}

/// What to put into the column `cache`.
fn verdict(row: &Row) -> String {
    match (row.verdict, row.origin) {
        (Some(verdict), _) => verdict.as_str().to_owned(),
        (None, Some(origin)) => origin.as_str().to_owned(),
        (None, None) => String::new(),
    }
}

/// "1.0 MB by 3".
fn wasted(row: &Row) -> String {
    let total = row.change.map_or(0, |change| change.wasted_bytes);
    if total == 0 {
        return "0 B".into();
    }
    let by: Vec<String> = row.wasted_by.iter().take(3).map(|(number, _)| number.to_string()).collect();
    let more = if row.wasted_by.len() > 3 { ", …" } else { "" };
    format!("{} by {}{more}", bytes(total), by.join(", "))
}

fn files(out: &mut String, report: &ImageReport) {
    let Some(files) = report.files else { return };
    let first = report.first_own();
    let totals = files.totals(first);
    let whose = if first > 0 { ", base image's own waste not counted" } else { "" };
    let _ = writeln!(out, "\nFiles");
    let _ = writeln!(
        out,
        "  {:<12} {} in all layers, {} in the end",
        "size",
        bytes(totals.file_bytes),
        bytes(totals.live_bytes)
    );
    let _ = writeln!(
        out,
        "  {:<12} {}: {} deleted, {} overwritten, {} for metadata only{whose}",
        "wasted",
        bytes(totals.wasted_bytes),
        bytes(totals.deleted_bytes),
        bytes(totals.overwritten_bytes),
        bytes(totals.metadata_bytes)
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
    let name = |layer: u16| {
        let text = instructions.get(layer as usize).map_or("", String::as_str);
        format!("{} `{}`", layer + 1, shortened(&printable(text), 50))
    };
    let _ = writeln!(out, "\nWho wastes");
    for flow in flows.iter().take(report.top) {
        let count = flow.files;
        let noun = if count == 1 { "file" } else { "files" };
        let _ = writeln!(
            out,
            "  {:>8}  {count} {noun} added by {}, {} by {}",
            bytes(flow.bytes),
            name(flow.added),
            how(flow.kind),
            name(flow.killed)
        );
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
        let _ = writeln!(out, "  {:>8}  {}  {}", bytes(file.bytes), path(files, file.path), losses.join("; "));
    }
}

fn largest(out: &mut String, report: &ImageReport) {
    let Some(files) = report.files else { return };
    let _ = writeln!(out, "\nLargest files");
    for (id, size, layer) in files.largest_files(report.top) {
        let _ = writeln!(out, "  {:>8}  {}  layer {}", bytes(size), path(files, id), layer + 1);
    }
    let folders = files.largest_folders(report.top);
    if !folders.is_empty() {
        let _ = writeln!(out, "\nLargest folders");
        for (id, size) in folders {
            let _ = writeln!(out, "  {:>8}  {}", bytes(size), path(files, id));
        }
    }
    let duplicates = files.duplicates(report.top);
    if !duplicates.is_empty() {
        let _ = writeln!(out, "\nSame contents");
        for group in duplicates {
            let more = group.paths.len().saturating_sub(3);
            let paths: Vec<String> = group.paths.iter().take(3).map(|&id| path(files, id)).collect();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let _ = writeln!(out, "  {:>8}  more than needed: {}{more}", bytes(group.extra_bytes()), paths.join(", "));
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

fn gates(out: &mut String, report: &ImageReport) {
    if report.gates.is_empty() {
        return;
    }
    let _ = writeln!(out, "\nGates");
    for gate in report.gates {
        let word = match gate.passed {
            Some(true) => "ok",
            Some(false) => "FAILED",
            None => "unknown",
        };
        let _ = writeln!(out, "  {word:<8} {} {}: {}", gate.name, gate.bound, gate.actual);
    }
}

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

/// One line per path that `wanted` takes: of one layer, or of the final file system.
pub fn listing(report: &ImageReport, layer: Option<usize>, tree: bool, wanted: &dyn Fn(&str) -> bool) -> String {
    let Some(files) = report.files else { return String::new() };
    let mut lines: Vec<(Vec<u8>, String)> = Vec::new();
    let mut add = |entry: Option<&crate::image::Entry>, id, size: u64| {
        let name = files.trees.paths.bytes(id);
        let shown = path(files, id);
        if !wanted(shown.trim_start_matches('/')) {
            return;
        }
        let depth = name.iter().filter(|&&byte| byte == b'/').count();
        let label = match (tree, shown.rsplit_once('/')) {
            (true, Some((_, last))) => format!("{}{last}", "  ".repeat(depth.min(64))),
            _ => shown,
        };
        lines.push((
            name,
            format!("{} {:>9}  {label}", facts(files, entry), if size > 0 { bytes(size) } else { String::new() }),
        ));
    };
    match layer {
        Some(layer) => {
            for entry in files.trees.entries(layer) {
                add(Some(entry), entry.path, entry.size);
            }
        }
        None => {
            for live in &files.stacked.live {
                add(files.entry(live), live.path, files.size(live));
            }
        }
    }
    lines.sort();
    lines.into_iter().map(|(_, line)| line + "\n").collect()
}

/// `-rwxr-xr-x 0:0`, as `ls` writes it.
fn facts(files: &crate::image::analysis::Files, entry: Option<&crate::image::Entry>) -> String {
    let Some(entry) = entry else { return format!("{:<10} {:>9}", "d", "") };
    let kind = match entry.kind {
        Kind::File => '-',
        Kind::Directory => 'd',
        Kind::Symlink => 'l',
        Kind::Hardlink => 'h',
        Kind::CharDevice => 'c',
        Kind::BlockDevice => 'b',
        Kind::Fifo => 'p',
        Kind::Whiteout => return format!("{:<10} {:>9}", "(deleted)", ""),
        Kind::Opaque => return format!("{:<10} {:>9}", "(emptied)", ""),
    };
    let (user, group) = files.trees.owner(entry);
    format!("{kind}{} {:>9}", mode_text(entry.mode), format!("{user}:{group}"))
}

fn mode_text(mode: u16) -> String {
    let letters = |shift: u16, special: bool, on: char, off: char| {
        let bits = mode >> shift & 7;
        let last = match (special, bits & 1 == 1) {
            (true, true) => on,
            (true, false) => off,
            (false, true) => 'x',
            (false, false) => '-',
        };
        [if bits & 4 > 0 { 'r' } else { '-' }, if bits & 2 > 0 { 'w' } else { '-' }, last]
    };
    let parts = [
        letters(6, mode & 0o4000 > 0, 's', 'S'),
        letters(3, mode & 0o2000 > 0, 's', 'S'),
        letters(0, mode & 0o1000 > 0, 't', 'T'),
    ];
    parts.iter().flatten().collect()
}

/// A table whose columns are as wide as their widest cell; numbers to the right.
pub(super) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn new(head: &[&str]) -> Table {
        Table { rows: vec![head.iter().map(|cell| (*cell).to_owned()).collect()] }
    }

    fn head(&mut self, more: &[&str]) {
        self.rows[0].extend(more.iter().map(|cell| (*cell).to_owned()));
    }

    pub(super) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let columns = self.rows[0].len();
        let width = |column: usize| self.rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for row in &self.rows {
            let cells = row.iter().enumerate().map(|(column, cell)| match column {
                1 => format!("{cell:<width$}", width = widths[column]),
                last if last + 1 == columns => cell.clone(),
                _ => format!("{cell:>width$}", width = widths[column]),
            });
            writeln!(f, "  {}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
        }
        Ok(())
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

/// Many builds of one image.
pub fn series_text(series: &Series) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "Builds, oldest first");
    for (number, build) in series.builds.iter().enumerate() {
        let _ =
            writeln!(out, "  {:>3}  {}  {}  {}", number + 1, printable(&build.name), build.created, bytes(build.bytes));
    }
    let _ = writeln!(out, "\nLayers by build: = reused, * changed, . not there");
    for slot in &series.slots {
        let marks: String = slot.marks.iter().map(|mark| mark.letter()).collect();
        let _ = writeln!(
            out,
            "  {marks}  changed {} of {}  {:>8} each  {:>8} in all  {}{}",
            slot.changed,
            slot.chances,
            bytes(slot.mean_bytes),
            bytes(slot.churn_bytes),
            shortened(&printable(&slot.instruction), 70),
            if slot.collateral > 0 {
                format!("  ({} only because of a layer below)", slot.collateral)
            } else {
                String::new()
            }
        );
    }
    let _ = writeln!(
        out,
        "\n  {:<12} {} stored for {} of images ({:.2} times)",
        "dedup",
        bytes(series.unique_bytes),
        bytes(series.total_bytes),
        series.dedup_ratio()
    );
    for advice in &series.advice {
        let _ = writeln!(
            out,
            "  {:<12} `{}` follows `{}`, which changes more often: {} would be saved by moving it before",
            "reorder",
            shortened(&printable(&advice.instruction), 60),
            shortened(&printable(&advice.after), 60),
            bytes(advice.saved_bytes)
        );
    }
    out
}
