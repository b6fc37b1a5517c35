//! Shell text to commands. The parser's crate stays behind this module.

mod bodies;
mod folder;
mod peel;
mod token;
mod walk;
mod word;
mod wrappers;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use shuck_ast::StmtSeq;
use shuck_parser::parser::{Parser, ShellDialect};

use super::{Dialect, Link, Options, Script, ShellError, Wrapper};
use crate::text::Spliced;
pub(super) use peel::options_of;
pub(super) use walk::append;
use walk::{Cx, Layer, Walker};

/// How often a text is parsed again after an error, each time a little shorter.
const TRIES: usize = 12;
/// How many parts a text that exceeds the parser's own limits is cut into.
const PARTS: usize = 64;
/// Longer code is not looked at: Linux hands no program a longer argument (`MAX_ARG_STRLEN`), so no shell
/// ever runs it.
const MAX_BYTES: usize = 128 << 10;
/// From this many opening brackets and keywords on, the work gets a thread with a large stack.
const NESTED: usize = 24;
const STACK_BYTES: usize = 32 << 20;

/// Takes a shell script apart. Never fails: what cannot be parsed ends the list of commands and is
/// told in [`Script::error`].
pub fn parse(text: Spliced, dialect: Dialect) -> Script {
    parse_with(text, dialect, Options::default())
}

/// The same for a shell that was started with `options`, such as `SHELL ["bash", "-e", "-c"]`.
pub fn parse_with(text: Spliced, dialect: Dialect, options: Options) -> Script {
    parse_wrapped(text, dialect, options, &[])
}

/// The same for the script of a shell that another command starts.
pub(super) fn parse_inside(text: Spliced, dialect: Dialect, options: Options, wrapper: Wrapper) -> Script {
    parse_wrapped(text, dialect, options, &[wrapper])
}

fn parse_wrapped(text: Spliced, dialect: Dialect, options: Options, wrappers: &[Wrapper]) -> Script {
    let mut script = Script { text, dialect, options, ..Script::default() };
    if !dialect.is_posix() {
        return script;
    }
    guarded(&script.text.text, || {
        let mut walker = Walker::new(&script.text, dialect, options);
        walker.text(&Layer::whole(&script.text.text), Cx { wrappers, ..Cx::default() });
        let found = walker.finish();
        (script.commands, script.error, script.options) = (found.commands, found.error, found.options);
    });
    script
}

/// The commands of an exec form: no shell expands these words. `text` holds them one after the
/// other, each at one of the ranges.
pub(super) fn exec(text: Spliced, words: &[(u32, u32)]) -> Script {
    let mut script = Script { text, dialect: Dialect::Other, ..Script::default() };
    guarded(&script.text.text, || {
        let mut walker = Walker::new(&script.text, Dialect::Other, Options::default());
        walker.exec(words);
        let found = walker.finish();
        (script.commands, script.error) = (found.commands, found.error);
    });
    script
}

/// Runs `work` so that neither a panic in the parser's crate nor deep nesting in `text` ends the
/// process.
pub(super) fn guarded(text: &str, work: impl FnOnce() + Send) {
    let guarded = || _ = catch_unwind(AssertUnwindSafe(work));
    if nesting(text) < NESTED {
        return guarded();
    }
    thread::scope(|scope| {
        // Where no thread can be had, the script stays without commands.
        let worker = thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, guarded);
        if let Ok(worker) = worker {
            _ = worker.join();
        }
    });
}

/// An upper bound of how deep the constructs of `text` nest, cheaply.
fn nesting(text: &str) -> usize {
    let opening = memchr::memchr3_iter(b'(', b'{', b'`', text.as_bytes()).count();
    let lists = memchr::memchr2_iter(b'&', b'|', text.as_bytes()).count() / 16;
    let keywords = ["if", "do", "case"].iter().map(|word| memchr::memmem::find_iter(text.as_bytes(), word).count());
    opening.max(lists).max(keywords.sum())
}

/// What one attempt at a text gave.
struct Attempt {
    body: StmtSeq,
    error: Option<Error>,
}

struct Error {
    /// `None` where the parser's fuel ran out somewhere.
    offset: Option<usize>,
    message: String,
}

