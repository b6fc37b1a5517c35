//! Hover: the finding under the cursor, then what the word there means.

use serde_json::{Value, json};

use crate::model::{Origin, Scope, Value as Known, tools};
use crate::rules;
use crate::syntax::dockerfile::{Body, Dockerfile, Instruction};
use crate::text::Span;

use super::commands;
use super::diagnostics::findings;
use super::document::{Snapshot, instruction_at};
use super::server::{Failure, Server};
use super::spans;
use super::words::{self, Word};
use super::{layers, names};

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
            parts.push(format!("**[{}]({})**: {}", rule.name, rule.url(), rule.hover()));
        }
    }
    let step = instruction_at(tree, offset).filter(|it| it.keyword.span.contains_offset(offset as u32));
    parts.extend(step.and_then(|it| layers::about(server, uri, it)));
    parts.dedup();
    if parts.is_empty() {
        return Ok(Value::Null);
    }
    let mut hover = json!({"contents": {"kind": "markdown", "value": parts.join("\n\n---\n\n")}});
    if let Some((span, _)) = meaning {
        hover["range"] = json!(document.lines.range(&document.text, span));
    }
    Ok(hover)
}

fn meaning(document: &Snapshot, tree: &Dockerfile, offset: usize) -> Option<(Span, String)> {
    let at = offset as u32;
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
        .or_else(|| flag(instruction, at))
        .or_else(|| argument(document, instruction, offset))
}

fn said(table: &[Word], name: &str) -> Option<String> {
    let (name, text) = table.iter().find(|(word, _)| *word == name)?;
    Some(format!("**{name}**: {text}"))
}

fn flag(instruction: &Instruction, at: u32) -> Option<(Span, String)> {
    let flag = instruction.flags.iter().find(|it| it.span.contains_offset(at))?;
    if let Some(option) = flag.options.iter().find(|it| it.key.span.contains_offset(at)) {
        return Some((option.key.span, said(words::MOUNT_KEYS, &option.key.text.to_lowercase())?));
    }
    Some((flag.name.span, said(words::flags(instruction.kind), &flag.name.text)?))
}

/// The variable under the cursor with its value there.
fn variable(document: &Snapshot, offset: usize) -> Option<(Span, String)> {
    let (span, name) = names::variable_at(&document.text, offset)?;
    let model = document.model();
    let at = span.start;
    let step = model.steps().find(|(_, step)| step.span().contains_offset(at)).map(|(_, step)| &step.before.scope);
    let from = model.stages.iter().find(|it| it.from.is_some_and(|from| from.span.contains_offset(at)));
    let meta = model.meta_args.iter().find(|(it, _)| it.span.contains_offset(at)).map(|(_, scope)| scope);
    let scope = step.or(from.map(|stage| &stage.from_scope)).or(meta)?;
    let told = told(scope, name).or_else(|| said(words::AUTOMATIC_ARGS, name))?;
    Some((span, told))
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
            _ => format!("Port `{word}`: documented, not published"),
        },
        Body::Run(_) => {
            let tool = tools::by_program(word.rsplit('/').next().unwrap_or(word))?;
            format!("**{}**: {}", tool.name, commands::about(tool))
        }
        _ => return None,
    };
    Some((span, text))
}
