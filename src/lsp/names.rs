//! Names that the file gives: stages and variables, where they are declared and where used.

use serde_json::{Value, json};

use crate::model::{Base, DependencyTarget, Model};
use crate::syntax::dockerfile::{Body, Dockerfile, Heredoc, Keyword};
use crate::text::Span;

use super::document::Snapshot;
use super::position::Range;
use super::server::{Failure, Server};

/// A name with all its places, sorted.
pub(super) struct Name {
    pub(super) declarations: Vec<Span>,
    pub(super) uses: Vec<Span>,
    pub(super) kind: Kind,
}

/// What has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Stage,
    Variable,
    Heredoc,
}

impl Name {
    /// All its places, in order.
    pub(super) fn all(&self) -> Vec<Span> {
        let mut all: Vec<Span> = self.declarations.iter().chain(&self.uses).copied().collect();
        all.sort();
        all.dedup();
        all
    }
}

/// What a stage's name under the cursor stands for.
pub(super) fn stage_hover(document: &Snapshot, offset: usize) -> Option<(Span, String)> {
    let model = document.model();
    let (index, span) = stage_at(model, offset)?;
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

pub(super) fn stage_at(model: &Model, offset: usize) -> Option<(usize, Span)> {
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
    Some(Name { declarations: vec![name.span], uses, kind: Kind::Stage })
}

/// The declarations and uses of the variable under the cursor, in the stages that share it.
fn variable(model: &Model, text: &str, offset: usize) -> Option<Name> {
    let at = offset as u32;
    let tree = model.dockerfile;
    let mut declarations = declarations(tree);
    let here = declarations.iter().find(|(span, _)| span.start <= at && at <= span.end).copied();
    let (place, name) = here.or_else(|| variable_at(text, offset))?;
    declarations.retain(|(_, it)| *it == name);
    let shared = Shared::new(model, &declarations, place);
    let declarations: Vec<Span> = declarations.into_iter().map(|it| it.0).filter(|it| shared.covers(*it)).collect();
    if declarations.is_empty() {
        return None;
    }
    let mut uses = Vec::new();
    for (dollar, _) in text.match_indices('$') {
        let escaped = text[..dollar].ends_with('\\');
        let Some((span, found)) = variable_at(text, dollar).filter(|_| !escaped) else { continue };
        if found == name && shared.covers(span) && !in_comment(tree, span) && !in_quoted_heredoc(tree, span) {
            uses.push(span);
        }
    }
    Some(Name { declarations, uses, kind: Kind::Variable })
}

/// The names that ARG and ENV declare, with their places.
pub(super) fn declarations(tree: &Dockerfile) -> Vec<(Span, &str)> {
    let mut found = Vec::new();
    for instruction in &tree.instructions {
        match &instruction.body {
            Body::Arg(all) => found.extend(all.iter().map(|it| (it.name.span, it.name.text.as_str()))),
            Body::Env(all) => found.extend(all.iter().map(|it| (it.key.span, it.key.raw.as_str()))),
            _ => {}
        }
    }
    found
}

/// Where a variable is the same one: a stage with those that it inherits from, and, where a stage
/// takes up an ARG from before the first FROM, all that do.
pub(super) struct Shared {
    /// End of each FROM: what stands before the first, and in FROM itself, is global.
    froms: Vec<Span>,
    /// For each stage, and last for the global scope, the number of its group.
    groups: Vec<usize>,
    group: usize,
}

impl Shared {
    pub(super) fn new(model: &Model, declarations: &[(Span, &str)], place: Span) -> Shared {
        let stages: Vec<_> = model.stages.iter().filter(|stage| stage.from.is_some()).collect();
        let froms: Vec<Span> = stages.iter().filter_map(|stage| stage.from).map(|from| from.span).collect();
        let global = stages.len();
        let mut shared = Shared { froms, groups: (0..=global).collect(), group: 0 };
        let is_global = declarations.iter().any(|(span, _)| shared.scope(*span) == global);
        // Instructions without a FROM before them make a stage of their own, the first.
        let headless = model.stages.len() - stages.len();
        for (at, stage) in stages.iter().enumerate() {
            if let Base::Stage(parent) = stage.base {
                shared.join(at, parent.saturating_sub(headless));
            }
        }
        let args = model.dockerfile.instructions.iter().filter(|it| it.kind == Keyword::Arg && is_global);
        for arg in args.filter(|arg| declarations.iter().any(|(span, _)| arg.span.contains(*span))) {
            shared.join(shared.scope(arg.span), global);
        }
        shared.group = shared.groups[shared.scope(place)];
        shared
    }

    /// The stage, or the number of stages for the global scope.
    fn scope(&self, span: Span) -> usize {
        let after = self.froms.partition_point(|from| from.start <= span.start);
        match after.checked_sub(1) {
            Some(stage) if !self.froms[stage].contains(span) => stage,
            _ => self.froms.len(),
        }
    }

    fn join(&mut self, a: usize, b: usize) {
        let (Some(&a), Some(&b)) = (self.groups.get(a), self.groups.get(b)) else { return };
        self.groups.iter_mut().filter(|group| **group == b).for_each(|group| *group = a);
    }

    /// True for a place where the name means the same variable.
    pub(super) fn covers(&self, span: Span) -> bool {
        self.groups[self.scope(span)] == self.group
    }
}

/// The name of the heredoc under the cursor and the line that ends it.
fn heredoc(tree: &Dockerfile, offset: usize) -> Option<Name> {
    let at = offset as u32;
    let covers = |span: Span| span.start <= at && at <= span.end;
    let heredocs = tree.instructions.iter().flat_map(|it| &it.heredocs);
    let mut ended = heredocs.filter_map(|it| Some((it.name.span, name_in(it)?)));
    let (name, end) = ended.find(|(name, end)| covers(*name) || covers(*end))?;
    Some(Name { declarations: vec![name], uses: vec![end], kind: Kind::Heredoc })
}

/// The name in the line that ends a heredoc, without the tabs that may stand before it.
fn name_in(heredoc: &Heredoc) -> Option<Span> {
    let end = heredoc.terminator?;
    let length = heredoc.name.text.len() as u32;
    (end.len() >= length).then(|| Span::new(end.end - length, end.end))
}

fn in_comment(tree: &Dockerfile, span: Span) -> bool {
    let after = tree.comments.partition_point(|it| it.span.start <= span.start);
    tree.comments[..after].last().is_some_and(|it| it.span.contains(span))
}

/// True in a heredoc that becomes a file as it stands.
pub(super) fn in_quoted_heredoc(tree: &Dockerfile, span: Span) -> bool {
    let after = tree.instructions.partition_point(|it| it.span.start <= span.start);
    let instruction = tree.instructions[..after].last().filter(|it| it.kind != Keyword::Run);
    instruction.is_some_and(|it| it.heredocs.iter().any(|it| !it.expand && it.body.contains(span)))
}

/// The name under the cursor.
pub(super) fn name_at(document: &Snapshot, offset: usize) -> Option<Name> {
    let tree = document.tree();
    let text = &document.text;
    heredoc(tree, offset).or_else(|| {
        let model = document.model();
        stage(model, text, offset).or_else(|| variable(model, text, offset))
    })
}

fn locations(document: &Snapshot, spans: &[Span]) -> Value {
    let range = |span: &Span| document.lines.range(&document.text, *span);
    spans.iter().map(|span| json!({"uri": document.uri, "range": range(span)})).collect()
}

/// `textDocument/definition`: for a variable, the declaration that is in force.
pub(super) fn definition(server: &mut Server, uri: &str, offset: usize, _: &Value) -> Result<Value, Failure> {
    let Some(document) = server.documents.get(uri) else { return Ok(Value::Null) };
    let Some(name) = name_at(document, offset) else { return Ok(Value::Null) };
    let at = offset as u32;
    let is_used = name.kind == Kind::Variable && name.uses.iter().any(|it| it.start <= at && at <= it.end);
    let used = variable_at(&document.text, offset).filter(|_| is_used);
    let in_force = used.and_then(|(span, name)| declared(document.model(), span, name));
    Ok(match in_force {
        Some(span) => locations(document, &[span]),
        None => locations(document, &name.declarations),
    })
}

/// The declaration of a variable that a use of it sees.
fn declared(model: &Model, place: Span, name: &str) -> Option<Span> {
    let step = model.steps().find(|(_, step)| step.span().contains(place)).map(|(_, step)| &step.before.scope);
    let from = || model.stages.iter().find(|it| it.from.is_some_and(|from| from.span.contains(place)));
    step.or_else(|| from().map(|stage| &stage.from_scope))?.get(name)?.declared
}

/// `textDocument/declaration`: the first place that gives the name.
pub(super) fn declaration(server: &mut Server, uri: &str, offset: usize, _: &Value) -> Result<Value, Failure> {
    let Some(document) = server.documents.get(uri) else { return Ok(Value::Null) };
    let name = name_at(document, offset);
    Ok(name.map_or(Value::Null, |name| locations(document, &name.declarations[..1])))
}

/// `textDocument/linkedEditingRange`: a heredoc's name is typed twice at once.
pub(super) fn linked(server: &mut Server, uri: &str, offset: usize, _: &Value) -> Result<Value, Failure> {
    let Some(document) = server.documents.get(uri) else { return Ok(Value::Null) };
    let Some(name) = heredoc(document.tree(), offset) else { return Ok(Value::Null) };
    let ranges: Vec<Range> = name.all().iter().map(|it| document.lines.range(&document.text, *it)).collect();
    Ok(json!({"ranges": ranges, "wordPattern": "[A-Za-z_][A-Za-z0-9_]*"}))
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
