use std::io::{self, Write};

use serde_json::json;

use super::Run;

/// Writes what Codacy's tools write: an object for each diagnostic, one a line.
/// <https://docs.codacy.com/related-tools/tool-developer-guide/>
pub fn codacy(write: &mut dyn Write, run: &Run) -> io::Result<()> {
    for diagnostic in run.diagnostics {
        let label = &diagnostic.primary;
        let line = run.sources.get(label.file).line(label.span.start);
        let object = json!({
            "filename": run.path(label.file),
            "line": line,
            "message": diagnostic.message,
            "patternId": diagnostic.rule,
        });
        writeln!(write, "{object}")?;
    }
    Ok(())
}
