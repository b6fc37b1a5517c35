//! Silencing a rule: for the instruction, the file or the project, each by an edit.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::config::ignoring;
use crate::diagnostic::{Diagnostic, Edit, Severity};
use crate::host;
use crate::syntax::dockerfile::{Dockerfile, Instruction};
use crate::text::decode;

use super::actions::edit;
use super::document::{Snapshot, instruction_at};
use super::server::Server;
use super::uri::path_uri;

/// The actions that silence a diagnostic; `told` is what the client knows it as.
pub(super) fn actions(
    server: &Server,
    document: &Snapshot,
    tree: &Dockerfile,
    diagnostic: &Diagnostic,
    told: &Value,
) -> Vec<Value> {
    if diagnostic.severity >= Severity::Error {
        return Vec::new();
    }
    let here = instruction_at(tree, diagnostic.primary.span.start as usize);
    let first = tree.instructions.first();
    let comment = |place: Option<&Instruction>, word, reach| {
        Some(action(diagnostic, told, reach, above(document, diagnostic, place?, word)?))
    };
    let project = in_project(server, document, diagnostic.rule);
    let all = [
        comment(here, "ignore", "this instruction"),
        comment(first, "file-ignore", "this file"),
        project.map(|edit| action(diagnostic, told, "this project", edit)),
    ];
    all.into_iter().flatten().collect()
}

fn action(diagnostic: &Diagnostic, told: &Value, reach: &str, edit: Value) -> Value {
    json!({
        "title": format!("ignore {} for {reach}", diagnostic.rule),
        "kind": "quickfix",
        "diagnostics": [told],
        "edit": edit,
    })
}

/// A comment above an instruction.
fn above(document: &Snapshot, diagnostic: &Diagnostic, instruction: &Instruction, word: &str) -> Option<Value> {
    let instruction = instruction.span.start as usize;
    let line = document.lines.line_of(instruction);
    let start = document.lines.start(&document.text, line);
    let indent = document.text.get(start..instruction)?;
    let comment = format!("{indent}# cachalot: {word}={}\n", diagnostic.rule);
    Some(edit(document, &[Edit::insert(start as u32, comment)]))
}

/// The rule among those that cachalot.toml ignores; the file is made where there is none and the client
/// can make files.
fn in_project(server: &Server, document: &Snapshot, rule: &str) -> Option<Value> {
    let path = document.path.as_deref()?;
    let file = match server.workspace.configs(Some(path)).file_of(path) {
        // Beside hadolint's file a new one would take its place.
        Some(file) => Some(file).filter(|file| file.extension().is_some_and(|it| it == "toml"))?,
        None => return new_file(server, path, rule),
    };
    let uri = path_uri(&file);
    let open = server.documents.values().find(|it| it.path.as_deref() == Some(&file)).map(|it| it.text.to_string());
    let text = open.or_else(|| Some(decode(&host::read(&file).ok()?).0))?;
    let new = ignoring(&text, rule)?;
    Some(json!({"changes": {uri: [{"range": whole(&text), "newText": new}]}}))
}

/// From the first place to beyond the last line.
fn whole(text: &str) -> Value {
    json!({"start": {"line": 0, "character": 0}, "end": {"line": text.lines().count() + 1, "character": 0}})
}

fn new_file(server: &Server, dockerfile: &Path, rule: &str) -> Option<Value> {
    let creates = server.client.has("/workspace/workspaceEdit/resourceOperations", "create");
    if !creates || !server.client.can("/workspace/workspaceEdit/documentChanges") {
        return None;
    }
    let root: PathBuf = server.workspace.folder_of(dockerfile)?.to_path_buf();
    let uri = path_uri(&root.join("cachalot.toml"));
    let start = json!({"line": 0, "character": 0});
    Some(json!({"documentChanges": [
        {"kind": "create", "uri": uri, "options": {"ignoreIfExists": true}},
        {
            "textDocument": {"uri": uri, "version": null},
            "edits": [{"range": {"start": start, "end": start}, "newText": ignoring("", rule)?}],
        },
    ]}))
}
