//! The driver: physical lines to directives, comments and logical lines.

use super::ast::{Body, Comment, Directive, Dockerfile, Heredoc, Ident, Instruction, Keyword, TokenKind};
use super::cx::Cx;
use super::directives::{Directives, check_error};
use super::expansion;
use super::heredoc;
use super::instruction;
use super::lines::{Line, Lines, continued};
use super::tokens::Marks;
use crate::diagnostic::Diagnostic;
use crate::text::{FileId, Span, Spliced};

/// BuildKit reads no line that is longer, in bytes.
const MAX_LINE: usize = 65535;

/// Reads a Dockerfile. It never fails: what BuildKit would refuse is a diagnostic, and reading goes
/// on with the next instruction. The messages are BuildKit's own, as far as it has one.
pub fn parse(file: FileId, text: &str) -> (Dockerfile, Vec<Diagnostic>) {
    let cx = Cx { file, text, escape: '\\', line: 0, in_trigger: false, diagnostics: Vec::new() };
    let mut driver = Driver {
        cx,
        lines: Lines::new(text),
        directives: Directives::default(),
        marks: Marks::default(),
        pending: Vec::new(),
        found_directives: Vec::new(),
        comments: Vec::new(),
        instructions: Vec::new(),
        saw_nothing: false,
    };
    driver.run();
    driver.finish()
}

struct Driver<'t> {
    cx: Cx<'t>,
    lines: Lines<'t>,
    directives: Directives,
    marks: Marks,
    /// Comments that the next instruction takes.
    pending: Vec<usize>,
    found_directives: Vec<Directive>,
    comments: Vec<Comment>,
    instructions: Vec<Instruction>,
    saw_nothing: bool,
}

impl<'t> Driver<'t> {
    fn run(&mut self) {
        if self.lines.skip_bom() {
            self.marks.add(TokenKind::Bom, Span::new(0, '\u{feff}'.len_utf8() as u32));
        }
        while let Some(line) = self.next_line() {
            let content = line.text.trim_start();
            if content.starts_with('#') {
                self.comment(line);
                continue;
            }
            self.directives.end();
            if !content.is_empty() {
                self.instruction(line);
            }
        }
    }

    fn finish(mut self) -> (Dockerfile, Vec<Diagnostic>) {
        self.check_whole();
        let dockerfile = Dockerfile {
            file: self.cx.file,
            escape: self.cx.escape,
            directives: self.found_directives,
            comments: self.comments,
            instructions: self.instructions,
            tokens: self.marks.tile(self.cx.text),
        };
        (dockerfile, self.cx.diagnostics)
    }

