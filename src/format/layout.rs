use std::collections::BTreeSet;
use std::ops::Range;

use super::quotes::{Quoting, quoted_at};
use super::same::innermost;
use super::style::{IndentStyle, Style};
use crate::diagnostic::Edit;
use crate::syntax::dockerfile::{Body, Dockerfile, Instruction, Keyword, TokenKind, Word};
use crate::text::{LineIndex, Span};

/// `text` with everything laid out but the instructions of `kept`.
pub(super) fn lay_out(text: &str, tree: &Dockerfile, style: &Style, kept: &BTreeSet<usize>) -> String {
    let lines = LineIndex::new(text);
    let mut layout = Layout { text, tree, style, lines, edits: Vec::new() };
    for (at, instruction) in tree.instructions.iter().enumerate() {
        let is_known = instruction.kind != Keyword::Unknown && !matches!(innermost(instruction).body, Body::Unknown(_));
        if is_known && !kept.contains(&at) {
            layout.instruction(instruction);
        }
    }
    layout.between();
    apply(text, layout.edits)
}

/// The text with edits that do not overlap.
pub(super) fn apply(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| edit.span);
    let mut out = String::with_capacity(text.len() + 64);
    let mut from = 0;
    for edit in edits {
        let span = edit.span.range();
        if span.start >= from {
            out.push_str(&text[from..span.start]);
            out.push_str(&edit.text);
            from = span.end;
        }
    }
    out.push_str(&text[from..]);
    out
}

/// A physical line of an instruction after its first one.
struct Continuation<'t> {
    /// The line without its line end.
    text: &'t str,
    start: u32,
    /// Bytes of the blanks at its beginning.
    blanks: usize,
    is_comment: bool,
    /// True where it begins inside quotes.
    is_quoted: bool,
    /// True where its first word is the rest of a word of the line before.
    is_glued: bool,
}

impl Continuation<'_> {
    fn word(&self) -> &str {
        self.text[self.blanks..].split([' ', '\t', ';']).next().unwrap_or("")
    }

    /// True for the end of a block that stands in the first column, below the instruction.
    fn closes_at_margin(&self) -> bool {
        let closers = ["]", ")", "}", "fi", "done", "esac", "else", "elif"];
        self.blanks == 0 && closers.iter().any(|closer| self.word().trim_end_matches(['\\', ',']) == *closer)
    }

    fn may_move(&self) -> bool {
        !(self.is_quoted || self.is_glued || self.closes_at_margin() || self.is_comment && self.blanks == 0)
    }
}

struct Layout<'t> {
    text: &'t str,
    tree: &'t Dockerfile,
    style: &'t Style,
    lines: LineIndex,
    edits: Vec<Edit>,
}

impl<'t> Layout<'t> {
    fn replace(&mut self, span: Span, by: &str) {
        if span.slice(self.text) != by {
            self.edits.push(Edit { span, text: by.to_string() });
        }
    }

    /// Line `at`, from 0, without its line end, and where it begins.
    fn line(&self, at: usize) -> (&'t str, u32) {
        let range = self.lines.line_range(at);
        (self.text[range.clone()].trim_end_matches(['\r', '\n']), range.start as u32)
    }

    fn instruction(&mut self, instruction: &Instruction) {
        self.first_column(instruction);
        self.keywords(instruction);
        let first = self.lines.line_of(instruction.span.start);
        let last = last_code_line(instruction, &self.lines);
        let quoting = Quoting::of(instruction);
        if quoting != Quoting::Verbatim {
            self.words(innermost(instruction));
        }
        let continuations = self.continuations(instruction, quoting, first, last);
        self.indent(&continuations);
        self.line_ends(&continuations, first, last);
        for line in &instruction.blank_lines {
            let range = self.lines.line_range(*line as usize - 1);
            if (first..=last).contains(&(*line as usize - 1)) {
                self.edits.push(Edit { span: Span::from(range), text: String::new() });
            }
        }
    }

    fn first_column(&mut self, instruction: &Instruction) {
        let start = self.lines.line_start(self.lines.line_of(instruction.span.start));
        let before = Span::new(start, instruction.keyword.span.start);
        if before.slice(self.text).chars().all(|c| c == ' ' || c == '\t') {
            self.replace(before, "");
        }
    }

