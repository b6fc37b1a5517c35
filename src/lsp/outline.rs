//! Symbols nested by stage, and what can be folded.

use serde::Serialize;
use serde_json::Value;

use crate::syntax::dockerfile::{Body, Comment, Instruction, Keyword};
use crate::text::Span;

use super::dispatch::{Json, written};
use super::document::{Document, Snapshot};
use super::position::Range;

/// Characters of an instruction's arguments that are shown.
const SHOWN: usize = 60;

/// A symbol as the protocol writes it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Symbol {
    name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    detail: String,
    kind: u8,
    range: Range,
    selection_range: Range,
    #[serde(skip_serializing_if = "Option::is_none")]
    children: Option<Vec<Symbol>>,
}

/// `textDocument/documentSymbol`.
pub(super) fn symbols(document: &mut Document, _: &Value) -> Json {
    let mut out: Vec<Symbol> = Vec::new();
    let mut stage: Option<(Symbol, Span)> = None;
    for instruction in &document.tree().instructions {
        if instruction.kind == Keyword::From {
            out.extend(stage.take().map(|it| close(document, it)));
            let open = Symbol { children: Some(Vec::new()), ..symbol(document, instruction, 5) };
            stage = Some((open, instruction.span));
        } else if let Some((Symbol { children: Some(children), .. }, span)) = &mut stage {
            children.push(symbol(document, instruction, kind(instruction)));
            *span = span.to(instruction.span);
        } else {
            out.push(symbol(document, instruction, kind(instruction)));
        }
    }
    out.extend(stage.map(|it| close(document, it)));
    written(&out)
}

fn close(document: &Snapshot, (symbol, span): (Symbol, Span)) -> Symbol {
    Symbol { range: document.lines.range(&document.text, span), ..symbol }
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

fn symbol(document: &Snapshot, instruction: &Instruction, kind: u8) -> Symbol {
    let keyword = instruction.keyword.text.to_uppercase();
    let (name, detail) = match &instruction.body {
        Body::From(from) => match &from.name {
            Some(name) => (name.text.clone(), format!("FROM {}", from.image.raw)),
            None => (from.image.raw.clone(), "FROM".to_string()),
        },
        // Most editors list names alone: a column of RUN tells nothing.
        _ => (format!("{keyword} {}", first_words(instruction.args_text())), String::new()),
    };
    let name = if name.trim().is_empty() { "?".to_string() } else { name.trim_end().to_string() };
    let range = |span| document.lines.range(&document.text, span);
    let selection_range = range(instruction.keyword.span);
    Symbol { name, detail, kind, range: range(instruction.span), selection_range, children: None }
}

/// Enough of the arguments to know the instruction again, on one line.
fn first_words(text: &str) -> String {
    let start: String = text.chars().take(4 * SHOWN).collect();
    let words = start.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let line = words.collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(SHOWN) {
        Some((cut, _)) => format!("{}…", &line[..cut]),
        None => line,
    }
}

/// Lines that fold, as the protocol writes them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fold {
    start_line: usize,
    end_line: usize,
    #[serde(skip_serializing_if = "str::is_empty")]
    kind: &'static str,
}

/// `textDocument/foldingRange`.
pub(super) fn folds(document: &mut Document, _: &Value) -> Json {
    let tree = document.tree();
    let mut out = Vec::new();
    let mut fold = |span: Span, kind: &'static str| {
        let [start_line, end_line] = [span.start, span.end].map(|at| document.lines.line_of(at as usize));
        if end_line > start_line {
            out.push(Fold { start_line, end_line, kind });
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
    written(&out)
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