    fn next_line(&mut self) -> Option<Line<'t>> {
        let line = self.lines.next()?;
        let with_return = (line.next - line.start) as usize;
        if with_return > MAX_LINE
            && self.cx.text[..line.next as usize].trim_end_matches('\n').len() > line.start as usize + MAX_LINE
        {
            let message = format!("dockerfile line greater than max allowed size of {MAX_LINE}");
            let span = Span::new(line.start, line.start + line.text.chars().next().map_or(0, char::len_utf8) as u32);
            let note = format!("the line has {} bytes", line.text.len());
            self.cx.syntax_error("line-too-long", span, message).notes.push(note);
        }
        Some(line)
    }

    /// A comment line between instructions, or a directive.
    fn comment(&mut self, line: Line<'t>) {
        let verdict = self.directives.comment(line.text, line.number);
        if let Some(key) = verdict.repeated {
            let message = format!("only one {key} parser directive can be used");
            self.cx.syntax_error("invalid-directive", line.span(), message);
        }
        if let Some(found) = verdict.effective {
            let start = line.start + found.value_start as u32;
            let value_span = Span::new(start, start + found.value.len() as u32);
            let value = found.value.to_string();
            self.obey(&found.key, &value, value_span);
            self.marks.add(TokenKind::Directive, line.span());
            self.found_directives.push(Directive { span: line.span(), key: found.key, value, value_span });
            if verdict.dropped {
                return;
            }
        } else {
            self.marks.add(TokenKind::Comment, comment_span(&line));
        }
        let at = self.push_comment(&line, false);
        if verdict.dropped {
            return;
        }
        let text = line.text.get(1..).unwrap_or("").trim();
        if text.is_empty() {
            self.pending.clear();
        } else {
            self.pending.push(at);
        }
    }

    fn obey(&mut self, key: &str, value: &str, span: Span) {
        let error = match (key, value) {
            ("escape", "\\") => return self.cx.escape = '\\',
            ("escape", "`") => return self.cx.escape = '`',
            ("escape", _) => Some(format!("invalid escape token '{value}' does not match ` or \\")),
            ("check", _) => check_error(value),
            _ => None,
        };
        if let Some(message) = error {
            self.cx.syntax_error("invalid-directive", span, message);
        }
    }

    fn push_comment(&mut self, line: &Line, in_continuation: bool) -> usize {
        let span = comment_span(line);
        let text = line.text.trim_start().get(1..).unwrap_or("").trim().to_string();
        let indented = span.start > line.start;
        self.comments.push(Comment { span, text, indented, in_continuation });
        self.comments.len() - 1
    }

    fn instruction(&mut self, first: Line<'t>) {
        let mut blank_lines = Vec::new();
        let logical = self.logical_line(first, &mut blank_lines);
        if logical.text.trim().is_empty() {
            self.nothing(first);
            return;
        }
        self.cx.line = first.number;
        let mut instruction = instruction::read(&mut self.cx, logical, 0);
        self.mark(&instruction);
        self.heredocs(&mut instruction);
        instruction.lines = (first.number, self.lines.number());
        set_lines(&mut instruction.body, instruction.lines);
        instruction.attached = std::mem::take(&mut self.pending);
        instruction.blank_lines = blank_lines;
        if instruction.kind == Keyword::Unknown {
            self.unknown(first);
        }
        self.check_place(&instruction);
        self.check_device(&instruction);
        self.instructions.push(instruction);
    }

    /// Says what may have led to an unknown instruction. A row of them is one problem, except where
    /// one looks like a known instruction misspelt; every short word looks like one.
    fn unknown(&mut self, line: Line) {
        let Some(diagnostic) = self.cx.diagnostics.last_mut() else { return };
        let before = self.instructions.last();
        let in_row = before.is_some_and(|before| before.kind == Keyword::Unknown);
        let is_misspelt = diagnostic.message.ends_with("?)") && diagnostic.primary.span.len() > 3;
        if in_row && !is_misspelt {
            self.cx.diagnostics.pop();
            return;
        }
        let has_marker = |before: &Instruction| before.heredocs.is_empty() && before.logical.text.contains("<<");
        let note = if before.is_some_and(has_marker) {
            "the `<<` before this line begins no heredoc: it must begin a word, in a line whose quotes match"
        } else if before.is_some() && !line.text.starts_with(char::is_alphabetic) {
            "if it belongs to the line before, that line must end with the escape character"
        } else {
            return;
        };
        diagnostic.notes.push(note.to_string());
    }

    /// A continued line with nothing in it and nothing after it: BuildKit takes it for a keyword.
    fn nothing(&mut self, first: Line) {
        self.pending.clear();
        self.saw_nothing = true;
        let note = "the escape character continues a line that has no instruction";
        let diagnostic = self.cx.syntax_error("unknown-instruction", first.span(), "unknown instruction: ");
        diagnostic.notes.push(note.to_string());
    }

    /// Joins the lines of an instruction.
    fn logical_line(&mut self, first: Line<'t>, blank_lines: &mut Vec<u32>) -> Spliced {
        let mut logical = Spliced::default();
        let indent = first.text.len() - first.text.trim_start().len();
        let mut goes_on = self.push_piece(&mut logical, &first, indent);
        while goes_on {
            let Some(line) = self.next_line() else { break };
            let content = line.text.trim_start();
            if content.starts_with('#') {
                self.marks.add(TokenKind::Comment, comment_span(&line));
                self.push_comment(&line, true);
            } else if content.is_empty() {
                blank_lines.push(line.number);
            } else {
                goes_on = self.push_piece(&mut logical, &line, 0);
            }
        }
        logical
    }

    /// Appends a line from its byte `from` on, and tells whether the next line continues it.
    fn push_piece(&mut self, logical: &mut Spliced, line: &Line<'t>, from: usize) -> bool {
        let kept = continued(&line.text[from..], self.cx.escape);
        let piece = kept.unwrap_or(&line.text[from..]);
        let start = line.start + from as u32;
        logical.push(piece, start);
        if kept.is_some() {
            self.marks.add(TokenKind::Continuation, Span::new(start + piece.len() as u32, line.next));
        }
        kept.is_some()
    }

    fn mark(&mut self, instruction: &Instruction) {
        let mut innermost = Some(instruction);
        while let Some(instruction) = innermost {
            let line = &instruction.logical;
            self.marks.add_logical(TokenKind::Keyword, line, 0, instruction.keyword.text.len() as u32);
            let mut at = instruction.keyword.text.len() as u32;
            for flag in &instruction.flags {
                // Flags follow each other; their places in the line are found from left to right.
                let (start, end) = flag_range(line, flag.span, at);
                self.marks.add_logical(TokenKind::Flag, line, start, end);
                at = end;
            }
            innermost = match &instruction.body {
                Body::Onbuild(trigger) => Some(trigger),
                _ => None,
            };
        }
    }

    /// Reads the bodies of the instruction's heredocs from the lines that follow.
    fn heredocs(&mut self, instruction: &mut Instruction) {
        if !can_have_heredocs(instruction) {
            return;
        }
        let mut terminated = true;
        for marker in heredoc::markers(&instruction.logical.text) {
            let heredoc = self.heredoc(&instruction.logical, marker);
            if heredoc.terminator.is_none() && std::mem::replace(&mut terminated, false) {
                let note = format!("no line holds `{}` alone", heredoc.name.text);
                self.cx.syntax_error("unterminated-heredoc", heredoc.marker, "unterminated heredoc").notes.push(note);
            }
            let end = heredoc.terminator.map_or(heredoc.body.end, |terminator| terminator.end);
            let trimmed = self.cx.text[..end as usize].trim_end_matches(['\r', '\n']).len() as u32;
            instruction.span.end = instruction.span.end.max(trimmed);
            if matches!(instruction.kind, Keyword::Copy | Keyword::Add) {
                expansion::check_heredoc(&mut self.cx, &heredoc);
            }
            instruction.heredocs.push(heredoc);
        }
        if let Body::Onbuild(trigger) = &mut instruction.body {
            trigger.span.end = instruction.span.end;
            trigger.heredocs = instruction.heredocs.clone();
        }
    }

    fn heredoc(&mut self, line: &Spliced, marker: heredoc::Marker) -> Heredoc {
        let name = Ident { text: marker.name, span: line.span(marker.name_start, marker.range.1) };
        let mut body: Option<Span> = None;
        let mut terminator = None;
        while let Some(line) = self.next_line() {
            let content = if marker.chomp { heredoc::without_tabs(line.text) } else { line.text };
            if content == name.text {
                let end = line.span().end;
                body = body.or(Some(Span::at(line.start)));
                terminator = Some(Span::new(end - content.len() as u32, end));
                break;
            }
            let start = body.map_or(line.start, |body| body.start);
            body = Some(Span::new(start, line.next));
        }
        let body = body.unwrap_or(Span::at(self.cx.text.len() as u32));
        self.marks.add(TokenKind::HeredocBody, body);
        if let Some(terminator) = terminator {
            self.marks.add(TokenKind::HeredocTerminator, terminator);
        }
        Heredoc {
            marker: line.span(marker.range.0, marker.range.1),
            name,
            descriptor: marker.descriptor,
            expand: marker.expand,
            chomp: marker.chomp,
            body,
            terminator,
        }
    }

    /// Only ARG may stand before the first FROM. The first of those that do is told.
    fn check_place(&mut self, instruction: &Instruction) {
        let may_come_first = |kind| matches!(kind, Keyword::Arg | Keyword::Unknown);
        if may_come_first(instruction.kind) || instruction.kind == Keyword::From {
            return;
        }
        if !self.instructions.iter().all(|earlier| may_come_first(earlier.kind)) {
            return;
        }
        let note = "only ARG may stand before the first FROM";
        let message = "no build stage in current context";
        let span = instruction.keyword.span;
        self.cx.syntax_error("instruction-before-from", span, message).notes.push(note.to_string());
    }

    /// `RUN --device` is in the frontend's labs channel only; a frontend of someone else may have it.
    fn check_device(&mut self, instruction: &Instruction) {
        let Some(device) = instruction.flag("device").filter(|_| instruction.kind == Keyword::Run) else { return };
        let syntax = self.found_directives.iter().find(|directive| directive.key == "syntax");
        let is_stable = |name: &str| name.contains("docker/dockerfile:") && !name.contains("labs");
        if syntax.is_none_or(|syntax| is_stable(&syntax.value)) {
            let message = "device feature is only supported in Dockerfile frontend 1.14.0-labs or later";
            let note = "begin the file with `# syntax=docker/dockerfile:1-labs`";
            self.cx.syntax_error("invalid-flag", device.span, message).notes.push(note.to_string());
        }
    }

    fn check_whole(&mut self) {
        let only_args = || self.instructions.iter().all(|instruction| instruction.kind == Keyword::Arg);
        let message = match () {
            () if self.cx.text.is_empty() => "the Dockerfile cannot be empty",
            () if self.saw_nothing => return,
            () if self.instructions.is_empty() => "file with no instructions",
            () if only_args() => "dockerfile contains no stages to build",
            () => return,
        };
        let span = self.instructions.first().map_or(Span::at(0), |first| first.keyword.span);
        self.cx.syntax_error("empty-dockerfile", span, message);
    }
}

