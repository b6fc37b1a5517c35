//! `textDocument/rename`, refused where the file would mean something else afterwards.

use serde_json::{Value, json};

use crate::model::{DependencyTarget, Model, Origin};
use crate::shell::Command;
use crate::syntax::dockerfile::{Body, Heredoc};
use crate::text::Span;

use super::document::Snapshot;
use super::edits::{TextEdit, WorkspaceEdit};
use super::names::{Kind, Name, Shared, declarations, name_at, stage_at};
use super::server::{Failure, Server, invalid};
use super::words;

/// `textDocument/prepareRename`.
pub(super) fn prepare(server: &mut Server, uri: &str, offset: usize, _: &Value) -> Result<Value, Failure> {
    let Some(document) = server.documents.get(uri) else { return Ok(Value::Null) };
    let at = offset as u32;
    let here = name_at(document, offset).and_then(|it| it.all().into_iter().find(|it| it.start <= at && at <= it.end));
    Ok(here.map_or(Value::Null, |span| json!(document.lines.range(&document.text, span))))
}

/// `textDocument/rename`.
pub(super) fn rename(server: &mut Server, uri: &str, offset: usize, params: &Value) -> Result<Value, Failure> {
    let new = params.get("newName").and_then(Value::as_str).ok_or_else(|| invalid("newName is missing"))?;
    let Some(document) = server.documents.get(uri) else { return Ok(Value::Null) };
    let Some(name) = name_at(document, offset) else { return Err(invalid("there is no name to rename")) };
    if !takes(name.kind, new) {
        return Err(invalid("this is no valid name"));
    }
    if let Some(why) = refusal(document, &name, offset, new) {
        return Err(invalid(&why));
    }
    let edits = name.all().into_iter().map(|span| TextEdit::new(document, span, new)).collect();
    Ok(json!(WorkspaceEdit::new(document, edits)))
}

/// True for a text that can be such a name.
fn takes(kind: Kind, name: &str) -> bool {
    let is_stage = kind == Kind::Stage;
    let mut chars = name.chars();
    let first = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || (!is_stage && c == '_'));
    first && chars.all(|c| c.is_ascii_alphanumeric() || c == '_' || (is_stage && "-.".contains(c)))
}

/// Why the file would mean something else under the new name; `None` where it would not.
fn refusal(document: &Snapshot, name: &Name, offset: usize, new: &str) -> Option<String> {
    let old = name.declarations.first()?.slice(&document.text);
    if old == new {
        return None;
    }
    match name.kind {
        Kind::Stage => of_stage(document.model(), document, offset, new),
        Kind::Variable => of_variable(document.model(), name, old, new),
        Kind::Heredoc => of_heredoc(document, name, new),
    }
}

fn of_stage(model: &Model, document: &Snapshot, offset: usize, new: &str) -> Option<String> {
    let (index, _) = stage_at(model, offset)?;
    let others = model.stages.iter().filter(|it| it.index != index);
    let mut names = others.filter_map(|it| it.name);
    if names.any(|it| it.text.eq_ignore_ascii_case(new)) {
        return Some(format!("there is a stage `{new}` already"));
    }
    let uses = model.stages.iter().flat_map(|it| &it.dependencies);
    let mut written =
        uses.filter(|it| it.target == DependencyTarget::Stage(index)).map(|it| it.span.slice(&document.text));
    let by_variable = written.find(|it| it.contains('$'))?;
    Some(format!("`{by_variable}` names the stage by a variable, whose value would have to change too"))
}

fn of_variable(model: &Model, name: &Name, old: &str, new: &str) -> Option<String> {
    let tree = model.dockerfile;
    let all = declarations(tree);
    let own: Vec<_> = all.iter().filter(|(span, _)| name.declarations.contains(span)).copied().collect();
    let shared = Shared::new(model, &own, name.declarations[0]);
    if all.iter().any(|(span, it)| *it == new && shared.covers(*span)) {
        return Some(format!("there is a variable `{new}` already"));
    }
    // Such as `ENV PATH=/app/bin:$PATH`.
    let scope =
        |place: &Span| model.steps().find(|(_, step)| step.span().contains(*place)).map(|(_, it)| &it.before.scope);
    let is_foreign = |it: &Span| scope(it).and_then(|it| it.get(old)).is_some_and(|it| it.origin == Origin::BaseImage);
    if name.uses.iter().any(is_foreign) {
        return Some(format!("`${old}` is also what the base image sets"));
    }
    let mut steps =
        model.steps().map(|(_, step)| step).filter(|it| name.uses.iter().any(|place| it.span().contains(*place)));
    if let Some(step) = steps.find(|it| it.commands().any(|command| sets(command, old))) {
        return Some(format!("the shell code in line {} gives `{old}` a value of its own", step.instruction.lines.0));
    }
    let args = tree.instructions.iter().filter_map(|it| if let Body::Arg(all) = &it.body { Some(all) } else { None });
    let mut args = args.flatten();
    let is_set_outside = words::AUTOMATIC_ARGS.iter().any(|(it, _)| *it == old)
        && args.any(|it| it.value.is_none() && name.declarations.contains(&it.name.span));
    is_set_outside.then(|| format!("the builder sets `{old}`: under another name it would have no value"))
}

/// True for a command that sets the variable for those that follow it.
fn sets(command: &Command, name: &str) -> bool {
    let is_alone = command.name_span.is_empty();
    let declares = ["export", "declare", "local", "read", "readonly", "unset"].contains(&command.name.as_str());
    let is_named = |raw: &str| raw.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('='));
    (is_alone && command.assignments.iter().any(|it| it.name == name))
        || (declares && command.args.iter().any(|it| is_named(&it.raw)))
}

fn of_heredoc(document: &Snapshot, name: &Name, new: &str) -> Option<String> {
    let heredocs = document.tree().instructions.iter().flat_map(|it| &it.heredocs);
    let heredoc: &Heredoc = heredocs.clone().find(|it| name.declarations.contains(&it.name.span))?;
    let body = heredoc.body.slice(&document.text);
    let line = |line: &str| if heredoc.chomp { line.trim_start_matches('\t') == new } else { line == new };
    body.lines().any(line).then(|| format!("a line of the heredoc is `{new}`: it would end there"))
}
