//! The linter's findings as the protocol's diagnostics, pushed or pulled.

use std::sync::{Arc, OnceLock};

use serde_json::{Value, json};

use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::rules;
use crate::text::{FileId, Sources};

use super::document::Snapshot;
use super::linting::Found;
use super::position::Lines;
use super::server::{Failure, Server};
use super::uri::path_uri;

/// What was found in one version of a document.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// As the linter says it.
    pub(super) diagnostics: Arc<Vec<Diagnostic>>,
    /// The same in the protocol's words.
    pub(super) items: Vec<Value>,
    /// The action that applies all safe fixes, once somebody asked for it; `None` where there are none.
    pub(super) fix_all: OnceLock<Option<Value>>,
}

impl Findings {
    /// Puts findings into the protocol's words.
    pub(super) fn new(snapshot: &Snapshot, found: Found) -> Findings {
        let items = found.diagnostics.iter().map(|it| convert(snapshot, it, &found.sources)).collect();
        Findings { diagnostics: Arc::new(found.diagnostics), items, fix_all: OnceLock::new() }
    }
}

/// What was found in the present version; nothing where it was not linted yet.
pub(super) fn findings(server: &Server, uri: &str) -> Arc<Vec<Diagnostic>> {
    let found = server.documents.get(uri).and_then(|document| document.findings.as_ref());
    found.map(|found| found.diagnostics.clone()).unwrap_or_default()
}

/// Publishes what was found in a document, with the version that it was found in.
pub(super) fn publish(server: &Server, uri: &str) {
    let Some(document) = server.documents.get(uri) else { return };
    let items = document.findings.as_ref().map(|found| found.items.clone()).unwrap_or_default();
    let mut params = json!({"uri": uri, "diagnostics": items});
    if document.version.is_i64() || document.version.is_u64() {
        params["version"] = document.version.clone();
    }
    server.client.outbox.notify("textDocument/publishDiagnostics", params);
}

/// What is told of pulled diagnostics.
pub(super) fn provider() -> Value {
    json!({"identifier": "cachalot", "interFileDependencies": true, "workspaceDiagnostics": true})
}

/// `textDocument/diagnostic`.
pub(super) fn pull(server: &mut Server, uri: &str, _: usize, params: &Value) -> Result<Value, Failure> {
    let Some(document) = server.documents.get(uri) else { return Ok(Value::Null) };
    let id = document.result_id.to_string();
    if params.get("previousResultId").and_then(Value::as_str) == Some(id.as_str()) {
        return Ok(json!({"kind": "unchanged", "resultId": id}));
    }
    // What is known of other files is pushed.
    let found = document.findings.as_ref().filter(|_| document.kind.is_some());
    let items = found.map(|found| found.items.clone()).unwrap_or_default();
    Ok(json!({"kind": "full", "resultId": id, "items": items}))
}

/// One finding in the protocol's words; the first of the sources is the document.
fn convert(snapshot: &Snapshot, diagnostic: &Diagnostic, sources: &Sources) -> Value {
    let message = std::iter::once(&diagnostic.message).chain(&diagnostic.notes);
    let message = message.map(String::as_str).collect::<Vec<_>>().join("\n");
    let mut out = json!({
        "range": snapshot.lines.range(&snapshot.text, diagnostic.primary.span),
        "severity": match diagnostic.severity {
            Severity::Error => 1,
            Severity::Warning => 2,
            Severity::Info => 3,
            Severity::Hint => 4,
        },
        "source": "cachalot",
        "code": diagnostic.rule,
        "message": message,
    });
    if let Some(rule) = rules::by_name(diagnostic.rule) {
        out["codeDescription"] = json!({"href": rule.url()});
    } else if rules::is_shellcheck_code(diagnostic.rule) {
        out["codeDescription"] = json!({"href": format!("https://www.shellcheck.net/wiki/{}", diagnostic.rule)});
    }
    if let Some(tag) = tag(diagnostic.rule) {
        out["tags"] = json!([tag]);
    }
    let related: Vec<Value> = diagnostic.secondary.iter().filter_map(|it| related(snapshot, it, sources)).collect();
    if !related.is_empty() {
        out["relatedInformation"] = related.into();
    }
    out
}

/// A label as a place in the document or in another file on disk.
fn related(snapshot: &Snapshot, label: &Label, sources: &Sources) -> Option<Value> {
    let (uri, range) = match label.file {
        FileId(0) => (snapshot.uri.clone(), snapshot.lines.range(&snapshot.text, label.span)),
        file => {
            let source = sources.iter().find(|(id, _)| *id == file)?.1;
            let path = std::path::absolute(&source.name).ok()?;
            let lines = Lines::new(&source.text, snapshot.lines.encoding());
            (path_uri(&path), lines.range(&source.text, label.span))
        }
    };
    let message = if label.message.is_empty() { "here" } else { &label.message };
    Some(json!({"location": {"uri": uri, "range": range}, "message": message}))
}

/// 1 for what could go, 2 for what nobody should write any more.
fn tag(rule: &str) -> Option<u8> {
    match rule {
        _ if rule.contains("maintainer") || rule.contains("legacy") || rule.contains("deprecated") => Some(2),
        _ if rule.starts_with("unused-") || rule.starts_with("unreachable-") || rule.starts_with("pointless-") => {
            Some(1)
        }
        _ => None,
    }
}
