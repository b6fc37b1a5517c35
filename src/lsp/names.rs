//! Names that the file gives: stages and variables, where they are declared and where used.

use serde_json::{Value, json};

use crate::model::{DependencyTarget, Model};
use crate::syntax::dockerfile::{Body, Dockerfile, Ident};
use crate::text::Span;

use super::actions::workspace_edit;
use super::document::Snapshot;
use super::server::{Failure, Server, invalid};

/// A name with all its places, sorted.
struct Name {
    declarations: Vec<Span>,
    uses: Vec<Span>,
    variable: bool,
}

impl Name {
    fn all(&self) -> Vec<Span> {
        let mut all: Vec<Span> = self.declarations.iter().chain(&self.uses).copied().collect();
        all.sort();
        all.dedup();
        all
    }
}

/// The names of all stages.
pub(super) fn stage_names(tree: &Dockerfile) -> Vec<&Ident> {
    let name = |body: &Body| matches!(body, Body::From(_));
    let froms = tree.instructions.iter().filter(|it| name(&it.body));
    froms
        .filter_map(|it| match &it.body {
            Body::From(from) => from.name.as_ref(),
            _ => None,
        })
        .collect()
}

/// What a stage's name under the cursor stands for.
pub(super) fn stage_hover(document: &Snapshot, tree: &Dockerfile, offset: usize) -> Option<(Span, String)> {
    let model = document.model(tree);
    let (index, span) = stage_at(&model, offset)?;
    let stage = model.stages.get(index)?;
    let line = document.lines.line_of(stage.from?.span.start as usize) + 1;
    let image = stage.from_body?.image.raw.replace('`', "'");
    Some((span, format!("Stage `{}` (line {line}), from `{image}`", stage.name?.text)))
}

/// The reference to a variable, `$NAME` or `${NAME…}`, under the cursor: the place and text of its name.
pub(super) fn variable_at(text: &str, offset: usize) -> Option<(Span, &str)> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let at = offset + text.get(offset..)?.chars().take_while(|c| *c == '$' || *c == '{').count().min(2);
    let start = text[..at].rfind(|c| !is_name(c)).map(|at| at + text[at..].chars().next().map_or(1, char::len_utf8))?;
    let end = at + text[at..].find(|c| !is_name(c)).unwrap_or(text.len() - at);
    let dollar = text[..start].ends_with('$') || text[..start].ends_with("${");
    (dollar && start < end).then(|| (Span::from(start..end), &text[start..end]))
}

fn stage_at(model: &Model, offset: usize) -> Option<(usize, Span)> {
    let at = offset as u32;
    let covers = |span: Span| span.start <= at && at <= span.end;
    for stage in &model.stages {
        if let Some(name) = stage.name.filter(|name| covers(name.span)) {
            return Some((stage.index, name.span));
        }
        for dependency in &stage.dependencies {
            if let DependencyTarget::Stage(index) = dependency.target
                && covers(dependency.span)
            {
                return Some((index, dependency.span));
            }
        }
    }
    None
}

fn stage(model: &Model, text: &str, offset: usize) -> Option<Name> {
    let (index, _) = stage_at(model, offset)?;
    let name = model.stages.get(index)?.name?;
    let uses = model.stages.iter().flat_map(|it| &it.dependencies);
    let uses = uses.filter(|it| it.target == DependencyTarget::Stage(index)).map(|it| it.span);
    // A stage may also be named by its number, which is no name to rename.
    let uses = uses.filter(|span| span.slice(text).eq_ignore_ascii_case(&name.text)).collect();
    Some(Name { declarations: vec![name.span], uses, variable: false })
}

/// Every declaration and use of a variable's name. ARG, ENV and the stages that inherit share a
/// name on purpose, so that all of the file's places belong together.
fn variable(tree: &Dockerfile, text: &str, offset: usize) -> Option<Name> {
    let at = offset as u32;
    let mut declarations: Vec<(Span, &str)> = Vec::new();
    for instruction in &tree.instructions {
        match &instruction.body {
            Body::Arg(all) => declarations.extend(all.iter().map(|it| (it.name.span, it.name.text.as_str()))),
            Body::Env(all) => declarations.extend(all.iter().map(|it| (it.key.span, it.key.raw.as_str()))),
            _ => {}
        }
    }
    let here = declarations.iter().find(|(span, _)| span.start <= at && at <= span.end).map(|(_, name)| *name);
    let name = here.or_else(|| variable_at(text, offset).map(|(_, name)| name))?;
    declarations.retain(|(_, it)| *it == name);
    if declarations.is_empty() {
        return None;
    }
    let mut uses = Vec::new();
    for (dollar, _) in text.match_indices('$') {
        let escaped = text[..dollar].ends_with('\\');
        let Some((span, found)) = variable_at(text, dollar).filter(|_| !escaped) else { continue };
        if found == name && !in_comment(tree, span) {
            uses.push(span);
        }
    }
    Some(Name { declarations: declarations.into_iter().map(|(span, _)| span).collect(), uses, variable: true })
}

