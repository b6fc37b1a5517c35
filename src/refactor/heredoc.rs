use crate::diagnostic::{Edit, Fix};
use crate::model::Step;
use crate::shell::Script;
use crate::text::Span;

use super::Cx;
use super::chain::{self, Piece};

/// A chain of commands to a heredoc with a line for each. `set -e` stands for the `&&`s.
pub(super) fn find(cx: &Cx) -> Option<Fix> {
    let (_, step) = cx.step()?;
    let script = chain::script(step)?;
    let (lines, stops) = chained(cx, step, script).or_else(|| listed(cx, step, script))?;
    let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
    if lines.len() < 2 || body.lines().any(|line| line == "EOF") {
        return None;
    }
    let stop = if stops || script.options.errexit { "" } else { "set -e\n" };
    let span = script.text.span(0, script.text.text.len() as u32);
    let edit = Edit::replace(span, format!("<<EOF\n{stop}{body}EOF"));
    Some(Fix::safe("write the commands in a heredoc", vec![edit]).touching([step.instruction.lines.0]))
}

/// The lines of `a && b && c`. The second value is true if the shell stops at a failure by itself.
fn chained(cx: &Cx, step: &Step, script: &Script) -> Option<(Vec<String>, bool)> {
    let pieces = chain::pieces(cx, step, "&&")?;
    let simple = |piece: &Piece| piece.is_simple() && nested_are_single(piece) && !changes_failing(piece);
    pieces.iter().all(simple).then(|| (lines(cx, step, script, &pieces), false))
}

/// The lines of `set -e; a; b; c`.
fn listed(cx: &Cx, step: &Step, script: &Script) -> Option<(Vec<String>, bool)> {
    let first = script.commands.first()?;
    let letters = first.args.first().and_then(|arg| arg.text.as_deref()).and_then(|text| text.strip_prefix('-'));
    let stops = first.name == "set" && letters.is_some_and(|it| it.contains('e'));
    let pieces = chain::pieces(cx, step, ";").filter(|_| stops)?;
    let ends_well = |piece: &Piece| !logical_end(script, piece).ends_with([';', '&']);
    pieces.iter().all(ends_well).then(|| (lines(cx, step, script, &pieces), true))
}

fn logical_end(script: &Script, piece: &Piece) -> String {
    chain::logical(script, piece.span).trim_end().to_string()
}

/// `$(a; b)` would stop in the middle where it did not before.
fn nested_are_single(piece: &Piece) -> bool {
    piece.commands.iter().filter(|it| it.substitution).all(|it| it.link == crate::shell::Link::First)
}

/// A `set` of its own says what a failure does.
fn changes_failing(piece: &Piece) -> bool {
    piece.commands.iter().any(|it| matches!(it.name.as_str(), "set" | "shopt" | "trap"))
}

/// A line for each piece, the comments between them on lines of their own.
fn lines(cx: &Cx, step: &Step, script: &Script, pieces: &[Piece]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut end = None;
    for piece in pieces {
        let gap = Span::new(end.unwrap_or(piece.span.start), piece.span.start);
        let between = gap.slice(cx.text).lines().map(str::trim).filter(|line| line.starts_with('#'));
        lines.extend(between.map(str::to_string));
        lines.push(line(cx, step, script, piece.span));
        end = Some(piece.span.end);
    }
    lines
}

/// A command as it was laid out, where a shell reads it so too; else in one line.
fn line(cx: &Cx, step: &Step, script: &Script, span: Span) -> String {
    let written = span.slice(cx.text).trim();
    let blank = written.lines().any(|line| line.trim().is_empty());
    let odd_end = |line: &str| line.ends_with(['\\', '`']) && !line.ends_with(" \\");
    let lines: Vec<&str> = written.lines().collect();
    let inner = &lines[..lines.len().saturating_sub(1)];
    let reads_alike = step.escape == '\\' && !blank && !cx.has_comment(span) && !inner.iter().any(|it| odd_end(it));
    if reads_alike && !written.contains('\r') {
        return written.to_string();
    }
    chain::logical(script, span).split_whitespace().collect::<Vec<_>>().join(" ")
}
