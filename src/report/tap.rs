use std::io::{self, Write};

use serde_json::json;

use crate::diagnostic::{Diagnostic, Severity};

use super::{Run, by_file};

/// Writes TAP 14: a test for each file, not ok if it has an error or a warning, with the diagnostics
/// as its YAML block.
/// <https://testanything.org/tap-version-14-specification.html>
pub fn tap(write: &mut dyn Write, run: &Run) -> io::Result<()> {
    let files = by_file(run);
    writeln!(write, "TAP version 14\n1..{}", files.len())?;
    for (at, (name, found)) in files.iter().enumerate() {
        let fails = found.iter().any(|it| it.severity >= Severity::Warning);
        let not = if fails { "not " } else { "" };
        writeln!(write, "{not}ok {} - {}", at + 1, description(name))?;
        block(write, run, found)?;
    }
    Ok(())
}

/// `#` would begin a directive, and a line end another line.
fn description(name: &str) -> String {
    name.replace('\\', "\\\\").replace('#', "\\#").replace(['\n', '\r'], " ")
}

/// JSON is YAML: every diagnostic is a flow mapping on its own line.
fn block(write: &mut dyn Write, run: &Run, found: &[&Diagnostic]) -> io::Result<()> {
    if found.is_empty() {
        return Ok(());
    }
    writeln!(write, "  ---\n  diagnostics:")?;
    for diagnostic in found {
        let label = &diagnostic.primary;
        let at = run.sources.get(label.file).line_column(label.span.start);
        let object = json!({
            "severity": diagnostic.severity,
            "rule": diagnostic.rule,
            "line": at.line,
            "column": at.column,
            "message": diagnostic.message,
        });
        writeln!(write, "    - {object}")?;
    }
    writeln!(write, "  ...")
}