fn in_comment(tree: &Dockerfile, span: Span) -> bool {
    let after = tree.comments.partition_point(|it| it.span.start <= span.start);
    tree.comments[..after].last().is_some_and(|it| it.span.contains(span))
}

fn name_at(document: &Snapshot, offset: usize) -> Option<Name> {
    let tree = document.tree();
    let found = stage(&document.model(&tree), &document.text, offset);
    found.or_else(|| variable(&tree, &document.text, offset))
}

fn locations(document: &Snapshot, spans: &[Span]) -> Value {
    let range = |span: &Span| document.lines.range(&document.text, *span);
    spans.iter().map(|span| json!({"uri": document.uri, "range": range(span)})).collect()
}

/// `textDocument/definition`.
pub(super) fn definition(server: &mut Server, uri: &str, offset: usize, _: &Value) -> Result<Value, Failure> {
    let Some(document) = server.documents.get(uri) else { return Ok(Value::Null) };
    let Some(name) = name_at(document, offset) else { return Ok(Value::Null) };
    Ok(locations(document, &name.declarations))
}

/// `textDocument/references`.
pub(super) fn references(server: &mut Server, uri: &str, offset: usize, params: &Value) -> Result<Value, Failure> {
    let Some(document) = server.documents.get(uri) else { return Ok(Value::Null) };
    let Some(name) = name_at(document, offset) else { return Ok(Value::Null) };
    let with_declaration = params.pointer("/context/includeDeclaration").and_then(Value::as_bool).unwrap_or(true);
    Ok(locations(document, &if with_declaration { name.all() } else { name.uses }))
}

/// `textDocument/documentHighlight`.
pub(super) fn highlight(server: &mut Server, uri: &str, offset: usize, _: &Value) -> Result<Value, Failure> {
    let Some(document) = server.documents.get(uri) else { return Ok(Value::Null) };
    let Some(name) = name_at(document, offset) else { return Ok(Value::Null) };
    let kind = |span: &Span| if name.declarations.contains(span) { 3 } else { 2 };
    let range = |span: &Span| document.lines.range(&document.text, *span);
    Ok(name.all().iter().map(|span| json!({"range": range(span), "kind": kind(span)})).collect())
}

/// `textDocument/prepareRename`.
pub(super) fn prepare_rename(server: &mut Server, uri: &str, offset: usize, _: &Value) -> Result<Value, Failure> {
    let Some(document) = server.documents.get(uri) else { return Ok(Value::Null) };
    let at = offset as u32;
    let here = name_at(document, offset).and_then(|it| it.all().into_iter().find(|it| it.start <= at && at <= it.end));
    Ok(here.map_or(Value::Null, |span| document.lines.range(&document.text, span)))
}

/// `textDocument/rename`.
pub(super) fn rename(server: &mut Server, uri: &str, offset: usize, params: &Value) -> Result<Value, Failure> {
    let new = params.get("newName").and_then(Value::as_str).ok_or_else(|| invalid("newName is missing"))?;
    let Some(document) = server.documents.get(uri) else { return Ok(Value::Null) };
    let Some(name) = name_at(document, offset) else { return Err(invalid("there is no name to rename")) };
    let mut chars = new.chars();
    let first = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || (name.variable && c == '_'));
    let rest = |c: char| c.is_ascii_alphanumeric() || c == '_' || (!name.variable && (c == '-' || c == '.'));
    if !first || !chars.all(rest) {
        return Err(invalid("this is no valid name"));
    }
    let edits = name.all().into_iter();
    let edits =
        edits.map(|span| json!({"range": document.lines.range(&document.text, span), "newText": new})).collect();
    Ok(workspace_edit(document, edits))
}
