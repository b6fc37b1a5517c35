use std::io::{self, Write};

use super::Run;
use super::excerpt::printable;

/// Writes `file:line:column: severity[rule]: message`, one line for each diagnostic, as editors
/// and `grep` like it.
pub fn compact(write: &mut dyn Write, run: &Run) -> io::Result<()> {
    for diagnostic in run.diagnostics {
        let source = run.sources.get(diagnostic.primary.file);
        let at = source.line_column(diagnostic.primary.span.start);
        let message = printable(&diagnostic.message);
        let (severity, rule) = (diagnostic.severity, diagnostic.rule);
        writeln!(write, "{}:{}:{}: {severity}[{rule}]: {message}", source.name, at.line, at.column)?;
    }
    Ok(())
}
