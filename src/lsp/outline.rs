//! Symbols nested by stage, and what can be folded.

use serde_json::{Value, json};

use crate::syntax::dockerfile::{Body, Comment, Instruction, Keyword};
use crate::text::Span;

use super::document::Snapshot;
use super::server::{Failure, Server};

/// `textDocument/documentSymbol`.
pub(super) fn symbols(server: &mut Server, uri: &str, _: usize, _: &Value) -> Result<Value, Failure> {
    let Some(document) = server.documents.get(uri) else { return Ok(Value::Null) };
    let tree = document.tree();
    let mut out: Vec<Value> = Vec::new();
    let mut stage: Option<(Value, Vec<Value>, Span)> = None;
    for instruction in &tree.instructions {
        if instruction.kind == Keyword::From {
            out.extend(stage.take().map(|it| close(document, it)));
            stage = Some((symbol(document, instruction, 5), Vec::new(), instruction.span));
        } else if let Some((_, children, span)) = &mut stage {
            children.push(symbol(document, instruction, kind(instruction)));
            *span = span.to(instruction.span);
        } else {
            out.push(symbol(document, instruction, kind(instruction)));
        }
    }
    out.extend(stage.map(|it| close(document, it)));
    Ok(out.into())
}

fn close(document: &Snapshot, (mut symbol, children, span): (Value, Vec<Value>, Span)) -> Value {
    symbol["range"] = document.lines.range(&document.text, span);
    symbol["children"] = children.into();
    symbol
}

fn kind(instruction: &Instruction) -> u8 {
    match instruction.kind {
        Keyword::Arg | Keyword::Env => 13,
        Keyword::Label => 20,
        Keyword::Run => 12,
        Keyword::Copy | Keyword::Add => 1,
        _ => 7,
    }
}

fn symbol(document: &Snapshot, instruction: &Instruction, kind: u8) -> Value {
    let keyword = instruction.keyword.text.to_uppercase();
    let (name, detail) = match &instruction.body {
        Body::From(from) => match &from.name {
            Some(name) => (name.text.clone(), format!("FROM {}", from.image.raw)),
            None => (from.image.raw.clone(), "FROM".to_string()),
        },
        _ => (keyword, first_words(instruction.args_text())),
    };
    let name = if name.trim().is_empty() { "?".to_string() } else { name };
    json!({
        "name": name,
        "detail": detail,
        "kind": kind,
        "range": document.lines.range(&document.text, instruction.span),
        "selectionRange": document.lines.range(&document.text, instruction.keyword.span),
    })
}

/// Enough of the arguments to know the instruction again.
fn first_words(text: &str) -> String {
    text.trim().chars().take(60).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// `textDocument/foldingRange`.
pub(super) fn folds(server: &mut Server, uri: &str, _: usize, _: &Value) -> Result<Value, Failure> {
    let Some(document) = server.documents.get(uri) else { return Ok(Value::Null) };
    let tree = document.tree();
    let mut out = Vec::new();
    let mut fold = |span: Span, kind: &str| {
        let (first, last) = (document.lines.line_of(span.start as usize), document.lines.line_of(span.end as usize));
        if last > first {
            let mut range = json!({"startLine": first, "endLine": last});
            if !kind.is_empty() {
                range["kind"] = kind.into();
            }
            out.push(range);
        }
    };
    let mut stage: Option<Span> = None;
    for instruction in &tree.instructions {
        if instruction.kind == Keyword::From {
            if let Some(span) = stage.replace(instruction.span) {
                fold(span, "region");
            }
        } else {
            stage = stage.map(|span| span.to(instruction.span));
        }
        fold(instruction.span, "");
        for heredoc in &instruction.heredocs {
            fold(heredoc.terminator.map_or(heredoc.body, |end| heredoc.body.to(end)), "");
        }
    }
    if let Some(span) = stage {
        fold(span, "region");
    }
    for block in comment_blocks(document, &tree.comments) {
        fold(block, "comment");
    }
    Ok(out.into())
}

/// Comments on lines that follow each other.
fn comment_blocks(document: &Snapshot, comments: &[Comment]) -> Vec<Span> {
    let line = |offset: u32| document.lines.line_of(offset as usize);
    let mut blocks: Vec<Span> = Vec::new();
    for comment in comments {
        match blocks.last_mut() {
            Some(block) if line(block.end) + 1 == line(comment.span.start) => *block = block.to(comment.span),
            _ => blocks.push(comment.span),
        }
    }
    blocks
}