    /// Upper case for the keyword and the words that belong to it, and one blank behind it.
    fn keywords(&mut self, instruction: &Instruction) {
        self.replace(instruction.keyword.span, &instruction.keyword.text.to_ascii_uppercase());
        let inner = innermost(instruction);
        let mut nested = instruction;
        while let Body::Onbuild(next) = &nested.body {
            self.replace(next.keyword.span, &next.keyword.text.to_ascii_uppercase());
            nested = next;
        }
        match &inner.body {
            Body::From(from) => {
                if let Some(word) = &from.as_keyword {
                    self.replace(word.span, &word.text.to_ascii_uppercase());
                }
            }
            Body::Healthcheck(_) => {
                let word = inner.args_text().split([' ', '\t', '[']).next().unwrap_or("");
                let start = inner.args_start;
                if ["CMD", "NONE"].iter().any(|known| word.eq_ignore_ascii_case(known))
                    && inner.logical.is_verbatim(start, start + word.len() as u32)
                {
                    self.replace(inner.logical_span(start, start + word.len() as u32), &word.to_ascii_uppercase());
                }
            }
            _ => {}
        }
        let behind = |end: u32| Span::new(end, end + blanks(&self.text[end as usize..]) as u32);
        let mut gaps: Vec<Span> = inner.flags.iter().map(|flag| behind(flag.span.end)).collect();
        gaps.push(behind(instruction.keyword.span.end));
        if !std::ptr::eq(inner, instruction) {
            gaps.push(behind(inner.keyword.span.end));
        }
        gaps.sort();
        gaps.dedup();
        for gap in gaps {
            if !gap.is_empty() && !self.ends_line(gap.end) {
                self.replace(gap, " ");
            }
        }
    }

    /// One blank between words that an instruction takes as a list.
    fn words(&mut self, instruction: &Instruction) {
        let word = |word: &Word| word.span;
        let mut spans: Vec<Span> = match &instruction.body {
            Body::From(from) => {
                let names = from.as_keyword.iter().chain(&from.name).map(|it| it.span);
                std::iter::once(from.image.span).chain(names).collect()
            }
            Body::Arg(declared) => declared
                .iter()
                .map(|it| it.value.as_ref().map_or(it.name.span, |value| it.name.span.to(value.span)))
                .collect(),
            Body::Env(pairs) | Body::Label(pairs) => pairs.iter().map(|it| it.key.span.to(it.value.span)).collect(),
            Body::Copy(it) | Body::Add(it) if !it.json => it.sources.iter().chain([&it.dest]).map(word).collect(),
            Body::Expose(words) | Body::Volume(words) => words.iter().map(word).collect(),
            _ => return,
        };
        spans.sort();
        for pair in spans.windows(2).filter(|pair| pair[0].end < pair[1].start) {
            let gap = Span::new(pair[0].end, pair[1].start);
            if gap.slice(self.text).chars().all(|c| c == ' ' || c == '\t') {
                self.replace(gap, " ");
            }
        }
    }

