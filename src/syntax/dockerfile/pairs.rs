//! `name=value` lists: ENV, LABEL and ARG.

use std::ops::Range;

use super::args::Args;
use super::ast::{ArgDeclaration, Body, Pair, Word};
use super::cx::Cx;
use super::words::is_blank;
use crate::text::Span;

/// The pairs of ENV or LABEL; `None` if there is no pair to speak of.
pub(super) fn pairs(cx: &mut Cx, args: &Args, keyword: Span, name: &str) -> Option<Vec<Pair>> {
    let words = args.quoted_words();
    let Some(first) = words.first() else {
        // A lone escape character is text without a word.
        cx.error("invalid-instruction", keyword, format!("{name} requires at least one argument"));
        return None;
    };
    if !args.text[first.clone()].contains('=') {
        return legacy(cx, args, name).map(|pair| vec![pair]);
    }
    let mut pairs = Vec::new();
    for word in words {
        let text = &args.text[word.clone()];
        let Some(equals) = text.find('=') else {
            let quoted = super::go_quote(text);
            let message = format!("Syntax error - can't find = in {quoted}. Must be of the form: name=value");
            let note = "a value with blanks in it needs quotes around it";
            cx.syntax_error("invalid-instruction", args.span(&word), message).notes.push(note.to_string());
            continue;
        };
        if equals == 0 {
            cx.error("invalid-instruction", args.span(&word), format!("{name} names can not be blank"));
            continue;
        }
        let (key, value) = split(&word, equals);
        pairs.push(Pair { key: args.word(key), value: valued(args, value), legacy: false });
    }
    Some(pairs)
}

/// `ENV key the rest of the line`.
fn legacy(cx: &mut Cx, args: &Args, name: &str) -> Option<Pair> {
    let rest = args.rest();
    let Some(key_len) = rest.find(is_blank) else {
        cx.syntax_error("invalid-instruction", args.whole_span(), format!("{name} must have two arguments"));
        return None;
    };
    let value_at = rest.len() - rest[key_len..].trim_start_matches(is_blank).len();
    let start = args.range.start;
    let key = args.word(start..start + key_len);
    Some(Pair { key, value: args.word(start + value_at..args.range.end), legacy: true })
}

/// The declarations of ARG.
pub(super) fn declarations(cx: &mut Cx, args: &Args, keyword: Span) -> Body {
    let words = args.quoted_words();
    if words.is_empty() {
        cx.error("invalid-instruction", keyword, "ARG requires at least one argument");
        return Body::Unknown(Vec::new());
    }
    let mut declarations = Vec::new();
    for word in words {
        match args.text[word.clone()].find('=') {
            Some(0) => {
                cx.error("invalid-instruction", args.span(&word), "ARG names can not be blank");
            }
            Some(equals) => {
                let (name, value) = split(&word, equals);
                declarations.push(ArgDeclaration { name: args.ident(&name), value: Some(valued(args, value)) });
            }
            None => declarations.push(ArgDeclaration { name: args.ident(&word), value: None }),
        }
    }
    Body::Arg(declarations)
}

fn split(word: &Range<usize>, equals: usize) -> (Range<usize>, Range<usize>) {
    (word.start..word.start + equals, word.start + equals + 1..word.end)
}

/// A value; an empty one stands right behind its `=`, not where the next piece of the line begins.
fn valued(args: &Args, value: Range<usize>) -> Word {
    let is_empty = value.is_empty();
    let behind = args.span(&(value.start - 1..value.start)).end;
    let word = args.word(value);
    if is_empty { Word { span: Span::at(behind), ..word } } else { word }
}
