use std::fmt::Write;

use crate::image::Compression;

use super::rows::Row;
use super::table::Table;
use super::{ImageReport, bytes, printable, rows, wrapped};

const MISSING: &str = "-";

/// One line for each step of the history, and what the columns mean.
pub(super) fn layers(out: &mut String, report: &ImageReport) {
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
        cells.push(format!("{line}{}{missing}", printable(&row.instruction)));
        table.row(cells);
    }
    table.fit(report.width, &["made", "tar"]);
    *out += &table.to_string();
    totals(out, report, table.has("tar"));
}

fn totals(out: &mut String, report: &ImageReport, with_tar: bool) {
    let optional = |count: Option<u64>| count.map_or(MISSING.to_owned(), bytes);
    // A daemon or an old archive hands layers out as bare tars: that is no compressed size.
    let is_bare = |layer: &crate::image::LayerInfo| layer.compression == Some(Compression::None);
    let is_bare = report.image.layers.iter().all(is_bare);
    let tars: Option<u64> = report.image.layers.iter().map(|layer| layer.tar_size).sum();
    let _ = writeln!(
        out,
        "  {} layers, {} {}, {} as tars",
        report.image.layers.len(),
        optional(report.image.blob_bytes()),
        if is_bare { "stored uncompressed" } else { "compressed" },
        optional(tars)
    );
    let blob = if is_bare { "blob: as stored here, uncompressed" } else { "blob: as pushed and pulled" };
    let tar = if with_tar { "; tar: the same, unpacked" } else { "" };
    let files =
        if report.files.is_some() { "; files: sum of file sizes; + ~ -: files added, changed, removed" } else { "" };
    *out += &wrapped("  ", &format!("{blob}{tar}{files}"), report.width);
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
