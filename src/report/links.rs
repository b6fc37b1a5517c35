//! What was linked to which Dockerfile, for people and for programs.

use std::io::{self, Write};

use serde_json::json;

use crate::model::docs::Explained;

/// Writes one paragraph for each Dockerfile.
pub fn links_text(out: &mut dyn Write, explained: &[Explained]) -> io::Result<()> {
    for Explained { dockerfile, connections } in explained {
        writeln!(out, "{dockerfile}")?;
        if connections.is_empty() {
            writeln!(out, "  nothing speaks of it")?;
        }
        for it in connections {
            let what = if it.what.is_empty() { String::new() } else { format!("`{}` ", it.what) };
            writeln!(out, "  {}:{}: {}: {what}{}", it.file, it.line, it.kind.as_str(), it.why)?;
        }
    }
    Ok(())
}

/// Writes the same as JSON.
pub fn links_json(out: &mut dyn Write, explained: &[Explained]) -> io::Result<()> {
    let dockerfiles: Vec<_> = explained
        .iter()
        .map(|Explained { dockerfile, connections }| {
            let links: Vec<_> = connections
                .iter()
                .map(|it| {
                    json!({"file": it.file, "line": it.line, "kind": it.kind.as_str(), "what": it.what, "why": it.why})
                })
                .collect();
            json!({"path": dockerfile, "links": links})
        })
        .collect();
    serde_json::to_writer_pretty(&mut *out, &json!({"version": 1, "dockerfiles": dockerfiles}))?;
    writeln!(out)
}
