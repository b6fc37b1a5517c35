use std::fmt::Write;

use super::compared::cause;
use super::losses::how;
use super::{ImageReport, bytes, path, percent, printable, rows, shortened};

/// A comment for a pull request.
pub fn markdown(report: &ImageReport) -> String {
    let image = report.image;
    let mut out = format!("### Image {}\n\n", code(&image.name));
    let size = image.blob_bytes().map_or("unknown size".to_owned(), bytes);
    let _ = write!(out, "{}, {} layers, {size} compressed", image.platform(), image.layers.len());
    if let Some(files) = report.files {
        let totals = files.totals(report.first_own());
        let _ = write!(
            out,
            ", {} of files, **{} wasted**, efficiency {}",
            bytes(totals.file_bytes),
            bytes(totals.wasted_bytes),
            percent(totals.efficiency)
        );
    }
    out += ".\n";
    gates(&mut out, report);
    if let Some((old, comparison)) = report.against {
        let _ = writeln!(
            out,
            "\nAgainst {}: {} of {} own layers hit ({}), {} to push, {} to pull.",
            code(&old.name),
            comparison.own_hits,
            comparison.own_layers,
            percent(comparison.hit_ratio()),
            bytes(comparison.push_bytes),
            bytes(comparison.pull_bytes)
        );
        if let Some(miss) = &comparison.first_miss {
            let instruction = code(&shortened(&miss.instruction, 120));
            let _ =
                writeln!(out, "First miss: layer {}, {instruction}: {}.", miss.layer + 1, escape(&cause(&miss.cause)));
        }
    }
    if let Some(stale) = report.stale {
        out += &super::stale::markdown(stale, report.top);
    }
    layers(&mut out, report);
    waste(&mut out, report);
    out
}

fn gates(out: &mut String, report: &ImageReport) {
    if report.gates.is_empty() {
        return;
    }
    out.push_str("\n| gate | bound | measured | |\n| --- | --- | --- | --- |\n");
    for gate in report.gates {
        let word = match gate.passed {
            Some(true) => "ok",
            Some(false) => "**failed**",
            None => "unknown",
        };
        let _ = writeln!(out, "| {} | {} | {} | {word} |", gate.name, escape(&gate.bound), escape(&gate.actual));
    }
}

fn layers(out: &mut String, report: &ImageReport) {
    out.push_str("\n| # | cache | blob | files | wasted | instruction |\n| ---: | --- | ---: | ---: | ---: | --- |\n");
    for row in rows(report).iter().filter(|row| row.layer.is_some()) {
        let verdict = row.verdict.map(|verdict| verdict.as_str());
        let origin = row.origin.map(|origin| origin.as_str());
        let change =
            |get: fn(&crate::image::Change) -> u64| row.change.as_ref().map_or(String::new(), |c| bytes(get(c)));
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} |",
            row.layer.unwrap_or_default(),
            verdict.or(origin).unwrap_or_default(),
            row.blob_bytes.map_or(String::new(), bytes),
            change(|change| change.file_bytes),
            change(|change| change.wasted_bytes),
            code(&shortened(&row.instruction, 80))
        );
    }
}

fn waste(out: &mut String, report: &ImageReport) {
    let Some(files) = report.files else { return };
    let wasted = files.wasted_paths(report.first_own(), report.top);
    if wasted.is_empty() {
        return;
    }
    out.push_str("\n<details><summary>Wasted files</summary>\n\n| bytes | path | why |\n| ---: | --- | --- |\n");
    for file in wasted {
        let losses = file.losses.iter().take(3);
        let why: Vec<String> = losses
            .map(|(added, killed, kind, _)| format!("added by {}, {} by {}", added + 1, how(*kind), killed + 1))
            .collect();
        let _ = writeln!(out, "| {} | {} | {} |", bytes(file.bytes), code(&path(files, file.path)), why.join("; "));
    }
    out.push_str("\n</details>\n");
}

/// Text in a code span that nothing in it can end, also within a table.
pub(super) fn code(text: &str) -> String {
    let text = printable(text).replace('|', "\\|");
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    if longest > 0 { format!("{fence} {text} {fence}") } else { format!("{fence}{text}{fence}") }
}

pub(super) fn escape(text: &str) -> String {
    printable(text).replace('|', "\\|").replace('<', "&lt;")
}
