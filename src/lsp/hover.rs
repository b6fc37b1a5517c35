//! Hover: the finding under the cursor, then what the word there means.

use serde_json::{Value, json};

use crate::model::{DependencyTarget, Origin, Scope, Value as Known, tools};
use crate::rules;
use crate::syntax::dockerfile::{Body, Dockerfile, Instruction, Keyword};
use crate::text::Span;

use super::commands;
use super::diagnostics::findings;
use super::document::{Snapshot, instruction_at};
use super::server::{Failure, Server};
use super::spans;
use super::words::{self, Word};
use super::{layers, links, names};

/// `textDocument/hover`.
pub(super) fn hover(server: &mut Server, uri: &str, offset: usize, _: &Value) -> Result<Value, Failure> {
    let found = findings(server, uri);
    let Some(document) = server.documents.get(uri).map(|it| it.snapshot.clone()) else { return Ok(Value::Null) };
    let mut parts: Vec<String> = Vec::new();
    let tree = document.tree();
    let meaning = meaning(&document, tree, offset);
    parts.extend(meaning.as_ref().map(|(_, text)| text.clone()));
    for diagnostic in found.iter().filter(|it| it.primary.span.contains_offset(offset as u32)) {
        if let Some(rule) = rules::by_name(diagnostic.rule) {
            parts.push(about(rule));
        }
    }
    let step = instruction_at(tree, offset).filter(|it| it.keyword.span.contains_offset(offset as u32));
    parts.extend(step.and_then(|it| layers::about(server, uri, it)));
    parts.dedup();
    if parts.is_empty() {
        return Ok(Value::Null);
    }
    let contents = server.client.markup("/textDocument/hover/contentFormat", &parts.join("\n\n---\n\n"));
    let mut hover = json!({"contents": contents});
    if let Some((span, _)) = meaning {
        hover["range"] = json!(document.lines.range(&document.text, span));
    }
    Ok(hover)
}

fn meaning(document: &Snapshot, tree: &Dockerfile, offset: usize) -> Option<(Span, String)> {
    let at = offset as u32;
    if let Some(silenced) = silenced(document, tree, at) {
        return Some(silenced);
    }
    if let Some(directive) = tree.directives.iter().find(|it| it.span.contains_offset(at)) {
        return Some((directive.span, said(words::DIRECTIVES, &directive.key)?));
    }
    let instruction = instruction_at(tree, offset)?;
    let instruction = match &instruction.body {
        Body::Onbuild(inner) if inner.span.contains_offset(at) => inner,
        _ => instruction,
    };
    if instruction.keyword.span.contains_offset(at) {
        let name = instruction.keyword.text.to_uppercase();
        return Some((instruction.keyword.span, said(words::INSTRUCTIONS, &name)?));
    }
    variable(document, offset)
        .or_else(|| names::stage_hover(document, offset))
        .or_else(|| source(document, at))
        .or_else(|| flag(instruction, at))
        .or_else(|| declaration(document, instruction, at))
        .or_else(|| heredoc(document, instruction, at))
        .or_else(|| argument(document, instruction, offset))
}

/// A rule that a comment silences.
fn silenced(document: &Snapshot, tree: &Dockerfile, at: u32) -> Option<(Span, String)> {
    let (span, name) = links::silenced_names(document, tree).into_iter().find(|(span, _)| span.contains_offset(at))?;
    let rules = rules::named(&name);
    let told: Vec<String> = rules.iter().map(|rule| about(rule)).collect();
    (!told.is_empty()).then(|| (span, told.join("\n\n")))
}

fn about(rule: &rules::Rule) -> String {
    format!("**[{}]({})**: {}", rule.name, rule.url(), rule.hover())
}

fn said(table: &[Word], name: &str) -> Option<String> {
    let (name, text) = table.iter().find(|(word, text)| *word == name && !text.is_empty())?;
    Some(format!("**{name}**: {text}"))
}

/// A flag, or the part of it under the cursor: a mount's key, or a value that has a meaning of its own.
fn flag(instruction: &Instruction, at: u32) -> Option<(Span, String)> {
    let flag = instruction.flags.iter().find(|it| it.span.contains_offset(at))?;
    for option in &flag.options {
        let key = option.key.text.to_lowercase();
        if let Some(value) = option.value.as_ref().filter(|it| it.span.contains_offset(at))
            && let Some(told) = said(words::mount_values(&key), &value.raw)
        {
            return Some((value.span, told));
        }
        if option.span.contains_offset(at) {
            return Some((option.span, said(words::MOUNT_KEYS, words::mount_key(&key))?));
        }
    }
    if let Some(value) = flag.value.as_ref().filter(|it| it.span.contains_offset(at))
        && let Some(told) = said(words::flag_values(&flag.name.text), &value.raw)
    {
        return Some((value.span, told));
    }
    Some((flag.span, said(words::flags(instruction.kind), &flag.name.text)?))
}

/// The image of `--from` and of a mount's `from`.
fn source(document: &Snapshot, at: u32) -> Option<(Span, String)> {
    let model = document.model();
    let mut all = model.stages.iter().flat_map(|it| &it.dependencies);
    let dependency = all.find(|it| it.step.is_some() && it.span.contains_offset(at))?;
    match &dependency.target {
        DependencyTarget::Image(name) => Some((dependency.span, image_named(name))),
        _ => None,
    }
}

