//! Code actions: the linter's fixes, all safe fixes at once, and comments that silence a rule.

use serde_json::{Value, json};

use crate::diagnostic::{Applicability, Diagnostic, Edit, Severity};
use crate::lint::{self, FileKind, Input};
use crate::syntax::dockerfile::Instruction;
use crate::text::{Sources, Span};

use super::diagnostics::{convert, findings};
use super::document::{Snapshot, instruction_at};
use super::server::{Failure, Server, invalid};

/// The kind of the action that applies all safe fixes.
pub(super) const FIX_ALL: &str = "source.fixAll.cachalot";

/// What is told of code actions.
pub(super) fn provider() -> Value {
    json!({"codeActionKinds": ["quickfix", FIX_ALL]})
}

/// `textDocument/codeAction`.
pub(super) fn actions(server: &mut Server, uri: &str, _: usize, params: &Value) -> Result<Value, Failure> {
    let found = findings(server, uri);
    let Some(document) = server.documents.get(uri) else { return Ok(Value::Null) };
    let range = params.get("range").ok_or_else(|| invalid("range is missing"))?;
    let ends = (document.at(range.get("start")), document.at(range.get("end")));
    let (Some(start), Some(end)) = ends else { return Err(invalid("range is malformed")) };
    let asked = Span::from(start.min(end)..start.max(end));
    let only = params.pointer("/context/only").and_then(Value::as_array);
    let wants = |kind: &str| {
        only.is_some_and(|all| {
            all.iter().filter_map(Value::as_str).any(|it| {
                it.is_empty() || kind == it || kind.strip_prefix(it).is_some_and(|rest| rest.starts_with('.'))
            })
        })
    };
    let mut out = Vec::new();
    if only.is_none() || wants("quickfix") {
        let tree = (document.kind == Some(FileKind::Dockerfile)).then(|| document.tree());
        for diagnostic in found.iter().filter(|it| touches(it.primary.span, asked)) {
            out.extend(fix(document, diagnostic));
            if let Some(tree) = &tree {
                let at = instruction_at(tree, diagnostic.primary.span.start as usize);
                let first = tree.instructions.first();
                let places = [(at, "ignore", "this instruction"), (first, "file-ignore", "this file")];
                for (place, word, reach) in places.into_iter().filter(|_| diagnostic.severity < Severity::Error) {
                    out.extend(place.and_then(|it| silence(document, diagnostic, it, word, reach)));
                }
            }
        }
    }
    if wants(FIX_ALL) {
        out.extend(fix_all(server, uri));
    }
    Ok(out.into())
}

fn touches(span: Span, asked: Span) -> bool {
    span.start <= asked.end && asked.start <= span.end
}

fn fix(document: &Snapshot, diagnostic: &Diagnostic) -> Option<Value> {
    let fix = diagnostic.fix.as_ref().filter(|fix| !fix.edits.is_empty())?;
    let safe = fix.applicability == Applicability::Safe;
    let title = if safe { fix.title.clone() } else { format!("{} (may change what is built)", fix.title) };
    Some(json!({
        "title": title,
        "kind": "quickfix",
        "isPreferred": safe,
        "diagnostics": [convert(document, diagnostic)],
        "edit": edit(document, &fix.edits),
    }))
}

/// A comment above an instruction that silences the rule.
fn silence(
    document: &Snapshot,
    diagnostic: &Diagnostic,
    instruction: &Instruction,
    word: &str,
    reach: &str,
) -> Option<Value> {
    let instruction = instruction.span.start as usize;
    let line = document.lines.line_of(instruction);
    let start = document.lines.start(&document.text, line);
    let indent = document.text.get(start..instruction)?;
    let comment = format!("{indent}# cachalot: {word}={}\n", diagnostic.rule);
    Some(json!({
        "title": format!("ignore {} for {reach}", diagnostic.rule),
        "kind": "quickfix",
        "diagnostics": [convert(document, diagnostic)],
        "edit": edit(document, &[Edit::insert(start as u32, comment)]),
    }))
}

fn fix_all(server: &mut Server, uri: &str) -> Option<Value> {
    let document = server.documents.get(uri)?;
    let fix = |input: &Input| lint::fix(input, Applicability::Safe);
    let fixed = server.surroundings(document).with_input(document, &mut Sources::default(), fix)?.ok()?;
    let edit = difference(&document.text, &fixed.text)?;
    let edits = json!([{"range": document.lines.range(&document.text, edit.span), "newText": edit.text}]);
    Some(json!({
        "title": "fix everything that cachalot can fix safely",
        "kind": FIX_ALL,
        "edit": workspace_edit(document, edits),
    }))
}

/// The one edit that turns `old` into `new`; `None` where they are equal.
fn difference(old: &str, new: &str) -> Option<Edit> {
    if old == new {
        return None;
    }
    let same = |(a, b): &(char, char)| a == b;
    let head: usize = old.chars().zip(new.chars()).take_while(same).map(|(c, _)| c.len_utf8()).sum();
    let (old_rest, new_rest) = (&old[head..], &new[head..]);
    let backwards = old_rest.chars().rev().zip(new_rest.chars().rev());
    let tail: usize = backwards.take_while(same).map(|(c, _)| c.len_utf8()).sum();
    let span = Span::from(head..old.len() - tail);
    Some(Edit::replace(span, &new_rest[..new_rest.len() - tail]))
}

fn edit(document: &Snapshot, edits: &[Edit]) -> Value {
    let crlf = document.text.contains("\r\n");
    let text = |edit: &Edit| match crlf {
        true => edit.text.replace("\r\n", "\n").replace('\n', "\r\n"),
        false => edit.text.clone(),
    };
    let edits = edits
        .iter()
        .map(|it| json!({"range": document.lines.range(&document.text, it.span), "newText": text(it)}))
        .collect();
    workspace_edit(document, edits)
}

/// Text edits of one document.
pub(super) fn workspace_edit(document: &Snapshot, edits: Value) -> Value {
    let mut changes = serde_json::Map::new();
    changes.insert(document.uri.clone(), edits);
    json!({"changes": changes})
}
