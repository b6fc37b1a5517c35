use std::io::{self, Write};

use serde_json::{Value, json};

use super::Run;
use super::fingerprint::{fingerprints, with_path};
use super::json::diagnostic_json;

/// Writes a stream of objects, one a line, for many runs whose output is put together by
/// concatenation: `"type":"diagnostic"` for each diagnostic, as in the JSON format and with its
/// fingerprint, and `"type":"file"` for each file looked at, clean ones included.
pub fn ndjson(write: &mut dyn Write, run: &Run) -> io::Result<()> {
    let prints = fingerprints(run.sources, run.diagnostics);
    for (diagnostic, print) in run.diagnostics.iter().zip(prints) {
        let mut line = json!({ "type": "diagnostic", "version": 1 });
        let name = &run.sources.get(diagnostic.primary.file).name;
        extend(&mut line, diagnostic_json(run.sources, diagnostic));
        line["fingerprint"] = with_path(name, &print).into();
        writeln!(write, "{line}")?;
    }
    for (name, found) in super::by_file(run) {
        let of = |severity| found.iter().filter(|it| it.severity == severity).count();
        use crate::diagnostic::Severity::{Error, Hint, Info, Warning};
        let (error, warning, info, hint) = (of(Error), of(Warning), of(Info), of(Hint));
        let counts = json!({ "error": error, "warning": warning, "info": info, "hint": hint });
        let tool = env!("CARGO_PKG_VERSION");
        writeln!(write, "{}", json!({ "type": "file", "version": 1, "tool": tool, "file": name, "counts": counts }))?;
    }
    Ok(())
}

fn extend(line: &mut Value, more: Value) {
    if let (Value::Object(line), Value::Object(more)) = (line, more) {
        line.extend(more);
    }
}
