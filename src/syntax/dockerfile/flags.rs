//! `--name=value` before the arguments, and which of them an instruction takes.

use super::args::{Args, variables};
use super::ast::{Flag, Ident, Keyword, Word};
use super::cx::Cx;
use super::suggest::with_suggestion;
use super::words::{FlagWord, flag_word};
use crate::text::{Span, Spliced};

/// What a flag wants.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wants {
    /// Nothing, `true` or `false`.
    Bool,
    Value,
    /// A value, and the flag may be repeated.
    Values,
}

/// Reads the flags at the beginning of `args`, and moves `args` behind them.
pub(super) fn read(args: &mut Args) -> Vec<Flag> {
    let mut flags = Vec::new();
    let mut at = args.range.start;
    while let Some(word) = flag_word(&args.text[..args.range.end], at, args.escape) {
        at = word.range.end;
        let decoded = decoded(args, &word);
        if decoded.text == "--" {
            break;
        }
        flags.push(flag(args, &word, decoded));
    }
    let rest = &args.text[at..args.range.end];
    let start = at + (rest.len() - rest.trim_start().len());
    args.range.start = start.min(args.range.end);
    flags
}

fn decoded(args: &Args, word: &FlagWord) -> Spliced {
    let mut decoded = Spliced::default();
    for kept in &word.kept {
        decoded.push_from(args.line, kept.start as u32, kept.end as u32);
    }
    decoded
}

fn flag(args: &Args, word: &FlagWord, decoded: Spliced) -> Flag {
    let len = decoded.text.len() as u32;
    let equals = decoded.text.find('=').map(|at| at as u32);
    let name_end = equals.unwrap_or(len);
    let name = decoded.text[2..name_end as usize].to_string();
    let value = equals.map(|equals| {
        let raw = decoded.text[equals as usize + 1..].to_string();
        let place = |start, end| decoded.span(equals + 1 + start, equals + 1 + end);
        let is_expanded = name != "exclude";
        let variables = if is_expanded { variables(&raw, args.escape, place) } else { Vec::new() };
        // Where quotes came off before it, the value begins further right; no one can edit it there.
        let at = word.range.start as u32 + equals + 1;
        let span = if raw.is_empty() { Span::at(args.span(&word.range).end) } else { place(0, raw.len() as u32) };
        Word { raw, span, at, variables }
    });
    let name = Ident { text: name, span: decoded.span(2, name_end) };
    Flag { span: args.span(&word.range), name, value, options: Vec::new() }
}

/// The flags of an instruction, or `None` where BuildKit does not look at them.
fn known(kind: Keyword) -> Option<&'static [(&'static str, Wants)]> {
    use Wants::{Bool, Value, Values};
    Some(match kind {
        Keyword::Add => &[
            ("chown", Value),
            ("chmod", Value),
            ("link", Bool),
            ("keep-git-dir", Bool),
            ("checksum", Value),
            ("unpack", Bool),
            ("exclude", Values),
        ],
        Keyword::Copy => &[
            ("chown", Value),
            ("from", Value),
            ("chmod", Value),
            ("link", Bool),
            ("exclude", Values),
            ("parents", Bool),
        ],
        Keyword::From => &[("platform", Value)],
        Keyword::Healthcheck => &[
            ("interval", Value),
            ("timeout", Value),
            ("start-period", Value),
            ("start-interval", Value),
            ("retries", Value),
        ],
        Keyword::Run => &[("mount", Values), ("network", Value), ("security", Value), ("device", Values)],
        Keyword::Arg | Keyword::Stopsignal | Keyword::Unknown => return None,
        _ => &[],
    })
}

/// Reports the flags that the instruction does not take, takes only once, or with another value.
pub(super) fn check(cx: &mut Cx, kind: Keyword, flags: &[Flag]) {
    let Some(known) = known(kind) else { return };
    let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
    for (at, flag) in flags.iter().enumerate() {
        let name = flag.name.text.as_str();
        let Some((_, wants)) = known.iter().find(|(known, _)| *known == name) else {
            let message = with_suggestion(format!("unknown flag: --{name}"), name, &names);
            let keyword = keyword_name(kind);
            let note = match names.as_slice() {
                [] => format!("{keyword} takes no flags; write `--` before an argument that begins with `--`"),
                names => format!("{keyword} takes --{}", names.join(", --")),
            };
            cx.error("unknown-flag", flag.name.span, message).notes.push(note);
            continue;
        };
        // A flag that is repeated a million times is compared with the few names that exist.
        let earlier = flags[..at].iter().take(64).find(|earlier| earlier.name.text == name);
        let error = match (*wants, &flag.value, earlier) {
            (Wants::Bool | Wants::Value, _, Some(_)) => Some(format!("duplicate flag specified: --{name}")),
            (Wants::Value | Wants::Values, None, _) => Some(format!("missing a value on flag: --{name}")),
            (Wants::Bool, Some(value), _) => bool_error(name, &value.raw),
            _ => None,
        };
        let Some(message) = error else { continue };
        let diagnostic = cx.error("invalid-flag", flag.span, message);
        if let Some(earlier) = earlier.filter(|_| *wants != Wants::Values) {
            let label = crate::diagnostic::Label {
                file: diagnostic.primary.file,
                span: earlier.span,
                message: "first given here".to_string(),
            };
            diagnostic.secondary.push(label);
        }
    }
}

fn bool_error(name: &str, value: &str) -> Option<String> {
    match value.to_lowercase().as_str() {
        "" => Some(format!("missing a value on flag: --{name}")),
        "true" | "false" => None,
        _ => Some(format!("expecting boolean value for flag --{name}, not: {value}")),
    }
}

/// The instruction's name in capitals.
pub(super) fn keyword_name(kind: Keyword) -> &'static str {
    let found = super::instruction::KEYWORDS.iter().find(|(_, known)| *known == kind);
    found.map_or("this instruction", |(name, _)| *name)
}
