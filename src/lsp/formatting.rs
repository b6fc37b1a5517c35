//! Formatting through `cachalot fmt`'s layout. The style is `[format]` of cachalot.toml and not the
//! editor's tab size: saving a file and `cachalot fmt --check` must agree.

use serde_json::{Value, json};

use crate::diagnostic::Edit;
use crate::format::{self, Style};
use crate::text::{LineIndex, Span};

use super::document::Snapshot;
use super::server::{Failure, Server, invalid};

/// What is told of formatting while typing.
pub(super) fn on_type_provider() -> Value {
    json!({"firstTriggerCharacter": "\n", "moreTriggerCharacter": ["\\", "`"]})
}

/// `textDocument/formatting`.
pub(super) fn document(server: &mut Server, uri: &str, _: usize, _: &Value) -> Result<Value, Failure> {
    Ok(edits(server, uri, &[None]))
}

/// `textDocument/rangeFormatting`: the lines that the range touches.
pub(super) fn range(server: &mut Server, uri: &str, _: usize, params: &Value) -> Result<Value, Failure> {
    let Some(document) = server.documents.get(uri) else { return Ok(Value::Null) };
    let lines = lines(document, params.get("range")).ok_or_else(|| invalid("range is malformed"))?;
    Ok(edits(server, uri, &[Some(lines)]))
}

/// `textDocument/rangesFormatting`.
pub(super) fn ranges(server: &mut Server, uri: &str, _: usize, params: &Value) -> Result<Value, Failure> {
    let Some(document) = server.documents.get(uri) else { return Ok(Value::Null) };
    let ranges = params.get("ranges").and_then(Value::as_array).ok_or_else(|| invalid("ranges is missing"))?;
    let lines = ranges.iter().map(|range| lines(document, Some(range)).map(Some)).collect::<Option<Vec<_>>>();
    Ok(edits(server, uri, &lines.ok_or_else(|| invalid("a range is malformed"))?))
}

/// `textDocument/onTypeFormatting`: the line that was left, never the one that is being typed.
pub(super) fn on_type(server: &mut Server, uri: &str, offset: usize, _: &Value) -> Result<Value, Failure> {
    let Some(document) = server.documents.get(uri) else { return Ok(Value::Null) };
    let index = LineIndex::new(&document.text);
    let Some(left) = index.line_of(offset as u32).checked_sub(1) else { return Ok(json!([])) };
    let start = index.line_start(left + 1);
    let mut edits = found(server, document, Some((left as u32, left as u32)));
    edits.retain(|edit| edit.span.end <= start && (edit.span.end < start || edit.text.ends_with('\n')));
    Ok(told(document, &edits))
}

/// First and last line, as the layout counts them, of a range of the protocol.
fn lines(document: &Snapshot, range: Option<&Value>) -> Option<(u32, u32)> {
    let (start, end) = (document.at(range?.get("start"))?, document.at(range?.get("end"))?);
    let index = LineIndex::new(&document.text);
    // A selection that ends before the first character of a line does not mean that line.
    let end = if end > start && document.text[..end].ends_with('\n') { end - 1 } else { end };
    Some((index.line_of(start.min(end) as u32) as u32, index.line_of(start.max(end) as u32) as u32))
}

fn edits(server: &Server, uri: &str, ranges: &[Option<(u32, u32)>]) -> Value {
    let Some(document) = server.documents.get(uri) else { return Value::Null };
    let mut all: Vec<Edit> = ranges.iter().flat_map(|lines| found(server, document, *lines)).collect();
    all.sort();
    all.dedup();
    told(document, &all)
}

fn found(server: &Server, document: &Snapshot, lines: Option<(u32, u32)>) -> Vec<Edit> {
    let config = server.surroundings(document).config(document);
    // With a configuration that cannot be read nobody knows the style.
    let Ok(config) = config else { return Vec::new() };
    format::edits(&document.text, document.tree(), &Style::from_options(config.section("format")), lines)
}

fn told(document: &Snapshot, edits: &[Edit]) -> Value {
    let edits = edits.iter().map(|edit| trimmed(&document.text, edit));
    let range = |span| document.lines.range(&document.text, span);
    edits.map(|edit| json!({"range": range(edit.span), "newText": edit.text})).collect()
}

/// The edit without what is equal at both of its ends, so that cursors and folds stay.
fn trimmed(text: &str, edit: &Edit) -> Edit {
    let old = edit.span.slice(text);
    let (head, tail) = common(old, &edit.text);
    let span = Span::new(edit.span.start + head as u32, edit.span.end - tail as u32);
    Edit::replace(span, &edit.text[head..edit.text.len() - tail])
}

/// Bytes that two texts share at their beginnings and ends; a line end is not taken apart.
fn common(old: &str, new: &str) -> (usize, usize) {
    let same = |(a, b): &(char, char)| a == b;
    let length = |(c, _): (char, char)| c.len_utf8();
    let mut head: usize = old.chars().zip(new.chars()).take_while(same).map(length).sum();
    if old[..head].ends_with('\r') {
        head -= 1;
    }
    let (old, new) = (&old[head..], &new[head..]);
    let mut tail: usize = old.chars().rev().zip(new.chars().rev()).take_while(same).map(length).sum();
    if old[old.len() - tail..].starts_with('\n') && (old[..old.len() - tail].ends_with('\r')) {
        tail -= 1;
    }
    (head, tail)
}