impl Error {
    /// True where the text may be fine but is more than the parser takes at once.
    fn is_limit(&self) -> bool {
        self.message.contains("too long") || self.message.contains("fuel")
    }
}

fn attempt(text: &str, dialect: Dialect) -> Attempt {
    // Everything but zsh is read as bash: its grammar holds that of the others, and what a stricter
    // shell would refuse is still worth looking at.
    let dialect = if dialect == Dialect::Zsh { ShellDialect::Zsh } else { ShellDialect::Bash };
    let result = Parser::with_dialect(text, dialect).parse();
    let error = result.is_err().then(|| {
        let limit = result.terminal_error.as_ref().map(|error| {
            let shuck_parser::Error::Parse { message, line, column } = error;
            (message.clone(), offset_of(text, *line, *column))
        });
        let first = result.diagnostics.first();
        let from_diagnostic = first.map(|first| (first.message.clone(), Some(first.span.start.offset())));
        let (message, offset) = limit.or(from_diagnostic).unwrap_or_default();
        Error { offset: offset.map(|offset| offset.min(text.len())), message }
    });
    Attempt { body: result.file.body, error }
}

/// The offset of a place given by line and column from 1, columns in characters.
fn offset_of(text: &str, line: usize, column: usize) -> Option<usize> {
    let start = match line.checked_sub(2) {
        None => 0,
        Some(before) => memchr::memchr_iter(b'\n', text.as_bytes()).nth(before)? + 1,
    };
    let rest = text.get(start..)?;
    let within = rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(at, _)| at);
    (line > 0).then_some(start + within)
}

impl Walker<'_> {
    /// Parses and walks a whole text. After an error the longest prefix that parses is kept.
    fn text(&mut self, layer: &Layer, mut cx: Cx) {
        let whole = layer.text;
        let limit = floor_char(whole, MAX_BYTES);
        let mut at = 0;
        for _ in 0..PARTS {
            let part = layer.from(at, limit);
            let Some((cut, link)) = self.part(&part, cx) else { return };
            at += cut;
            cx.link = link;
        }
    }

    /// Walks one part; gives where the next begins if the parser's limits ended this one.
    fn part(&mut self, layer: &Layer, cx: Cx) -> Option<(usize, Link)> {
        let mut tried = attempt(layer.text, self.dialect);
        let Some(first) = tried.error.take() else {
            self.sequence(&tried.body, layer, cx);
            return None;
        };
        self.fail(layer, &first);
        let mut cut = first.offset.unwrap_or(layer.text.len() / 2);
        for _ in 0..TRIES {
            cut = last_separator(&layer.text[..floor_char(layer.text, cut)])?;
            let prefix = layer.until(cut);
            tried = attempt(prefix.text, self.dialect);
            match tried.error.take() {
                None => {
                    self.sequence(&tried.body, &prefix, cx);
                    return first.is_limit().then(|| after_separator(layer.text, cut)).flatten();
                }
                // A shorter text may fail earlier than where it was cut.
                Some(error) => cut = cut.min(error.offset.unwrap_or(cut / 2)),
            }
        }
        None
    }

    fn fail(&mut self, layer: &Layer, error: &Error) {
        if self.found.error.is_none() {
            let offset = error.offset.unwrap_or(layer.text.len());
            let (start, _) = layer.range(offset, offset);
            let width = layer.text[offset..].chars().next().map_or(0, char::len_utf8) as u32;
            let span = self.script.span(start, start + width);
            self.found.error = Some(ShellError { span, message: error.message.clone() });
        }
    }
}

/// Where the last `;`, `&`, `|` or line end of `text` stands; of a doubled one, the first byte.
fn last_separator(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let at = bytes.iter().rposition(|byte| matches!(byte, b';' | b'&' | b'|' | b'\n'))?;
    Some(if at > 0 && bytes[at - 1] == bytes[at] { at - 1 } else { at })
}

fn after_separator(text: &str, cut: usize) -> Option<(usize, Link)> {
    let rest = &text[cut..];
    let link = match rest.get(..2) {
        Some("&&") => Link::And,
        Some("||") => Link::Or,
        _ => Link::Then,
    };
    let width = if link == Link::Then { 1 } else { 2 };
    (cut + width < text.len()).then_some((cut + width, link))
}

fn floor_char(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}
