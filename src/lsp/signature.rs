//! `textDocument/signatureHelp`: how an instruction is written, and which part the cursor is in.

use serde_json::{Value, json};

use super::completion::instruction_before;
use super::heredocs::heredoc_at;
use super::server::{Failure, Server};
use super::words;

/// What is told of signatures.
pub(super) fn provider() -> Value {
    json!({"triggerCharacters": [" ", "-", "=", ",", "["]})
}

/// `textDocument/signatureHelp`.
pub(super) fn help(server: &mut Server, uri: &str, offset: usize, _: &Value) -> Result<Value, Failure> {
    let Some(document) = server.documents.get(uri) else { return Ok(Value::Null) };
    let text = &document.text;
    let line_start = document.lines.start(text, document.lines.line_of(offset));
    if text[line_start..offset].trim_start().starts_with('#') {
        return Ok(Value::Null);
    }
    if heredoc_at(document.tree(), text, offset).is_some() {
        return Ok(Value::Null);
    }
    let (Some(mut keyword), mut before) = instruction_before(document, offset) else { return Ok(Value::Null) };
    while let Some((inner, rest)) = before.trim_start().split_once([' ', '\t']).filter(|_| keyword == "ONBUILD") {
        (keyword, before) = (inner.to_uppercase(), rest);
    }
    let forms = words::signatures(&keyword);
    if forms.is_empty() {
        return Ok(Value::Null);
    }
    let is_exec = before.trim_start().starts_with('[');
    let active = forms.iter().position(|form| form.contains('"') == is_exec).unwrap_or(0);
    let about = words::INSTRUCTIONS.iter().find(|(name, _)| *name == keyword).map_or("", |(_, about)| about);
    let signatures: Vec<Value> = forms.iter().map(|form| signature(form, before, about)).collect();
    let parameter = signatures[active]["activeParameter"].clone();
    Ok(json!({"signatures": signatures, "activeSignature": active, "activeParameter": parameter}))
}

fn signature(form: &str, before: &str, about: &str) -> Value {
    let parameters: Vec<&str> = form.split(' ').skip(1).collect();
    let active = active(&parameters, before);
    json!({
        "label": form,
        "documentation": {"kind": "markdown", "value": about},
        "parameters": parameters.iter().map(|it| json!({"label": it})).collect::<Vec<_>>(),
        "activeParameter": active,
    })
}

/// The parameter that the next character belongs to. Flags come first and may be many; the last
/// parameter repeats.
fn active(parameters: &[&str], before: &str) -> usize {
    let last = parameters.len().saturating_sub(1);
    let words: Vec<&str> = before.split_whitespace().collect();
    let is_new = before.is_empty() || before.ends_with(char::is_whitespace);
    let current = if is_new { "" } else { words.last().copied().unwrap_or_default() };
    let takes_flags = parameters.first().is_some_and(|it| it.starts_with("[--"));
    if current.starts_with("--") && takes_flags {
        return 0;
    }
    let done = &words[..words.len() - usize::from(!is_new)];
    let arguments = done.iter().filter(|word| !word.starts_with("--")).count();
    (arguments + usize::from(takes_flags)).min(last)
}