fn comment_span(line: &Line) -> Span {
    let indent = line.text.len() - line.text.trim_start().len();
    Span::new(line.start + indent as u32, line.span().end)
}

/// The range of the logical line, at or after `at`, that stands at `span` of the file.
fn flag_range(line: &Spliced, span: Span, at: u32) -> (u32, u32) {
    let first = line.segments.partition_point(|segment| segment.text + segment.len <= at);
    let find = |offset: u32| {
        let later = line.segments[first..].partition_point(|segment| segment.source + segment.len <= offset);
        line.segments.get(first + later).map_or(at, |segment| segment.text + offset.saturating_sub(segment.source))
    };
    let start = find(span.start);
    let end = if span.is_empty() { start } else { find(span.end - 1) + 1 };
    (start, end.max(start))
}

/// The lines of an instruction are those of its trigger too.
fn set_lines(body: &mut Body, lines: (u32, u32)) {
    let mut body = body;
    while let Body::Onbuild(trigger) = body {
        trigger.lines = lines;
        body = &mut trigger.body;
    }
}

fn can_have_heredocs(instruction: &Instruction) -> bool {
    let instruction = match &instruction.body {
        Body::Onbuild(trigger) => trigger,
        _ => instruction,
    };
    match &instruction.body {
        Body::Run(command) => !command.is_exec(),
        Body::Copy(transfer) | Body::Add(transfer) => !transfer.json,
        _ => matches!(instruction.kind, Keyword::Copy | Keyword::Add | Keyword::Run),
    }
}
