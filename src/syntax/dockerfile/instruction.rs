//! One logical line to one instruction.

use super::args::Args;
use super::ast::{Body, Command, From, Instruction, Keyword, Transfer, Word};
use super::cx::Cx;
use super::json::{Json, json};
use super::suggest::with_suggestion_in_case;
use super::{expansion, flags, healthcheck, heredoc, inline_comment, mount, pairs, words};
use crate::text::{Span, Spliced};

/// All keywords in alphabetical order.
pub(super) const KEYWORDS: [(&str, Keyword); 18] = [
    ("ADD", Keyword::Add),
    ("ARG", Keyword::Arg),
    ("CMD", Keyword::Cmd),
    ("COPY", Keyword::Copy),
    ("ENTRYPOINT", Keyword::Entrypoint),
    ("ENV", Keyword::Env),
    ("EXPOSE", Keyword::Expose),
    ("FROM", Keyword::From),
    ("HEALTHCHECK", Keyword::Healthcheck),
    ("LABEL", Keyword::Label),
    ("MAINTAINER", Keyword::Maintainer),
    ("ONBUILD", Keyword::Onbuild),
    ("RUN", Keyword::Run),
    ("SHELL", Keyword::Shell),
    ("STOPSIGNAL", Keyword::Stopsignal),
    ("USER", Keyword::User),
    ("VOLUME", Keyword::Volume),
    ("WORKDIR", Keyword::Workdir),
];

/// Docker allows no ONBUILD in an ONBUILD; we look into a few.
const MAX_ONBUILD: u32 = 8;

/// Reads one logical line. Lines, heredocs and comments are filled in by the caller, who knows them.
pub(super) fn read(cx: &mut Cx, line: Spliced, depth: u32) -> Instruction {
    let line = trimmed(line);
    let (keyword_end, rest) = words::keyword(&line.text);
    let whole = Args { line: &line, text: &line.text, range: rest..line.text.len(), escape: cx.escape };
    let keyword = whole.ident(&(0..keyword_end));
    let kind = kind(&keyword.text);
    let mut args = whole;
    let mut flags = flags::read(&mut args);
    if kind == Keyword::Run {
        split_options(&line, &mut flags);
    }
    let args_start = args.range.start as u32;
    let blanked = inline_comment::check(cx, kind, &args);
    if let Some(text) = &blanked {
        let end = args.range.start + text[args.range.clone()].trim_end().len();
        args = Args { text, range: args.range.start..end, ..args };
    }
    let body = body(cx, kind, &keyword.span, &args, &flags, depth);
    expansion::check(cx, kind, &flags, &body);
    let span = line.span(0, line.text.len() as u32);
    Instruction {
        span,
        lines: (0, 0),
        keyword,
        kind,
        args_start,
        flags,
        body,
        heredocs: Vec::new(),
        attached: Vec::new(),
        blank_lines: Vec::new(),
        logical: line,
    }
}

/// BuildKit trims white space of any kind at both ends.
fn trimmed(line: Spliced) -> Spliced {
    let start = line.text.len() - line.text.trim_start().len();
    let end = start + line.text.trim().len();
    if (start, end) == (0, line.text.len()) { line } else { line.sub(start as u32, end as u32) }
}

fn kind(keyword: &str) -> Keyword {
    let known = KEYWORDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(keyword));
    known.map_or(Keyword::Unknown, |(_, kind)| *kind)
}

fn split_options(line: &Spliced, flags: &mut [super::ast::Flag]) {
    for flag in flags.iter_mut().filter(|flag| matches!(flag.name.text.as_str(), "mount" | "device")) {
        let at = flag.value.as_ref().map_or(0, |value| value.at);
        flag.options = mount::options(flag, |start, end| line.span(at + start, at + end));
    }
}

