//! Words that Docker cannot expand, whatever the variables are.

use super::ast::{Body, Flag, Heredoc, Keyword, Word};
use super::cx::Cx;
use super::expand::{Env, ExpandError, Lex};
use crate::text::Span;

/// Every variable is set: what is refused then is refused for how it is written.
struct AllSet;

impl Env for AllSet {
    fn get(&self, _: &str) -> Option<&str> {
        Some("x")
    }
}

/// Reports the first word of an instruction that has unmatched quotes or an unfinished `${…}`; the
/// other half of a pair of quotes is often in the next word.
pub(super) fn check(cx: &mut Cx, kind: Keyword, flags: &[Flag], body: &Body) {
    let reported = cx.diagnostics.len();
    check_words(cx, kind, flags, body);
    cx.diagnostics.truncate(reported + 1);
}

fn check_words(cx: &mut Cx, kind: Keyword, flags: &[Flag], body: &Body) {
    flags.iter().for_each(|flag| check_flag(cx, kind, flag));
    match body {
        Body::From(from) => word(cx, &from.image),
        Body::Arg(declarations) => {
            declarations.iter().filter_map(|declaration| declaration.value.as_ref()).for_each(|value| word(cx, value));
        }
        Body::Env(pairs) | Body::Label(pairs) => pairs.iter().for_each(|pair| {
            word(cx, &pair.key);
            word(cx, &pair.value);
        }),
        Body::Copy(transfer) | Body::Add(transfer) => {
            let files = transfer.sources.iter().filter(|source| !super::heredoc::is_marker(&source.raw));
            files.chain([&transfer.dest]).for_each(|file| word(cx, file));
        }
        Body::Workdir(only) | Body::User(only) | Body::Stopsignal(only) => word(cx, only),
        Body::Volume(words) | Body::Expose(words) => words.iter().for_each(|each| word(cx, each)),
        _ => {}
    }
}

/// Reports the body of an unquoted heredoc of COPY or ADD that cannot be expanded.
pub(super) fn check_heredoc(cx: &mut Cx, heredoc: &Heredoc) {
    let body = heredoc.body.slice(cx.text);
    if heredoc.expand && body.contains("${") {
        report(cx, heredoc.body, Lex::heredoc().word(body, &AllSet).err());
    }
}

fn check_flag(cx: &mut Cx, kind: Keyword, flag: &Flag) {
    let is_expanded = match kind {
        Keyword::From => flag.name.text == "platform",
        Keyword::Copy | Keyword::Add => matches!(flag.name.text.as_str(), "chown" | "chmod" | "checksum"),
        Keyword::Run if flag.name.text == "mount" => {
            flag.options.iter().filter_map(|option| option.value.as_ref()).for_each(|value| word(cx, value));
            false
        }
        _ => false,
    };
    if let Some(value) = flag.value.as_ref().filter(|_| is_expanded) {
        word(cx, value);
    }
}

fn word(cx: &mut Cx, word: &Word) {
    if word.raw.contains(['\'', '"', '$']) {
        let error = Lex::new(cx.escape).word(&word.raw, &AllSet).err();
        report(cx, word.span, error);
    }
}

fn report(cx: &mut Cx, span: Span, error: Option<ExpandError>) {
    // Our own bounds are no reason to refuse a file.
    let Some(error @ ExpandError::Refused { .. }) = error else { return };
    let note = match error.reason() {
        reason if reason.contains("-quote") => {
            "a quote is opened and never closed; a literal one needs the escape character"
        }
        reason if reason.contains("modifier") => {
            "Docker knows `${name:-word}`, `-`, `:+`, `+`, `:?`, `?`, `#`, `##`, `%`, `%%`, `/` and `//`"
        }
        _ => "`${` must be closed with `}`; a literal `$` needs the escape character",
    };
    cx.error("invalid-expansion", span, error.to_string()).notes.push(note.to_string());
}