    fn continuations(
        &self,
        instruction: &Instruction,
        quoting: Quoting,
        first: usize,
        last: usize,
    ) -> Vec<Continuation<'t>> {
        let logical = &instruction.logical;
        let offset = |start: u32| {
            let at = logical.segments.partition_point(|segment| segment.source < start);
            logical.segments.get(at).map_or(logical.text.len(), |segment| segment.text as usize)
        };
        let numbers: Vec<usize> = (first + 1..=last).collect();
        let offsets: Vec<usize> = numbers.iter().map(|at| offset(self.lines.line_start(*at))).collect();
        let quoted = quoted_at(&logical.text, quoting, &offsets);
        let text = logical.text.as_bytes();
        let is_blank = |at: usize| text.get(at).is_none_or(u8::is_ascii_whitespace);
        let mut found = Vec::new();
        for ((number, offset), is_quoted) in numbers.into_iter().zip(offsets).zip(quoted) {
            let (text, start) = self.line(number);
            let blanks = blanks(text);
            if blanks == text.len() {
                continue;
            }
            let is_comment = text[blanks..].starts_with('#') && self.is_comment(start + blanks as u32);
            let is_glued = !is_comment && blanks == 0 && offset > 0 && !is_blank(offset - 1) && !is_blank(offset);
            found.push(Continuation { text, start, blanks, is_comment, is_quoted: is_quoted && !is_comment, is_glued });
        }
        found
    }

    fn is_comment(&self, at: u32) -> bool {
        let index = self.tree.comments.partition_point(|comment| comment.span.start < at);
        self.tree.comments.get(index).is_some_and(|comment| comment.span.start == at)
    }

    /// Moves all lines by the same number of columns, so that the outermost has one level.
    fn indent(&mut self, continuations: &[Continuation]) {
        let size = self.style.indent_size as usize;
        let movable = || continuations.iter().filter(|it| it.may_move());
        let Some(least) = movable().filter(|it| !it.is_comment).map(|it| self.columns(it)).min() else { return };
        let with_tabs = match self.style.indent_style {
            IndentStyle::Keep => {
                movable().all(|it| it.text[..it.blanks].bytes().all(|byte| byte == b'\t')) && least > 0
            }
            IndentStyle::Space => false,
            IndentStyle::Tab => true,
        };
        let mut edits = Vec::new();
        for line in movable() {
            let columns = (self.columns(line) + size).saturating_sub(least);
            let (tabs, spaces) = if with_tabs { (columns / size, columns % size) } else { (0, columns) };
            let span = Span::new(line.start, line.start + line.blanks as u32);
            edits.push((span, "\t".repeat(tabs) + &" ".repeat(spaces)));
        }
        for (span, by) in edits {
            self.replace(span, &by);
        }
    }

    fn columns(&self, line: &Continuation) -> usize {
        let size = self.style.indent_size as usize;
        line.text[..line.blanks].bytes().fold(0, |at, byte| if byte == b'\t' { (at / size + 1) * size } else { at + 1 })
    }

    /// Blanks at the ends of lines go; before the character that continues a line there is one.
    fn line_ends(&mut self, continuations: &[Continuation], first: usize, last: usize) {
        let code: Vec<&Continuation> = continuations.iter().filter(|it| !it.is_comment).collect();
        for at in first..=last {
            let (text, start) = self.line(at);
            let kept = text.trim_end_matches([' ', '\t']);
            if kept.is_empty() {
                continue;
            }
            let end = start + kept.len() as u32;
            self.replace(Span::new(end, start + text.len() as u32), "");
            let next_start = self.lines.line_start(at + 1);
            let following = &code[code.partition_point(|it| it.start < next_start)..];
            let next = following.first();
            // A line that holds the escape alone may have no blanks yet, but gets them.
            let is_separate = next.is_some_and(|next| (next.blanks > 0 || next.may_move()) && !next.is_quoted);
            let Some(before) = kept.strip_suffix(self.tree.escape) else { continue };
            let is_continued = at < last && self.is_continuation(end - self.tree.escape.len_utf8() as u32);
            if is_separate && is_continued && !before.is_empty() && !before.ends_with([' ', '\t']) {
                self.replace(Span::at(start + before.len() as u32), " ");
            }
        }
    }

    fn is_continuation(&self, at: u32) -> bool {
        let index = self.tree.tokens.partition_point(|token| token.span.end <= at);
        self.tree.tokens.get(index).is_some_and(|token| token.kind == TokenKind::Continuation)
    }

    fn ends_line(&self, at: u32) -> bool {
        self.text[at as usize..].starts_with(['\r', '\n']) || at as usize == self.text.len()
    }

    /// What stands between instructions: blank lines, comments, the end of the file.
    fn between(&mut self) {
        let owners = self.owners();
        self.gaps(&owners);
        self.comment_ends(&owners);
        self.file_end(&owners);
    }

    /// For each line the index of the instruction that it belongs to.
    fn owners(&self) -> Vec<Option<usize>> {
        let mut owners = vec![None; self.lines.line_count()];
        for (at, instruction) in self.tree.instructions.iter().enumerate() {
            let first = self.lines.line_of(instruction.span.start);
            let last = self.lines.line_of(instruction.span.end.saturating_sub(1).max(instruction.span.start));
            // A file that is cut off inside a heredoc has no end to tidy up.
            let end = if is_cut_off(instruction) { owners.len() } else { last + 1 };
            owners[first..end].fill(Some(at));
        }
        owners
    }

    /// Blank lines: at most one, one before a stage, none at either end of the file.
    fn gaps(&mut self, owners: &[Option<usize>]) {
        let is_blank = |at: usize| self.line(at).0.trim_matches([' ', '\t', '\u{feff}']).is_empty();
        let eol = self.eol();
        let mut edits = Vec::new();
        let mut at = 0;
        while at < owners.len() {
            let gap = at..at + (at..owners.len()).take_while(|at| owners[*at].is_none() && is_blank(*at)).count();
            let is_end = gap.end == owners.len();
            let wanted = if is_end { 0 } else { self.wanted(&gap, owners) };
            let bom = if gap.start == 0 && self.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
            let start = self.lines.line_start(gap.start) + bom as u32;
            let span = Span::new(start, self.lines.line_start(gap.end).max(start));
            let has_only_line_ends = span.slice(self.text).trim_matches(['\r', '\n']).is_empty();
            if gap.len() != wanted || !has_only_line_ends || (is_end && !span.is_empty()) {
                edits.push((span, eol.repeat(wanted)));
            }
            // Over what follows: a comment, or an instruction with all its lines.
            let owner = owners.get(gap.end).copied().flatten();
            let block = (gap.end + 1..owners.len()).take_while(|at| owner.is_some() && owners[*at] == owner).count();
            at = gap.end + 1 + block;
        }
        for (span, by) in edits {
            self.replace(span, &by);
        }
    }

    /// Blanks behind comments that stand outside of instructions; directives are left alone.
    fn comment_ends(&mut self, owners: &[Option<usize>]) {
        for at in (0..owners.len()).filter(|at| owners[*at].is_none()) {
            let (text, start) = self.line(at);
            let kept = text.trim_end_matches([' ', '\t']).len();
            let is_directive = self.tree.directives.iter().any(|it| it.span.start == start);
            if kept > 0 && !is_directive {
                self.replace(Span::new(start + kept as u32, start + text.len() as u32), "");
            }
        }
    }

    /// The last line has a line end.
    fn file_end(&mut self, owners: &[Option<usize>]) {
        let last = owners.last().copied().flatten().map(|at| &self.tree.instructions[at]);
        let ends = self.text.trim_end_matches([' ', '\t']).ends_with('\n') || self.text.trim().is_empty();
        if !ends && !last.is_some_and(is_cut_off) {
            let eol = self.eol();
            self.replace(Span::at(self.text.len() as u32), eol);
        }
    }

    fn eol(&self) -> &'static str {
        if self.text.contains("\r\n") { "\r\n" } else { "\n" }
    }

    /// How many blank lines a gap should have.
    fn wanted(&self, gap: &Range<usize>, owner: &[Option<usize>]) -> usize {
        let has_blank = !gap.is_empty();
        if gap.start == 0 {
            // Without the blank line, a comment at the top could become a directive.
            let could_be_directive = owner[gap.end].is_none() && self.line(gap.end).0.contains('=');
            return usize::from(has_blank && could_be_directive);
        }
        // Asked at the first of many comments alone: each walks through all below it.
        usize::from(has_blank || owner[gap.start - 1].is_some() && self.begins_stage(gap.end, owner))
    }

    /// True if the lines from `at` on are comments that lead straight to a FROM that is not the first.
    fn begins_stage(&self, at: usize, owner: &[Option<usize>]) -> bool {
        let mut at = at;
        while at < owner.len() && owner[at].is_none() && self.line(at).0.trim_start().starts_with('#') {
            at += 1;
        }
        let Some(Some(index)) = owner.get(at) else { return false };
        let is_from = |it: &Instruction| it.kind == Keyword::From;
        is_from(&self.tree.instructions[*index]) && self.tree.instructions[..*index].iter().any(is_from)
    }
}

fn is_cut_off(instruction: &Instruction) -> bool {
    instruction.heredocs.iter().any(|heredoc| heredoc.terminator.is_none())
}

fn blanks(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t']).len()
}

/// The last line, from 0, that is not part of a heredoc.
pub(super) fn last_code_line(instruction: &Instruction, lines: &LineIndex) -> usize {
    let heredoc = innermost(instruction).heredocs.first().or(instruction.heredocs.first());
    match heredoc {
        Some(heredoc) => lines.line_of(heredoc.body.start).saturating_sub(1),
        None => lines.line_of(instruction.span.end.saturating_sub(1).max(instruction.span.start)),
    }
    .max(lines.line_of(instruction.span.start))
}