fn body(cx: &mut Cx, kind: Keyword, keyword: &Span, args: &Args, flags: &[super::ast::Flag], depth: u32) -> Body {
    if !matches!(kind, Keyword::Healthcheck | Keyword::Unknown) {
        flags::check(cx, kind, flags);
    }
    match kind {
        Keyword::From => from(cx, args, *keyword),
        Keyword::Arg => pairs::declarations(cx, args, *keyword),
        Keyword::Env => pairs::pairs(cx, args, *keyword, "ENV").map_or_else(|| unknown(args), Body::Env),
        Keyword::Label => pairs::pairs(cx, args, *keyword, "LABEL").map_or_else(|| unknown(args), Body::Label),
        Keyword::Run => {
            check_run_flags(cx, flags);
            Body::Run(command(cx, args))
        }
        Keyword::Cmd => Body::Cmd(command(cx, args)),
        Keyword::Entrypoint => Body::Entrypoint(command(cx, args)),
        Keyword::Shell => shell(cx, args, *keyword),
        Keyword::Copy => transfer(cx, args, *keyword, "COPY").map_or_else(|| unknown(args), Body::Copy),
        Keyword::Add => transfer(cx, args, *keyword, "ADD").map_or_else(|| unknown(args), Body::Add),
        Keyword::Workdir => one_word(cx, args, *keyword, "WORKDIR", Body::Workdir),
        Keyword::User => one_word(cx, args, *keyword, "USER", Body::User),
        Keyword::Stopsignal => one_word(cx, args, *keyword, "STOPSIGNAL", Body::Stopsignal),
        Keyword::Maintainer => one_word(cx, args, *keyword, "MAINTAINER", Body::Maintainer),
        Keyword::Volume => volume(cx, args, *keyword),
        Keyword::Expose => expose(cx, args, *keyword),
        Keyword::Healthcheck => healthcheck::read(cx, args, flags, *keyword),
        Keyword::Onbuild => onbuild(cx, args, *keyword, depth),
        Keyword::Unknown => {
            let word = &args.text[..words::keyword(args.text).0];
            let names = KEYWORDS.map(|(name, _)| name.to_lowercase());
            let names = names.each_ref().map(String::as_str);
            let message = with_suggestion_in_case(format!("unknown instruction: {word}"), word, &names);
            cx.error("unknown-instruction", *keyword, message);
            unknown(args)
        }
    }
}

fn unknown(args: &Args) -> Body {
    Body::Unknown(args.plain_words().into_iter().map(|word| args.word(word)).collect())
}

fn from(cx: &mut Cx, args: &Args, keyword: Span) -> Body {
    let words = args.plain_words();
    let is_as = |word: &std::ops::Range<usize>| args.text[word.clone()].eq_ignore_ascii_case("as");
    let Some((image, others)) = words.split_first() else {
        cx.error("invalid-instruction", keyword, "FROM requires either one or three arguments");
        return Body::Unknown(Vec::new());
    };
    let image = args.word(image.clone());
    match others {
        [] => Body::From(From { image, as_keyword: None, name: None }),
        [as_word, name] if is_as(as_word) => {
            let name = args.ident(name);
            if !is_stage_name(&name.text) {
                let quoted = super::go_quote(&name.text);
                let message = format!(
                    "invalid name for build stage: {quoted}, name can't start with a number or contain symbols"
                );
                cx.error("invalid-instruction", name.span, message);
            }
            Body::From(From { image, as_keyword: Some(args.ident(as_word)), name: Some(name) })
        }
        [first, ..] => {
            let span = args.span(&(first.start..args.range.end));
            let note = match others {
                [as_word] if is_as(as_word) => "the name of the stage is missing after `AS`",
                [as_word, ..] if is_as(as_word) => "a stage has one name, without blanks",
                _ => "write `FROM image` or `FROM image AS name`",
            };
            let message = "FROM requires either one or three arguments";
            cx.error("invalid-instruction", span, message).notes.push(note.to_string());
            let as_keyword = is_as(first).then(|| args.ident(first));
            let name = others.get(1).filter(|_| as_keyword.is_some()).map(|word| args.ident(word));
            Body::From(From { image, as_keyword, name })
        }
    }
}

fn is_stage_name(name: &str) -> bool {
    let lower = name.to_lowercase();
    let allowed = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '-' | '_' | '.');
    lower.starts_with(|c: char| c.is_ascii_lowercase()) && lower.chars().all(allowed)
}

fn check_run_flags(cx: &mut Cx, flags: &[super::ast::Flag]) {
    for flag in flags {
        let Some(value) = &flag.value else { continue };
        let quoted = super::go_quote(&value.raw);
        let message = match flag.name.text.as_str() {
            "mount" => {
                mount::check(cx, flag);
                continue;
            }
            "network" if !matches!(value.raw.as_str(), "default" | "none" | "host") => {
                format!("invalid network mode {quoted}")
            }
            "security" if !matches!(value.raw.as_str(), "sandbox" | "insecure") => {
                format!("security {quoted} is not valid")
            }
            _ => continue,
        };
        cx.error("invalid-flag", value.span, message);
    }
}

/// A command in either form. Nothing at all is the shell form of nothing.
pub(super) fn command(cx: &mut Cx, args: &Args) -> Command {
    match json(args.rest()) {
        Json::Strings(items) => {
            let words = items.iter().map(|item| args.json_string(item)).collect();
            return Command::Exec { span: args.whole_span(), words };
        }
        Json::NotString(start, end) => not_string(cx, args, start, end),
        Json::No => {}
    }
    let text = args.line.sub(args.range.start as u32, args.range.end as u32);
    Command::Shell { broken_json: text.text.starts_with('['), text }
}

