//! The layout of a Dockerfile: keywords, blanks, indentation and blank lines, and nothing that a
//! build would notice. What a person arranged (nesting, package lists, aligned continuations,
//! comments, heredoc bodies, the order of flags) stays.
//!
//! The parser is the judge: the text is parsed before and after, and an instruction that would not
//! say the same is left as it was.

mod layout;
mod operators;
mod quotes;
mod same;
mod style;

use std::collections::BTreeSet;
use std::ops::Range;

use crate::diagnostic::Edit;
use crate::syntax::dockerfile::{Dockerfile, parse};
use crate::text::{FileId, LineIndex, Span, changed_lines};

pub use style::{IndentStyle, Operators, Style};

/// What [`format`] made of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formatted {
    /// The new text; the old one where there was nothing to do.
    pub text: String,
    /// First lines, from 1, of the instructions that were left as they are because another layout
    /// would change what they say.
    pub kept: Vec<u32>,
}

/// How often instructions may turn out to be changed before the text is left alone.
const MAX_ROUNDS: u32 = 3;

/// Lays out a Dockerfile. Formatting the result again changes nothing.
pub fn format(text: &str, style: &Style) -> Formatted {
    format_tree(text, &tree(text), style)
}

fn format_tree(text: &str, tree: &Dockerfile, style: &Style) -> Formatted {
    if text.strip_prefix('\u{feff}').is_some_and(|rest| rest.trim().is_empty()) {
        // A mark and nothing behind it has no last line.
        return Formatted { text: text.to_string(), kept: Vec::new() };
    }
    let line = |at: &usize| tree.instructions[*at].lines.0;
    let mut kept = BTreeSet::new();
    for _ in 0..MAX_ROUNDS {
        let moved = operators::place(text, tree, style.operators, &kept);
        let new = match &moved {
            Some(moved) => layout::lay_out(moved, &self::tree(moved), style, &kept),
            None => layout::lay_out(text, tree, style, &kept),
        };
        // Most texts are laid out already, and then there is nothing to compare.
        let changed = if new == text { Some(Vec::new()) } else { same::changed(text, tree, &new) };
        match changed {
            Some(changed) if changed.is_empty() => {
                return Formatted { text: new, kept: kept.iter().map(line).collect() };
            }
            Some(changed) => kept.extend(changed),
            None => break,
        }
    }
    Formatted { text: text.to_string(), kept: tree.instructions.iter().map(|it| it.lines.0).collect() }
}

/// What formatting changes, as edits of whole lines, sorted and disjoint; `tree` is that of the text. With `lines` (first and
/// last, from 0) only those that touch these lines.
pub fn edits(text: &str, tree: &Dockerfile, style: &Style, lines: Option<(u32, u32)>) -> Vec<Edit> {
    let new = format_tree(text, tree, style).text;
    if new == text {
        return Vec::new();
    }
    let (old_lines, new_lines) = (LineIndex::new(text), LineIndex::new(&new));
    let mut edits = Vec::new();
    let mut add = |old: Range<usize>, fresh: Range<usize>| {
        let touches =
            |(first, last): (u32, u32)| old.start <= last as usize && old.end.max(old.start + 1) > first as usize;
        if lines.is_none_or(touches) {
            let span = Span::new(old_lines.line_start(old.start), old_lines.line_start(old.end));
            let text = &new[new_lines.line_start(fresh.start) as usize..new_lines.line_start(fresh.end) as usize];
            edits.push(Edit { span, text: text.to_string() });
        }
    };
    for (old, fresh) in changed_lines(text.split_inclusive('\n'), new.split_inclusive('\n')) {
        if old.len() == fresh.len() {
            old.zip(fresh).for_each(|(old, fresh)| add(old..old + 1, fresh..fresh + 1));
        } else {
            add(old, fresh);
        }
    }
    edits
}

fn tree(text: &str) -> Dockerfile {
    parse(FileId::default(), text).0
}
