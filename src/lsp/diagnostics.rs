//! The linter's findings as the protocol's diagnostics, pushed or pulled.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::config::Config;
use crate::diagnostic::{Diagnostic, Severity};
use crate::host::DiskFiles;
use crate::lint::{self, FileKind, Input};
use crate::model::{Entry, Files};
use crate::rules;
use crate::text::{FileId, Source, Sources};

use super::document::Document;
use super::server::{Failure, Server};

/// A build context on disk, under the editor's unsaved texts.
struct Overlay {
    disk: Arc<DiskFiles>,
    root: PathBuf,
    open: HashMap<PathBuf, Arc<[u8]>>,
}

impl Files for Overlay {
    fn read(&self, path: &Path) -> Option<Arc<[u8]>> {
        self.open.get(&self.root.join(path)).cloned().or_else(|| self.disk.read(path))
    }

    fn list(&self) -> &[Entry] {
        self.disk.list()
    }
}

/// Runs `with` on the linter's input for an open document; `None` where it is not linted.
pub(super) fn with_input<T>(
    server: &Server,
    document: &Document,
    with: impl FnOnce(&Input) -> T,
) -> Option<Result<T, String>> {
    let kind = document.kind?;
    let config = match &document.path {
        Some(path) => match server.configs.of(path) {
            Ok(config) => config,
            Err(error) => return Some(Err(error.to_string())),
        },
        None => Config::default(),
    };
    if config.excluded {
        return None;
    }
    let mut sources = Sources::default();
    let file = sources.add(Source::new(document.uri.as_str(), document.text.as_str()));
    let input = Input::new(&sources, file, kind, &config);
    let configured = config.context.value.as_deref().map(PathBuf::from);
    let own = document.path.as_ref().and_then(|path| path.parent()).map(Path::to_path_buf);
    let Some(root) = configured.or(own).filter(|_| kind == FileKind::Dockerfile) else { return Some(Ok(with(&input))) };
    let disk = server.contexts.at(&root);
    let path = document.path.as_ref().and_then(|path| disk.path_of(path));
    let files = Overlay { disk, root, open: server.open_files() };
    Some(Ok(with(&input.with_context(&files, path.as_deref()))))
}

/// What the linter finds in the present version; computed once.
pub(super) fn findings(server: &mut Server, uri: &str) -> Rc<Vec<Diagnostic>> {
    let Some(document) = server.documents.get(uri) else { return Rc::default() };
    if let Some(findings) = &document.findings {
        return findings.clone();
    }
    let found = match with_input(server, document, lint::lint) {
        None => Vec::new(),
        Some(Ok(found)) => found,
        Some(Err(error)) => {
            let about = Diagnostic::new("invalid-config", Severity::Error, FileId(0), crate::text::Span::at(0), error);
            vec![about.note("no rule runs until the configuration is mended")]
        }
    };
    let found = Rc::new(found);
    if let Some(document) = server.documents.get_mut(uri) {
        document.findings = Some(found.clone());
    }
    found
}

/// The diagnostics of a document.
pub(super) fn of(server: &mut Server, uri: &str) -> Vec<Value> {
    let found = findings(server, uri);
    let Some(document) = server.documents.get(uri) else { return Vec::new() };
    found.iter().map(|it| convert(document, it)).collect()
}

/// `textDocument/diagnostic`.
pub(super) fn pull(server: &mut Server, uri: &str, _: usize, params: &Value) -> Result<Value, Failure> {
    let id = server.documents.get(uri).map(|it| it.result_id.to_string()).unwrap_or_default();
    let known = params.get("previousResultId").and_then(Value::as_str);
    let open = server.documents.get(uri).is_some_and(|it| it.findings.is_some());
    if open && known == Some(id.as_str()) {
        return Ok(json!({"kind": "unchanged", "resultId": id}));
    }
    Ok(json!({"kind": "full", "resultId": id, "items": of(server, uri)}))
}

/// One finding in the protocol's words.
pub(super) fn convert(document: &Document, diagnostic: &Diagnostic) -> Value {
    let range = |span| document.lines.range(&document.text, span);
    let message = std::iter::once(&diagnostic.message).chain(&diagnostic.notes);
    let message = message.map(String::as_str).collect::<Vec<_>>().join("\n");
    let mut out = json!({
        "range": range(diagnostic.primary.span),
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
    let here = diagnostic.secondary.iter().filter(|label| label.file == diagnostic.primary.file);
    let related: Vec<Value> = here
        .map(|label| json!({"location": {"uri": document.uri, "range": range(label.span)}, "message": label.message}))
        .collect();
    if !related.is_empty() {
        out["relatedInformation"] = related.into();
    }
    out
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
