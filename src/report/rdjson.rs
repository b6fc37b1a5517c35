use std::io::{self, Write};

use serde_json::{Value, json};

use crate::diagnostic::{Diagnostic, Edit, Severity};
use crate::text::{FileId, Sources, Span};

use super::{Run, full_message, rule_info};

/// Writes reviewdog's diagnostics, with fixes as suggestions that a reviewer can take over.
/// <https://github.com/reviewdog/reviewdog/tree/master/proto/rdf>
pub fn rdjson(write: &mut dyn Write, run: &Run) -> io::Result<()> {
    let diagnostics: Vec<Value> = run.diagnostics.iter().map(|it| one(run, it)).collect();
    let source = json!({ "name": "cachalot", "url": env!("CARGO_PKG_REPOSITORY") });
    serde_json::to_writer_pretty(&mut *write, &json!({ "source": source, "diagnostics": diagnostics }))?;
    writeln!(write)
}

fn one(run: &Run, diagnostic: &Diagnostic) -> Value {
    let label = &diagnostic.primary;
    let location = |file: FileId, span| json!({ "path": run.path(file), "range": range(run.sources, file, span) });
    let mut value = json!({
        "message": full_message(diagnostic),
        "location": location(label.file, label.span),
        "severity": match diagnostic.severity {
            Severity::Error => "ERROR",
            Severity::Warning => "WARNING",
            Severity::Info | Severity::Hint => "INFO",
        },
        "code": { "value": diagnostic.rule, "url": rule_info(diagnostic.rule).url },
    });
    if !diagnostic.secondary.is_empty() {
        let related =
            |it: &crate::diagnostic::Label| json!({ "message": it.message, "location": location(it.file, it.span) });
        value["related_locations"] = diagnostic.secondary.iter().map(related).collect();
    }
    // Each suggestion is taken over alone: a fix in several places is none.
    if let Some([edit]) = diagnostic.fix.as_ref().map(|fix| fix.edits.as_slice()) {
        value["suggestions"] = json!([suggestion(run.sources, label.file, edit)]);
    }
    value
}

fn suggestion(sources: &Sources, file: FileId, edit: &Edit) -> Value {
    json!({ "range": range(sources, file, edit.span), "text": edit.text })
}

/// Lines and columns from 1; reviewdog counts columns in bytes.
fn range(sources: &Sources, file: FileId, span: Span) -> Value {
    let lines = sources.get(file).lines();
    let position = |offset| {
        let line = lines.line_of(offset);
        json!({ "line": line + 1, "column": offset - lines.line_start(line) + 1 })
    };
    json!({ "start": position(span.start), "end": position(span.end) })
}
