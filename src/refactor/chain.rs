//! The commands of a RUN that its shell runs one after the other.

use crate::model::Step;
use crate::shell::{self, Command as Program, Script};
use crate::syntax::dockerfile::{Body, Command};
use crate::text::{Span, Spliced};

use super::Cx;

/// Commands that change what the shell does with those after them.
const STATEFUL: [&str; 28] = [
    "", ".", "alias", "builtin", "cd", "declare", "eval", "exec", "exit", "export", "getopts", "hash", "local", "popd",
    "pushd", "read", "readonly", "return", "set", "shift", "shopt", "source", "trap", "typeset", "ulimit", "umask",
    "unset", "wait",
];

/// Places at which a script is tried to be cut, at most.
const JOINTS: usize = 64;

/// A part of a RUN between two joints.
pub(super) struct Piece<'s> {
    /// Its bytes.
    pub(super) span: Span,
    /// Its commands, nested ones included.
    pub(super) commands: &'s [Program],
}

/// The script of a RUN in shell form that a POSIX shell reads and that is understood whole.
pub(super) fn script<'s>(step: &'s Step) -> Option<&'s Script> {
    let Body::Run(Command::Shell { .. }) = step.body() else { return None };
    let [script] = step.scripts() else { return None };
    let fits = step.instruction.heredocs.is_empty()
        && script.dialect.is_posix()
        && script.error.is_none()
        && !script.commands.is_empty()
        && !script.commands.iter().any(|it| it.in_function);
    fits.then_some(script)
}

/// The pieces of a script that stand between `joint`s, `&&` or `;`, of its outermost list. `None`
/// where it cannot be told where they end.
pub(super) fn pieces<'s>(cx: &Cx, step: &'s Step, joint: &str) -> Option<Vec<Piece<'s>>> {
    let script = script(step)?;
    let all = script.text.span(0, script.text.text.len() as u32);
    let places = joints(cx, script, joint).filter(|places| places.len() <= JOINTS)?;
    let mut spans = Vec::new();
    let mut start = all.start;
    for at in places {
        // What stands in braces, loops and substitutions does not parse when cut there.
        let (left, right) = (Span::new(start, at), Span::new(at + joint.len() as u32, all.end));
        if parses(script, left) && parses(script, right) {
            spans.push(trimmed(cx, step, left));
            start = right.start;
        }
    }
    spans.push(trimmed(cx, step, Span::new(start, all.end)));
    let piece = |span: Span| {
        let first = script.commands.partition_point(|it| it.span.start < span.start);
        let end = script.commands.partition_point(|it| it.span.start < span.end);
        Piece { span, commands: script.commands.get(first..end).unwrap_or_default() }
    };
    Some(spans.into_iter().map(piece).collect())
}

/// Where `joint` stands between commands, whatever is around it; `None` where the commands are not in
/// the order of their text.
fn joints(cx: &Cx, script: &Script, joint: &str) -> Option<Vec<u32>> {
    let mut found = Vec::new();
    let mut end = script.commands.first()?.span.end;
    for pair in script.commands.windows(2) {
        if pair[1].span.start < pair[0].span.start {
            return None;
        }
        let gap = Span::new(end, pair[1].span.start.max(end));
        let text = gap.slice(cx.text);
        let double = |at: usize| {
            let around = [text[..at].chars().next_back(), text[at + joint.len()..].chars().next()];
            around.contains(&joint.chars().next())
        };
        let in_comment = |at: usize| {
            let line = text[..at].rfind('\n').map(|newline| text[newline + 1..].trim_start());
            line.is_some_and(|line| line.starts_with('#'))
        };
        let here = text.match_indices(joint).map(|(at, _)| at).filter(|at| !double(*at) && !in_comment(*at));
        found.extend(here.map(|at| gap.start + at as u32));
        end = end.max(pair[1].span.end);
    }
    Some(found)
}

fn parses(script: &Script, span: Span) -> bool {
    let text = logical(script, span);
    !text.trim().is_empty() && shell::parse(Spliced::verbatim(&text, 0), script.dialect).error.is_none()
}

/// Without the blanks, continuations and comments at both ends.
fn trimmed(cx: &Cx, step: &Step, span: Span) -> Span {
    let text = span.slice(cx.text);
    let mut head = text;
    loop {
        let rest = head.trim_start();
        let after = rest.strip_prefix(step.escape).map(|it| it.trim_start_matches([' ', '\t', '\r']));
        head = match after.and_then(|it| it.strip_prefix('\n')) {
            Some(next_line) => next_line,
            None if rest.starts_with('#') => rest.split_once('\n').map_or("", |(_, next_line)| next_line),
            None => {
                head = rest;
                break;
            }
        };
    }
    let mut tail = head;
    loop {
        let rest = tail.trim_end();
        let is_continued = tail[rest.len()..].contains('\n') && rest.ends_with(step.escape);
        let last = rest.rfind('\n').map_or(rest, |newline| &rest[newline + 1..]);
        tail = match () {
            () if is_continued => &rest[..rest.len() - step.escape.len_utf8()],
            () if last.len() < rest.len() && last.trim_start().starts_with('#') => &rest[..rest.len() - last.len()],
            () => {
                tail = rest;
                break;
            }
        };
    }
    let start = span.start + (text.len() - head.len()) as u32;
    Span::new(start, start + tail.len() as u32)
}

/// The bytes of the file as the shell reads them: continuations and comments taken out.
pub(super) fn logical(script: &Script, span: Span) -> String {
    let text = &script.text;
    let inside = |at: u32| text.to_source(at) >= span.start && text.to_source(at) < span.end;
    text.text.char_indices().filter(|(at, _)| inside(*at as u32)).map(|(_, c)| c).collect()
}

/// True for a command of the outermost list.
pub(super) fn is_outer(command: &Program) -> bool {
    !command.conditional && command.subshells == 0 && !command.substitution && !command.in_function
}

impl Piece<'_> {
    /// True for one command or one pipeline, with nothing round it.
    pub(super) fn is_simple(&self) -> bool {
        let outer: Vec<&Program> = self.commands.iter().filter(|it| !it.substitution).collect();
        let Some(first) = outer.first() else { return false };
        let id = first.pipe.as_ref().map(|it| it.id);
        let one = outer.len() == 1 || id.is_some() && outer.iter().all(|it| it.pipe.as_ref().map(|it| it.id) == id);
        one && outer.iter().all(|it| is_outer(it) && !it.background && !it.negated)
    }

    /// True if what comes after it finds the shell as it would without it.
    pub(super) fn leaves_shell_alone(&self) -> bool {
        self.commands.iter().filter(|it| it.subshells == 0 && !it.substitution).all(|it| {
            let is_known = !STATEFUL.contains(&it.name.as_str()) || !it.wrappers.is_empty();
            is_known && !it.background
        })
    }
}