fn not_string(cx: &mut Cx, args: &Args, start: usize, end: usize) {
    let base = args.range.start;
    let message = "when using JSON array syntax, arrays must be comprised of strings only";
    let span = args.span(&(base + start..base + end));
    cx.syntax_error("invalid-json-string", span, message).notes.push("put it between double quotes".to_string());
}

fn shell(cx: &mut Cx, args: &Args, keyword: Span) -> Body {
    let reported = cx.diagnostics.len();
    let command = command(cx, args);
    let message = match &command {
        _ if cx.diagnostics.len() > reported => None,
        Command::Exec { words, .. } if !words.is_empty() => None,
        Command::Shell { .. } if !args.is_empty() => Some("SHELL requires the arguments to be in JSON form"),
        _ => Some("SHELL requires at least one argument"),
    };
    if let Some(message) = message {
        let span = if args.is_empty() { keyword } else { args.whole_span() };
        let note = "write it as an array of strings: SHELL [\"/bin/sh\", \"-c\"]";
        cx.error("invalid-instruction", span, message).notes.push(note.to_string());
    }
    Body::Shell(command)
}

/// The words of an instruction that takes a list or a JSON array, and whether it was JSON.
fn list(cx: &mut Cx, args: &Args) -> (Vec<Word>, bool) {
    match json(args.rest()) {
        Json::Strings(items) => return (items.iter().map(|item| args.json_word(item)).collect(), true),
        Json::NotString(start, end) => not_string(cx, args, start, end),
        Json::No => {}
    }
    (args.plain_words().into_iter().map(|word| args.word(word)).collect(), false)
}

fn transfer(cx: &mut Cx, args: &Args, keyword: Span, name: &str) -> Option<Transfer> {
    let reported = cx.diagnostics.len();
    let (mut words, json) = list(cx, args);
    if words.len() < 2 {
        if cx.diagnostics.len() == reported {
            let message = format!(
                "{name} requires at least two arguments, but only one was provided. Destination could not be determined"
            );
            let span = if args.is_empty() { keyword } else { args.whole_span() };
            cx.error("invalid-instruction", span, message);
        }
        return None;
    }
    let dest = words.pop()?;
    if heredoc::is_marker(&dest.raw) {
        cx.error("invalid-instruction", dest.span, format!("{name} cannot accept a heredoc as a destination"));
    }
    Some(Transfer { sources: words, dest, json })
}

fn one_word(cx: &mut Cx, args: &Args, keyword: Span, name: &str, make: fn(Word) -> Body) -> Body {
    if args.is_empty() {
        cx.error("invalid-instruction", keyword, format!("{name} requires exactly one argument"));
        return Body::Unknown(Vec::new());
    }
    let is_expanded = name != "MAINTAINER";
    make(if is_expanded { args.word(args.range.clone()) } else { args.literal(args.range.clone()) })
}

fn volume(cx: &mut Cx, args: &Args, keyword: Span) -> Body {
    let (words, _) = list(cx, args);
    if words.is_empty() {
        cx.error("invalid-instruction", keyword, "VOLUME requires at least one argument");
    }
    if let Some(empty) = words.iter().find(|word| word.raw.trim().is_empty()) {
        cx.error("invalid-instruction", empty.span, "VOLUME specified can not be an empty string");
    }
    Body::Volume(words)
}

fn expose(cx: &mut Cx, args: &Args, keyword: Span) -> Body {
    if args.is_empty() {
        cx.error("invalid-instruction", keyword, "EXPOSE requires at least one argument");
    }
    Body::Expose(args.plain_words().into_iter().map(|word| args.word(word)).collect())
}

fn onbuild(cx: &mut Cx, args: &Args, keyword: Span, depth: u32) -> Body {
    if args.is_empty() {
        cx.error("invalid-instruction", keyword, "ONBUILD requires at least one argument");
        return Body::Unknown(Vec::new());
    }
    if depth == MAX_ONBUILD {
        return Body::Unknown(Vec::new());
    }
    let reported = cx.diagnostics.len();
    let was_in_trigger = std::mem::replace(&mut cx.in_trigger, true);
    let line = args.line.sub(args.range.start as u32, args.range.end as u32);
    let trigger = read(cx, line, depth + 1);
    cx.in_trigger = was_in_trigger;
    let message = match trigger.kind {
        Keyword::Onbuild => "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed",
        Keyword::Maintainer => "MAINTAINER isn't allowed as an ONBUILD trigger",
        Keyword::From => "FROM isn't allowed as an ONBUILD trigger",
        _ => return Body::Onbuild(Box::new(trigger)),
    };
    cx.diagnostics.truncate(reported);
    cx.error("invalid-onbuild", trigger.keyword.span, message);
    Body::Onbuild(Box::new(trigger))
}
