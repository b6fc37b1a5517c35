//! The linter's findings as the protocol's diagnostics, pushed or pulled.

use std::sync::{Arc, OnceLock};

use serde::Serialize;
use serde_json::{Value, json};

use crate::diagnostic::{Diagnostic, Edit, Label, Severity};
use crate::rules;
use crate::text::{FileId, Sources};

use super::dispatch::{Json, written};
use super::document::Snapshot;
use super::linting::Found;
use super::position::{Lines, Range};
use super::server::{Failure, Server};
use super::uri::path_uri;

/// What was found in one version of a document.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// As the linter says it.
    pub(super) diagnostics: Arc<Vec<Diagnostic>>,
    /// The same in the protocol's words.
    pub(super) items: Vec<Json>,
    /// The edit that applies all safe fixes, once somebody asked for it; `None` where there are none.
    pub(super) fix_all: OnceLock<Option<Edit>>,
}

impl Findings {
    /// Puts findings into the protocol's words.
    pub(super) fn new(snapshot: &Snapshot, found: Found) -> Findings {
        let items = found.diagnostics.iter().map(|it| written(&Item::of(snapshot, it, &found.sources))).collect();
        Findings { diagnostics: Arc::new(found.diagnostics), items, fix_all: OnceLock::new() }
    }
}

/// What was found in the present version; nothing where it was not linted yet.
pub(super) fn findings(server: &Server, uri: &str) -> Arc<Vec<Diagnostic>> {
    let found = server.documents.get(uri).and_then(|document| document.findings.as_ref());
    found.map(|found| found.diagnostics.clone()).unwrap_or_default()
}

/// What is published of a document.
#[derive(Serialize)]
struct Published<'p> {
    uri: &'p str,
    diagnostics: &'p [Json],
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'p Value>,
}

/// Publishes what was found in a document, with the version that it was found in.
pub(super) fn publish(server: &Server, uri: &str) {
    let Some(document) = server.documents.get(uri) else { return };
    let diagnostics = document.findings.as_ref().map_or(&[][..], |found| &found.items);
    let version = Some(&document.version).filter(|version| version.is_i64() || version.is_u64());
    server.client.outbox.notify("textDocument/publishDiagnostics", &Published { uri, diagnostics, version });
}

/// What is told of pulled diagnostics.
pub(super) fn provider() -> Value {
    json!({"identifier": "cachalot", "interFileDependencies": true, "workspaceDiagnostics": true})
}

/// The answer to a pull.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'r> {
    kind: &'static str,
    result_id: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<&'r [Json]>,
}

/// `textDocument/diagnostic`.
pub(super) fn pull(server: &mut Server, uri: &str, params: &Value) -> Result<Json, Failure> {
    let Some(document) = server.documents.get(uri) else { return Ok(written(&Value::Null)) };
    let id = document.result_id.to_string();
    if params.get("previousResultId").and_then(Value::as_str) == Some(id.as_str()) {
        return Ok(written(&Report { kind: "unchanged", result_id: &id, items: None }));
    }
    // What is known of other files is pushed.
    let found = document.findings.as_ref().filter(|_| document.kind.is_some());
    let items = found.map_or(&[][..], |found| &found.items);
    Ok(written(&Report { kind: "full", result_id: &id, items: Some(items) }))
}

/// A finding as the protocol writes it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item<'i> {
    range: Range,
    severity: u8,
    source: &'static str,
    code: &'i str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    code_description: Option<Page>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<[u8; 1]>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_information: Vec<Value>,
}

/// Where a rule is explained.
#[derive(Serialize)]
struct Page {
    href: String,
}

impl Item<'_> {
    /// The first of the sources is the document.
    fn of<'i>(snapshot: &Snapshot, diagnostic: &'i Diagnostic, sources: &Sources) -> Item<'i> {
        let message = std::iter::once(&diagnostic.message).chain(&diagnostic.notes);
        Item {
            range: snapshot.lines.range(&snapshot.text, diagnostic.primary.span),
            severity: match diagnostic.severity {
                Severity::Error => 1,
                Severity::Warning => 2,
                Severity::Info => 3,
                Severity::Hint => 4,
            },
            source: "cachalot",
            code: diagnostic.rule,
            message: message.map(String::as_str).collect::<Vec<_>>().join("\n"),
            code_description: page(diagnostic.rule),
            tags: tag(diagnostic.rule).map(|tag| [tag]),
            related_information: diagnostic.secondary.iter().filter_map(|it| related(snapshot, it, sources)).collect(),
        }
    }
}

fn page(rule: &str) -> Option<Page> {
    let wiki = || rules::is_shellcheck_code(rule).then(|| rules::wiki_url(rule));
    Some(Page { href: rules::by_name(rule).map(|rule| rule.url()).or_else(wiki)? })
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
