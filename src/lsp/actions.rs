//! Code actions: the linter's fixes, all safe fixes at once, refactorings, what silences a rule and what
//! explains it.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};

use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use crate::lint::{self, Input};
use crate::rules;
use crate::text::{Sources, Span};

use super::diagnostics::Findings;
use super::dispatch::{Json, written};
use super::document::Snapshot;
use super::edits::{TextEdit, WorkspaceEdit};
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

/// An action as the protocol writes it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Action<'a> {
    pub(super) title: Cow<'a, str>,
    pub(super) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) is_preferred: Option<bool>,
    /// What it is for, as the client knows it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) diagnostics: Vec<&'a Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) edit: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) command: Option<Command<'a>>,
    /// What its edit is made of once it was chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) data: Option<Value>,
}

/// A command of ours, run by the client.
#[derive(Serialize)]
pub(super) struct Command<'a> {
    title: Cow<'a, str>,
    command: &'static str,
    arguments: [&'a str; 1],
}

impl<'a> Action<'a> {
    /// An action that does nothing yet.
    pub(super) fn new(title: impl Into<Cow<'a, str>>, kind: &'static str) -> Action<'a> {
        let title = title.into();
        Action { title, kind, is_preferred: None, diagnostics: Vec::new(), edit: None, command: None, data: None }
    }

    /// The same for findings.
    pub(super) fn about(self, found: &[Told<'a>]) -> Action<'a> {
        Action { diagnostics: found.iter().map(|(_, told)| *told).collect(), ..self }
    }

    /// The same with its edit.
    pub(super) fn with(self, edit: &impl Serialize) -> Action<'a> {
        Action { edit: Some(written(edit)), ..self }
    }
}

/// `textDocument/codeAction`.
pub(super) fn actions(server: &mut Server, uri: &str, params: &Value) -> Result<Json, Failure> {
    let Some(document) = server.documents.get(uri) else { return Ok(written(&Value::Null)) };
    let found = document.findings.clone().unwrap_or_default();
    let range = params.get("range").ok_or_else(|| invalid("range is missing"))?;
    let asked = document.span(range).ok_or_else(|| invalid("range is malformed"))?;
    let only = params.pointer("/context/only").and_then(Value::as_array);
    let wants = |kind: &str| {
        only.is_some_and(|all| {
            all.iter().filter_map(Value::as_str).any(|it| {
                it.is_empty() || kind == it || kind.strip_prefix(it).is_some_and(|rest| rest.starts_with('.'))
            })
        })
    };
    let unasked = |kind: &str| only.is_none() || wants(kind);
    let named = named(document, params);
    let is_touched = |(it, _): &Told| touches(it.primary.span, asked) || named.contains(&(it.primary.span, it.rule));
    let touched = found.diagnostics.iter().zip(&found.items).filter(is_touched);
    let touched: Vec<Told> = touched.filter(|_| unasked("quickfix")).collect();
    let mut all = quick_fixes(server, document, &touched);
    // What a quick fix does already is not said twice.
    let done: Vec<&Fix> = touched.iter().filter_map(|(it, _)| it.fix.as_ref()).collect();
    all.extend(refactorings::actions(server, document, asked, &unasked, &done));
    if !wants(FIX_ALL) {
        return Ok(written(&all));
    }
    let others = all.iter().map(written).collect();
    Ok(written(&fix_all(server, uri, &found, others)))
}

/// A finding, and what the client knows it as.
pub(super) type Told<'a> = (&'a Diagnostic, &'a Json);

/// What mends each finding, and what silences and explains each rule: the latter once, however many
/// findings of it there are.
fn quick_fixes<'a>(server: &Server, document: &Snapshot, touched: &[Told<'a>]) -> Vec<Action<'a>> {
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

/// The findings that the client asks about by place and rule: one that asks for a whole line names all that
/// stand on it, wherever its cursor is.
fn named<'p>(document: &Snapshot, params: &'p Value) -> HashSet<(Span, &'p str)> {
    let named = params.pointer("/context/diagnostics").and_then(Value::as_array).into_iter().flatten();
    named.filter_map(|it| Some((document.span(it.get("range")?)?, it.get("code")?.as_str()?))).collect()
}

fn touches(span: Span, asked: Span) -> bool {
    span.start <= asked.end && asked.start <= span.end
}

fn fix<'a>(server: &Server, document: &Snapshot, told: Told<'a>) -> Option<Action<'a>> {
    let fix = told.0.fix.as_ref().filter(|fix| !fix.edits.is_empty())?;
    let action = Action::new(title(server, document, fix), "quickfix").about(&[told]);
    let is_preferred = Some(fix.applicability == Applicability::Safe);
    Some(Action { is_preferred, ..action.with(&WorkspaceEdit::of(document, &fix.edits)) })
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
fn explain<'a>(rule: &'a str, found: &[Told<'a>]) -> Option<Action<'a>> {
    (rules::by_name(rule).is_some() || rules::code_page(rule).is_some()).then(|| {
        let title = format!("explain {rule}");
        let command = Command { title: title.clone().into(), command: EXPLAIN, arguments: [rule] };
        Action { command: Some(command), ..Action::new(title, "quickfix").about(found) }
    })
}

/// The other actions and the one that applies all safe fixes. Where that is not known yet the answer comes
/// later: fixing lints again and again.
fn fix_all(server: &mut Server, uri: &str, found: &Arc<Findings>, mut others: Vec<Json>) -> Vec<Json> {
    let is_safe = |fix: &Fix| fix.applicability == Applicability::Safe && !fix.edits.is_empty();
    if !found.diagnostics.iter().filter_map(|it| it.fix.as_ref()).any(is_safe) {
        return others;
    }
    let Some(document) = server.documents.get(uri) else { return others };
    if let Some(known) = found.fix_all.get() {
        others.extend(known.as_ref().map(|edit| all_fixed(document, edit)));
        return others;
    }
    let (snapshot, around, found) = (document.snapshot.clone(), server.surroundings(document), found.clone());
    let ticket = server.hold();
    let (uri, version) = (snapshot.uri.clone(), snapshot.version.clone());
    let work = move || found.fix_all.get_or_init(|| everything_fixed(&snapshot, &around, &found.diagnostics)).clone();
    server.jobs.short(work, move |server, edit: Option<Edit>| {
        let document = server.documents.get(&uri).filter(|it| it.version == version);
        let answer = document.ok_or_else(modified).map(|document| {
            others.extend(edit.map(|edit| all_fixed(document, &edit)));
            others
        });
        server.settle(&ticket, answer);
    });
    Vec::new()
}

fn everything_fixed(document: &Snapshot, around: &Surroundings, found: &[Diagnostic]) -> Option<Edit> {
    let fix = |input: &Input| lint::fix_found(input, Applicability::Safe, found);
    let fixed = around.with_input(document, &mut Sources::default(), fix)?.ok()?;
    difference(&document.text, &fixed.text)
}

fn all_fixed(document: &Snapshot, edit: &Edit) -> Json {
    let edits = vec![TextEdit::new(document, edit.span, &edit.text)];
    let action = Action::new("fix everything that cachalot can fix safely", FIX_ALL);
    written(&action.with(&WorkspaceEdit::new(document, edits)))
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
