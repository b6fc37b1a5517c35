use std::collections::BTreeSet;

use super::layout::{apply, last_code_line};
use super::quotes::{Quoting, quoted_at};
use super::style::Operators;
use crate::diagnostic::Edit;
use crate::syntax::dockerfile::{Dockerfile, Instruction};
use crate::text::{LineIndex, Span};

const OPERATORS: [&str; 2] = ["&&", "||"];

/// `text` with `&&` and `||` at the wanted side of line breaks; `None` where nothing moves.
pub(super) fn place(text: &str, tree: &Dockerfile, wanted: Operators, kept: &BTreeSet<usize>) -> Option<String> {
    if wanted == Operators::Keep {
        return None;
    }
    let lines = LineIndex::new(text);
    let mut edits = Vec::new();
    for (at, instruction) in tree.instructions.iter().enumerate() {
        if !kept.contains(&at) && Quoting::of(instruction) == Quoting::Shell {
            let code = code_lines(text, tree, instruction, &lines);
            code.windows(2).for_each(|pair| edits.extend(moved(&pair[0], &pair[1], wanted)));
        }
    }
    (!edits.is_empty()).then(|| apply(text, edits))
}

/// A line of code without comments, blanks around it and the character that continues it.
struct Code<'t> {
    text: &'t str,
    start: u32,
    /// True if a quote is open where the line begins.
    is_quoted: bool,
}

impl Code<'_> {
    fn end(&self) -> u32 {
        self.start + self.text.len() as u32
    }
}

fn code_lines<'t>(text: &'t str, tree: &Dockerfile, instruction: &Instruction, lines: &LineIndex) -> Vec<Code<'t>> {
    let (mut found, mut offsets) = (Vec::new(), Vec::new());
    for at in lines.line_of(instruction.span.start)..=last_code_line(instruction, lines) {
        let range = lines.line_range(at);
        let line = text[range.clone()].trim_end();
        let blanks = line.len() - line.trim_start().len();
        let start = (range.start + blanks) as u32;
        let index = tree.comments.partition_point(|comment| comment.span.start < start);
        let is_comment = tree.comments.get(index).is_some_and(|comment| comment.span.start == start);
        let code = line[blanks..].strip_suffix(tree.escape).unwrap_or(&line[blanks..]).trim_end();
        if is_comment || code.is_empty() {
            continue;
        }
        let segments = &instruction.logical.segments;
        let next = segments.partition_point(|segment| segment.source + segment.len <= start);
        let offset = segments.get(next).map_or(instruction.logical.text.len(), |segment| {
            (segment.text + start.saturating_sub(segment.source)) as usize
        });
        found.push(Code { text: code, start, is_quoted: false });
        offsets.push(offset);
    }
    let quoted = quoted_at(&instruction.logical.text, Quoting::Shell, &offsets);
    found.iter_mut().zip(quoted).for_each(|(code, is_quoted)| code.is_quoted = is_quoted);
    found
}

fn moved(line: &Code, next: &Code, wanted: Operators) -> Vec<Edit> {
    if next.is_quoted {
        return Vec::new();
    }
    for operator in OPERATORS {
        if wanted == Operators::Leading
            && let Some(before) = line.text.strip_suffix(operator)
        {
            let code = before.trim_end();
            if code.is_empty() || code.ends_with('\\') || code.ends_with(['&', '|']) {
                return Vec::new();
            }
            return vec![
                Edit { span: Span::new(line.start + code.len() as u32, line.end()), text: String::new() },
                Edit { span: Span::at(next.start), text: format!("{operator} ") },
            ];
        }
        if wanted == Operators::Trailing
            && let Some(after) = next.text.strip_prefix(operator)
        {
            let blanks = (after.len() - after.trim_start().len()) as u32;
            if after.trim().is_empty() || line.text.ends_with('\\') {
                return Vec::new();
            }
            let start = next.start;
            return vec![
                Edit { span: Span::at(line.end()), text: format!(" {operator}") },
                Edit { span: Span::new(start, start + operator.len() as u32 + blanks), text: String::new() },
            ];
        }
    }
    Vec::new()
}
