//! `textDocument/selectionRange`: from the word under the cursor outwards.

use serde_json::{Value, json};

use crate::shell::{self, ShellSetting};
use crate::syntax::dockerfile::{Dockerfile, Heredoc, Instruction, Keyword};
use crate::text::Span;

use super::document::{Snapshot, instruction_at};
use super::server::{Failure, Server, invalid};
use super::spans;

/// `textDocument/selectionRange`.
pub(super) fn ranges(server: &mut Server, uri: &str, _: usize, params: &Value) -> Result<Value, Failure> {
    let Some(document) = server.documents.get(uri) else { return Ok(Value::Null) };
    let positions = params.get("positions").and_then(Value::as_array).ok_or_else(|| invalid("positions is missing"))?;
    let offsets = positions.iter().map(|position| document.at(Some(position))).collect::<Option<Vec<_>>>();
    let offsets = offsets.ok_or_else(|| invalid("a position is malformed"))?;
    Ok(offsets.into_iter().map(|offset| nested(document, &around(document, offset))).collect())
}

/// Spans around an offset, the innermost first, each larger than the one before.
fn around(document: &Snapshot, offset: usize) -> Vec<Span> {
    let text = &*document.text;
    let mut found = vec![Span::from(0..text.len())];
    found.extend(spans::word_at(text, offset));
    let tree = document.tree();
    found.extend(stage(tree, offset as u32));
    if let Some(instruction) = instruction_at(tree, offset) {
        found.extend(of_instruction(text, instruction));
    }
    let at = offset as u32;
    found.retain(|span| span.start <= at && at <= span.end && !span.is_empty());
    found.sort_by_key(|span| span.len());
    let mut chain: Vec<Span> = Vec::new();
    for span in found {
        if chain.last().is_none_or(|last| span.contains(*last) && span != *last) {
            chain.push(span);
        }
    }
    chain
}

fn of_instruction(text: &str, instruction: &Instruction) -> Vec<Span> {
    let mut found = vec![instruction.span, instruction.args_span()];
    found.extend(spans::words(instruction));
    for heredoc in &instruction.heredocs {
        found.extend([heredoc.body, whole(heredoc)]);
    }
    let scripts = shell::scripts(text, instruction, &ShellSetting::default(), None);
    for command in scripts.iter().flat_map(|script| &script.commands) {
        found.push(command.span);
        found.extend(command.args.iter().map(|arg| arg.span));
    }
    found
}

/// A heredoc's body with the line that ends it.
fn whole(heredoc: &Heredoc) -> Span {
    heredoc.terminator.map_or(heredoc.body, |end| heredoc.body.to(end))
}

/// From the FROM before the offset to the last instruction before the next one.
fn stage(tree: &Dockerfile, at: u32) -> Option<Span> {
    let is_from = |it: &&Instruction| it.kind == Keyword::From;
    let from = tree.instructions.iter().filter(is_from).rfind(|it| it.span.start <= at)?;
    let after = tree.instructions.iter().skip_while(|it| it.span.start <= from.span.start);
    Some(after.take_while(|it| !is_from(it)).fold(from.span, |span, it| span.to(it.span)))
}

fn nested(document: &Snapshot, chain: &[Span]) -> Value {
    chain.iter().rev().fold(Value::Null, |parent, span| {
        let mut range = json!({"range": document.lines.range(&document.text, *span)});
        if !parent.is_null() {
            range["parent"] = parent;
        }
        range
    })
}
