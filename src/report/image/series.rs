use std::fmt::Write;

use crate::image::series::Series;

use super::table::Table;
use super::{bytes, printable, shortened, wrapped};

/// Many builds of one image, in `width` columns.
pub fn series_text(series: &Series, width: usize) -> String {
    let mut out = String::from("Builds, oldest first\n");
    let mut table = Table::new(&["#", "created", "blobs", "image"]);
    for (number, build) in series.builds.iter().enumerate() {
        let cells = [(number + 1).to_string(), build.created.clone(), bytes(build.bytes), printable(&build.name)];
        table.row(cells.into());
    }
    out += &table.to_string();
    let _ = writeln!(out, "\nLayers by build");
    let mut table = Table::new(&["changed", "builds", "follows", "each", "in all", "instruction"]);
    for slot in &series.slots {
        table.row(vec![
            format!("{} of {}", slot.changed, slot.chances),
            slot.marks.iter().map(|mark| mark.letter()).collect(),
            if slot.collateral > 0 { slot.collateral.to_string() } else { String::new() },
            bytes(slot.mean_bytes),
            bytes(slot.churn_bytes),
            printable(&slot.instruction),
        ]);
    }
    table.fit(width, &["each"]);
    out += &table.to_string();
    let legend = "builds: + first, = reused, * changed, o followed a change below, . not there; \
        follows: changes of that kind; each: mean blob; in all: blobs pushed for changes";
    out += &wrapped("  ", legend, width);
    let _ = writeln!(
        out,
        "\n  {:<12} {} stored for {} of images ({:.2} times)",
        "dedup",
        bytes(series.unique_bytes),
        bytes(series.total_bytes),
        series.dedup_ratio()
    );
    for advice in &series.advice {
        let text = format!(
            "`{}` follows `{}`, which changes by itself: standing before it would save {}, if it needs nothing of it",
            shortened(&printable(&advice.instruction), 60),
            shortened(&printable(&advice.after), 60),
            bytes(advice.saved_bytes)
        );
        out += &wrapped(&format!("  {:<12} ", "reorder"), &text, width);
    }
    out
}