/// A variable where it is declared: its value from there on, and where it is used.
fn declaration(document: &Snapshot, instruction: &Instruction, at: u32) -> Option<(Span, String)> {
    let here = |span: &Span| span.contains_offset(at);
    let (span, name) = match &instruction.body {
        Body::Arg(all) => all.iter().map(|it| (it.name.span, it.name.text.as_str())).find(|(span, _)| here(span))?,
        Body::Env(all) => all.iter().map(|it| (it.key.span, it.key.raw.as_str())).find(|(span, _)| here(span))?,
        _ => return None,
    };
    let model = document.model();
    let before = model.steps().map(|(_, step)| &step.before.scope);
    let others = model.stages.iter().flat_map(|it| [&it.end.scope, &it.from_scope]);
    let mut scopes = before.chain(others).chain([&model.globals]);
    let scope = scopes.find(|it| it.get(name).is_some_and(|it| it.declared == Some(span)))?;
    let automatic = said(words::AUTOMATIC_ARGS, name);
    let mut text = automatic.or_else(|| told(scope, name))?;
    let uses = names::name_at(document, span.start as usize).map(|it| it.uses).unwrap_or_default();
    let mut lines: Vec<usize> = uses.iter().map(|it| document.lines.line_of(it.start as usize) + 1).collect();
    lines.dedup();
    text.extend(used(&lines));
    Some((span, text))
}

/// `Used in lines 3 and 7.`
fn used(lines: &[usize]) -> Option<String> {
    let (last, rest) = lines.split_last()?;
    let rest = rest.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
    Some(match rest.as_str() {
        "" => format!("\n\nUsed in line {last}."),
        rest => format!("\n\nUsed in lines {rest} and {last}."),
    })
}

/// A heredoc's marker.
fn heredoc(document: &Snapshot, instruction: &Instruction, at: u32) -> Option<(Span, String)> {
    let heredoc = instruction.heredocs.iter().find(|it| it.marker.contains_offset(at))?;
    let marker = heredoc.marker.slice(&document.text).replace('`', "'");
    let end = heredoc.name.text.replace('`', "'");
    let expands = match (instruction.kind, heredoc.expand) {
        // That is up to the shell.
        (Keyword::Run, _) => "",
        (_, true) => "; variables in it are replaced",
        (_, false) => "; variables in it are left as they are",
    };
    let tabs = if heredoc.chomp { "; tabs at the beginning of its lines are dropped" } else { "" };
    Some((heredoc.marker, format!("`{marker}`: the lines up to `{end}`{expands}{tabs}")))
}

/// The variable under the cursor with its value there.
fn variable(document: &Snapshot, offset: usize) -> Option<(Span, String)> {
    let found = names::variable_at(&document.text, offset);
    let (span, name) = found.filter(|(span, _)| !names::in_quoted_heredoc(document.tree(), *span))?;
    let model = document.model();
    let at = span.start;
    let step = model.steps().find(|(_, step)| step.span().contains_offset(at)).map(|(_, step)| &step.before.scope);
    let from = model.stages.iter().find(|it| it.from.is_some_and(|from| from.span.contains_offset(at)));
    let meta = model.meta_args.iter().find(|(it, _)| it.span.contains_offset(at)).map(|(_, scope)| scope);
    let scope = step.or(from.map(|stage| &stage.from_scope)).or(meta)?;
    let told = told(scope, name).or_else(|| said(words::AUTOMATIC_ARGS, name))?;
    // The cursor may be on the dollar sign.
    Some((Span::new(span.start.min(offset as u32), span.end), told))
}

fn told(scope: &Scope, name: &str) -> Option<String> {
    let variable = scope.get(name)?;
    let origin = match variable.origin {
        Origin::Arg => "ARG",
        Origin::Env => "ENV",
        Origin::BaseImage => "set by the base image",
        Origin::Automatic => return said(words::AUTOMATIC_ARGS, name),
    };
    Some(match &variable.value {
        Known::Known(value) if value.is_empty() => format!("**{name}** ({origin}): empty"),
        Known::Known(value) => format!("**{name}** ({origin}): `{}`", value.replace('`', "'")),
        Known::Unset => format!("**{name}** ({origin}): no value"),
        Known::Unknown => format!("**{name}** ({origin}): known only in the build"),
    })
}

/// The image of a FROM, with its variables replaced where they are known.
fn image(document: &Snapshot, instruction: &Instruction, raw: &str) -> String {
    let model = document.model();
    let stage = model.stages.iter().find(|it| it.from.is_some_and(|from| from.span == instruction.span));
    let name = stage.filter(|it| it.image.known).map_or(raw, |it| it.image.text.as_str());
    image_named(name)
}

fn image_named(name: &str) -> String {
    format!("Image `{}`", name.replace('`', "'"))
}

/// Images, signals, ports and commands.
fn argument(document: &Snapshot, instruction: &Instruction, offset: usize) -> Option<(Span, String)> {
    let span = spans::word_at(&document.text, offset)?;
    let word = span.slice(&document.text);
    let text = match &instruction.body {
        Body::From(from) if from.image.span.contains_offset(offset as u32) => {
            return Some((from.image.span, image(document, instruction, &from.image.raw)));
        }
        Body::Stopsignal(_) => said(words::SIGNALS, &word.to_uppercase())?,
        Body::Expose(_) => match words::arguments("EXPOSE").iter().find(|(port, _)| word.starts_with(port)) {
            Some((_, use_)) if !use_.is_empty() => format!("Port `{word}`: usually {use_}"),
            _ => format!("Port `{word}`: documents that the container listens there; `docker run -p` publishes it"),
        },
        Body::Label(_) => said(words::arguments("LABEL"), word)?,
        Body::Run(_) | Body::Cmd(_) | Body::Entrypoint(_) | Body::Healthcheck(_) => {
            let tool = tools::by_program(word.rsplit('/').next().unwrap_or(word))?;
            format!("**{}**: {}", tool.name, commands::about(tool))
        }
        _ => return None,
    };
    Some((span, text))
}
