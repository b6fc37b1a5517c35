//! Code actions: the linter's fixes, all safe fixes at once, refactorings, what silences a rule and what
//! explains it.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use crate::lint::{self, Input};
use crate::rules;
use crate::text::{Sources, Span};

use super::diagnostics::Findings;
use super::document::Snapshot;
use super::layers::EXPLAIN;
use super::linting::Surroundings;
use super::server::{Failure, Server, invalid, modified};
use super::suppress::Silencer;
use super::{layers, refactorings};

/// The kind of the action that applies all safe fixes.
pub(super) const FIX_ALL: &str = "source.fixAll.cachalot";

/// What is told of code actions.
pub(super) fn provider() -> Value {
    let [rewrite, extract] = refactorings::KINDS;
    json!({"codeActionKinds": ["quickfix", rewrite, extract, FIX_ALL], "resolveProvider": true})
}

/// `textDocument/codeAction`.
pub(super) fn actions(server: &mut Server, uri: &str, _: usize, params: &Value) -> Result<Value, Failure> {
    let Some(document) = server.documents.get(uri) else { return Ok(Value::Null) };
    let found = document.findings.clone().unwrap_or_default();
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
    let unasked = |kind: &str| only.is_none() || wants(kind);
    let touched = found.diagnostics.iter().zip(&found.items).filter(|(it, _)| touches(it.primary.span, asked));
    let touched: Vec<Told> = touched.filter(|_| unasked("quickfix")).collect();
    let mut out = quick_fixes(server, document, &touched);
    // What a quick fix does already is not said twice.
    let done: Vec<&Fix> = touched.iter().filter_map(|(it, _)| it.fix.as_ref()).collect();
    out.extend(refactorings::actions(server, document, asked, &unasked, &done));
    if wants(FIX_ALL) {
        return Ok(fix_all(server, uri, &found, out));
    }
    Ok(out.into())
}

/// A finding, and what the client knows it as.
pub(super) type Told<'a> = (&'a Diagnostic, &'a Value);

/// What mends each finding, and what silences and explains each rule: the latter once, however many
/// findings of it there are.
fn quick_fixes(server: &Server, document: &Snapshot, touched: &[Told]) -> Vec<Value> {
    let mut rules: Vec<(&str, Vec<Told>)> = Vec::new();
    let mut places = HashMap::new();
    for told in touched {
        let rule = told.0.rule;
        let at = *places.entry(rule).or_insert(rules.len());
        if at == rules.len() {
            rules.push((rule, Vec::new()));
        }
        rules[at].1.push(*told);
    }
    let is_dockerfile = layers::is_dockerfile(document) && !touched.is_empty();
    let silencer = is_dockerfile.then(|| Silencer::new(server, document));
    let mut out = Vec::new();
    for (rule, of_rule) in &rules {
        out.extend(of_rule.iter().filter_map(|told| fix(server, document, *told)));
        out.extend(silencer.iter().flat_map(|it| it.actions(rule, of_rule)));
        out.extend(explain(rule, of_rule));
    }
    out
}

fn touches(span: Span, asked: Span) -> bool {
    span.start <= asked.end && asked.start <= span.end
}

fn fix(server: &Server, document: &Snapshot, (diagnostic, told): Told) -> Option<Value> {
    let fix = diagnostic.fix.as_ref().filter(|fix| !fix.edits.is_empty())?;
    Some(json!({
        "title": title(server, document, fix),
        "kind": "quickfix",
        "isPreferred": fix.applicability == Applicability::Safe,
        "diagnostics": [told],
        "edit": edit(document, &fix.edits),
    }))
}

/// The fix's title, with what it would have gained over the history where that is known.
pub(super) fn title(server: &Server, document: &Snapshot, fix: &Fix) -> String {
    match server.layers.gain(document, &fix.title) {
        Some(gain) => format!("{} ({gain})", fix.title),
        None if fix.applicability == Applicability::Unsafe => format!("{} (may change what is built)", fix.title),
        None => fix.title.clone(),
    }
}

/// Opens the page of the rule.
fn explain(rule: &str, found: &[Told]) -> Option<Value> {
    (rules::by_name(rule).is_some() || rules::code_page(rule).is_some()).then(|| {
        json!({
            "title": format!("explain {rule}"),
            "kind": "quickfix",
            "diagnostics": known(found),
            "command": {"title": format!("explain {rule}"), "command": EXPLAIN, "arguments": [rule]},
        })
    })
}

/// Findings as the client knows them.
pub(super) fn known(found: &[Told]) -> Vec<Value> {
    found.iter().map(|(_, told)| Value::clone(told)).collect()
}

/// The other actions and the one that applies all safe fixes. Where that is not known yet the answer comes
/// later: fixing lints again and again.
fn fix_all(server: &mut Server, uri: &str, found: &Arc<Findings>, mut others: Vec<Value>) -> Value {
    let is_safe = |fix: &Fix| fix.applicability == Applicability::Safe && !fix.edits.is_empty();
    if !found.diagnostics.iter().filter_map(|it| it.fix.as_ref()).any(is_safe) {
        return others.into();
    }
    if let Some(known) = found.fix_all.get() {
        others.extend(known.clone());
        return others.into();
    }
    let Some(document) = server.documents.get(uri) else { return others.into() };
    let (snapshot, around, found) = (document.snapshot.clone(), server.surroundings(document), found.clone());
    let ticket = server.hold();
    let (uri, version) = (snapshot.uri.clone(), snapshot.version.clone());
    let work = move || found.fix_all.get_or_init(|| everything_fixed(&snapshot, &around, &found.diagnostics)).clone();
    server.jobs.short(work, move |server, action: Option<Value>| {
        let is_same = server.documents.get(&uri).is_some_and(|it| it.version == version);
        others.extend(action);
        let answer = if is_same { Ok(others.into()) } else { Err(modified()) };
        server.settle(&ticket, answer);
    });
    Value::Null
}

fn everything_fixed(document: &Snapshot, around: &Surroundings, found: &[Diagnostic]) -> Option<Value> {
    let fix = |input: &Input| lint::fix_found(input, Applicability::Safe, found);
    let fixed = around.with_input(document, &mut Sources::default(), fix)?.ok()?;
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

/// The edits of a fix as a workspace edit.
pub(super) fn edit(document: &Snapshot, edits: &[Edit]) -> Value {
    let crlf = memchr::memmem::find(document.text.as_bytes(), b"\r\n").is_some();
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

/// Text edits of one document, with its version where the client looks at that.
pub(super) fn workspace_edit(document: &Snapshot, edits: Value) -> Value {
    if document.pins_edits && document.version.is_number() {
        let document = json!({"uri": document.uri, "version": document.version});
        return json!({"documentChanges": [{"textDocument": document, "edits": edits}]});
    }
    let mut changes = serde_json::Map::new();
    changes.insert(document.uri.clone(), edits);
    json!({"changes": changes})
}
