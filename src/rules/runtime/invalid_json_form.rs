use crate::diagnostic::{Edit, Fix};
use crate::rules::DockerfileCx;
use crate::rules::quote::{json_array, one_line};
use crate::syntax::dockerfile::{Body, Instruction, Word, ast};
use crate::text::Span;

use super::shared::command;

/// Arguments that begin with `[` and are no JSON: Docker takes them as plain text.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for (_, step) in cx.model.steps() {
        let instruction = step.instruction;
        let Some((text, span)) = meant_as_json(cx, instruction) else { continue };
        let keyword = &instruction.keyword.text;
        let fate = match command(&instruction.body) {
            Some(_) => "goes to the shell as it is, brackets and all",
            None => "is a list of paths with brackets, quotes and commas in them",
        };
        let fix = repaired(&text).map(|words| json_array(words.iter().map(String::as_str)));
        let whole = cx.slice(span) == text;
        let fix = fix.filter(|_| whole).map(|json| Fix::unsafe_("write it as JSON", vec![Edit::replace(span, json)]));
        cx.report(span, format!("`{}` is no JSON: what {keyword} gets {fate}", one_line(&text)))
            .note("the exec form is a JSON array: double quotes, commas between the strings, none after the last")
            .fix(fix);
    }
}

/// The arguments and their place, where they were meant as the JSON form.
fn meant_as_json(cx: &DockerfileCx, instruction: &Instruction) -> Option<(String, Span)> {
    if let Some(ast::Command::Shell { text, broken_json: true }) = command(&instruction.body) {
        let text_span = text.span(0, text.text.trim_end().len() as u32);
        return is_attempt(&text.text).then(|| (text.text.trim_end().to_string(), text_span));
    }
    let words: Vec<&Word> = match &instruction.body {
        Body::Copy(transfer) | Body::Add(transfer) if !transfer.json => {
            transfer.sources.iter().chain([&transfer.dest]).collect()
        }
        Body::Volume(words) => words.iter().collect(),
        _ => return None,
    };
    let (first, last) = (words.first()?, words.last()?);
    let span = first.span.to(last.span);
    let text = cx.slice(span);
    let listed = words.len() == 1 || words[..words.len() - 1].iter().any(|word| word.raw.ends_with(','));
    // A VOLUME in good JSON form has no brackets left in its words.
    (first.raw.starts_with('[') && last.raw.ends_with(']') && listed).then(|| (text.to_string(), span))
}

/// `["a", 'b']` was meant as JSON; `[ -f x ]`, `[[ … ]]` and a glob such as `[ab]*` were not.
fn is_attempt(text: &str) -> bool {
    let inner = text.strip_prefix('[').unwrap_or(text);
    let body = inner.trim_start();
    let quoted = body.starts_with(['"', '\'', '\u{201c}', '\u{2018}']);
    let lists = body.contains("\",") || body.contains("',") || body.contains("\u{201d},") || body.contains("\" ,");
    let ends = text.trim_end().ends_with(']');
    match (inner.starts_with([' ', '\t', '[']), quoted) {
        (true, quoted) => quoted && (lists || (ends && !body.contains('='))) && !inner.starts_with('['),
        (false, true) => true,
        (false, false) => ends && !text.contains(" ]") && !body.starts_with(':'),
    }
}

/// The strings that a careful reader takes out of it; `None` where that is a guess.
fn repaired(text: &str) -> Option<Vec<String>> {
    let inner = text.strip_prefix('[')?.trim();
    let mut rest = inner.strip_suffix(']').unwrap_or(inner).trim();
    let mut words = Vec::new();
    while !rest.is_empty() {
        let (word, after) = next_word(rest)?;
        words.push(word);
        let after = after.trim_start();
        rest = after.strip_prefix(',').unwrap_or(after).trim_start();
    }
    (!words.is_empty()).then_some(words)
}

fn next_word(text: &str) -> Option<(String, &str)> {
    let first = text.chars().next()?;
    let closing = match first {
        '"' => '"',
        '\'' => '\'',
        '\u{201c}' | '\u{201d}' => '\u{201d}',
        '\u{2018}' | '\u{2019}' => '\u{2019}',
        _ => {
            let end = text.find([',', ' ', '\t']).unwrap_or(text.len());
            let word = &text[..end];
            return (!word.is_empty() && !word.contains(['"', '\'', '[', ']', '\\']))
                .then(|| (word.to_string(), &text[end..]));
        }
    };
    let body = &text[first.len_utf8()..];
    let end = body.find(closing)?;
    let word = &body[..end];
    let clean = !word.contains(['\\', '"', '\u{201c}']);
    clean.then(|| (word.to_string(), &body[end + closing.len_utf8()..]))
}
