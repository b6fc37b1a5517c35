use std::io::{self, Write};

use super::text::summary;
use super::{Run, by_file, rule_info};

/// Rows at most, so that a comment or a job summary takes it: GitHub cuts comments at 65,536 bytes.
const MAX_ROWS: usize = 200;

/// Writes a summary and a table for a comment on a change or a job's summary.
pub fn markdown(write: &mut dyn Write, run: &Run) -> io::Result<()> {
    writeln!(write, "**cachalot**: {}", cell(&summary(run)))?;
    if run.diagnostics.is_empty() {
        return Ok(());
    }
    writeln!(write, "\n| severity | place | rule | problem |\n| --- | --- | --- | --- |")?;
    let rows = by_file(run).into_iter().flat_map(|(name, found)| found.into_iter().map(move |it| (name, it)));
    for (name, diagnostic) in rows.take(MAX_ROWS) {
        let label = &diagnostic.primary;
        let line = run.sources.get(label.file).line(label.span.start);
        let notes = diagnostic.notes.iter().map(|note| format!("<br>{}", cell(note)));
        let problem: String = std::iter::once(cell(&diagnostic.message)).chain(notes).collect();
        let (rule, url) = (diagnostic.rule, rule_info(diagnostic.rule).url);
        writeln!(write, "| {} | {}:{line} | [{rule}]({url}) | {problem} |", diagnostic.severity, cell(name))?;
    }
    match run.diagnostics.len().saturating_sub(MAX_ROWS) {
        0 => Ok(()),
        more => writeln!(write, "\n{more} more"),
    }
}

/// A text as it is in the cell of a table, on one line. Code in backticks stays code.
fn cell(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('|', "\\|");
    text.lines().collect::<Vec<_>>().join("<br>")
}
