//! Semantic tokens: the language, the shell inside RUN and heredocs, and variables in both.
//!
//! Places are painted in order, the later over the earlier, and what shows is told. So nesting needs
//! no care, and the cost is that of the text.

use serde::Serialize;
use serde_json::{Value, json};

use crate::shell::{Command, Script};
use crate::syntax::dockerfile::{Body, Dockerfile, Instruction};
use crate::text::Span;

use super::dispatch::{Json, written};
use super::document::{Document, Snapshot};
use super::server::{Failure, Server, invalid};
use super::spans;

/// The kinds, at their numbers in the legend.
const TYPES: [&str; 13] = [
    "keyword",
    "comment",
    "macro",
    "parameter",
    "variable",
    "string",
    "number",
    "class",
    "namespace",
    "function",
    "operator",
    "property",
    "enumMember",
];

/// A kind of token; [`TYPES`] has the protocol's words in the same order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Kind {
    Keyword,
    Comment,
    Macro,
    Parameter,
    Variable,
    String,
    Number,
    Class,
    Namespace,
    Function,
    Operator,
    Property,
    EnumMember,
}

/// Words that a shell's grammar reserves.
const RESERVED: [&str; 15] =
    ["if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac", "in", "function", "!"];

/// What joins commands.
const OPERATORS: [char; 3] = ['&', '|', ';'];

/// What is told of semantic tokens.
pub(super) fn provider() -> Value {
    json!({
        "legend": {"tokenTypes": TYPES, "tokenModifiers": ["declaration"]},
        "range": true,
        "full": {"delta": true},
    })
}

/// Tokens that a client was told, with the name that it knows them by.
#[derive(Debug, Default)]
pub(super) struct Told {
    id: u64,
    data: Vec<u32>,
}

/// All tokens.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Full<'a> {
    result_id: String,
    data: &'a [u32],
}

/// What has changed among the tokens.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Delta<'a> {
    result_id: String,
    edits: Vec<Change<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Change<'a> {
    start: usize,
    delete_count: usize,
    data: &'a [u32],
}

/// Numbers of one token.
const WIDTH: usize = 5;

/// `textDocument/semanticTokens/full`.
pub(super) fn full(document: &mut Document, _: &Value) -> Json {
    let data = tokens(document, Span::from(0..document.text.len()));
    document.tokens = Told { id: document.tokens.id + 1, data };
    let Told { id, data } = &document.tokens;
    written(&Full { result_id: id.to_string(), data })
}

/// `textDocument/semanticTokens/full/delta`: one edit, from the first token that differs to the last.
pub(super) fn delta(document: &mut Document, params: &Value) -> Json {
    let before = std::mem::take(&mut document.tokens);
    document.tokens.id = before.id;
    let all = full(document, params);
    if params.get("previousResultId").and_then(Value::as_str) != Some(before.id.to_string().as_str()) {
        return all;
    }
    let Told { id, data } = &document.tokens;
    let (old, new) = (before.data.chunks_exact(WIDTH), data.chunks_exact(WIDTH));
    let head = old.clone().zip(new.clone()).take_while(|(a, b)| a == b).count();
    let tail = old.clone().rev().zip(new.clone().rev()).take_while(|(a, b)| a == b).count();
    let tail = tail.min(old.len().min(new.len()) - head);
    let delete_count = (old.len() - head - tail) * WIDTH;
    let fresh = &data[head * WIDTH..data.len() - tail * WIDTH];
    let is_same = delete_count == 0 && fresh.is_empty();
    let edit = Change { start: head * WIDTH, delete_count, data: fresh };
    written(&Delta { result_id: id.to_string(), edits: if is_same { Vec::new() } else { vec![edit] } })
}

/// `textDocument/semanticTokens/range`.
pub(super) fn range(server: &mut Server, uri: &str, _: usize, params: &Value) -> Result<Value, Failure> {
    let Some(document) = server.documents.get(uri) else { return Ok(Value::Null) };
    let wanted = params.get("range").and_then(|range| document.span(range));
    Ok(json!({"data": tokens(document, wanted.ok_or_else(|| invalid("range is malformed"))?)}))
}

fn tokens(document: &Snapshot, wanted: Span) -> Vec<u32> {
    let tree = document.tree();
    let mut canvas = Canvas { text: &document.text, wanted, paint: vec![0; document.text.len()], next: 0 };
    canvas.file(tree);
    let model = document.model();
    for (_, step) in model.steps().filter(|(_, step)| step.span().overlaps(wanted)) {
        step.scripts().iter().for_each(|script| canvas.script(script));
        canvas.strings(step.instruction);
        canvas.variables_in(step.instruction);
    }
    canvas.encoded(document)
}

struct Canvas<'t> {
    text: &'t str,
    wanted: Span,
    /// For each byte 0, or kind + 1, the declaration bit, and a number that tells neighbours apart.
    paint: Vec<u32>,
    next: u32,
}

const DECLARATION: u32 = 1 << 7;

impl Canvas<'_> {
    fn put(&mut self, span: Span, kind: Kind) {
        self.fill(span, kind as u32 + 1);
    }

    fn declare(&mut self, span: Span, kind: Kind) {
        self.fill(span, (kind as u32 + 1) | DECLARATION);
    }

    fn clear(&mut self, span: Span) {
        if let Some(bytes) = self.paint.get_mut(span.range()) {
            bytes.fill(0);
        }
    }

    fn fill(&mut self, span: Span, code: u32) {
        self.next = (self.next + 1) & 0x00ff_ffff;
        let code = code | self.next << 8;
        if let Some(bytes) = self.paint.get_mut(span.range()) {
            bytes.fill(code);
        }
    }

    fn file(&mut self, tree: &Dockerfile) {
        for directive in &tree.directives {
            self.put(directive.span, Kind::Comment);
            let key = directive.span.slice(self.text).find(|c: char| c.is_ascii_alphabetic()).unwrap_or(0) as u32;
            let start = directive.span.start + key;
            self.put(Span::new(start, start + directive.key.len() as u32), Kind::Macro);
            self.put(directive.value_span, Kind::String);
        }
        let wanted = self.wanted;
        for instruction in tree.instructions.iter().filter(|it| it.span.overlaps(wanted)) {
            self.instruction(instruction);
        }
        for comment in tree.comments.iter().filter(|it| it.span.overlaps(wanted)) {
            self.put(comment.span, Kind::Comment);
        }
    }

    fn instruction(&mut self, instruction: &Instruction) {
        self.put(instruction.keyword.span, Kind::Keyword);
        for flag in &instruction.flags {
            self.put(Span::new(flag.span.start, flag.name.span.end), Kind::Parameter);
            for option in &flag.options {
                self.put(option.key.span, Kind::Property);
            }
        }
        self.body(&instruction.body);
        self.strings(instruction);
        for heredoc in &instruction.heredocs {
            self.put(heredoc.marker, Kind::Macro);
            heredoc.terminator.iter().for_each(|end| self.put(*end, Kind::Macro));
        }
        self.variables_in(instruction);
    }

    fn body(&mut self, body: &Body) {
        match body {
            Body::From(from) => {
                self.put(from.image.span, Kind::Class);
                from.as_keyword.iter().for_each(|word| self.put(word.span, Kind::Keyword));
                from.name.iter().for_each(|name| self.declare(name.span, Kind::Namespace));
            }
            Body::Arg(all) => all.iter().for_each(|it| self.declare(it.name.span, Kind::Variable)),
            Body::Env(pairs) => pairs.iter().for_each(|pair| self.declare(pair.key.span, Kind::Variable)),
            Body::Label(pairs) => pairs.iter().for_each(|pair| self.put(pair.key.span, Kind::Property)),
            Body::Expose(words) => words.iter().for_each(|word| self.put(word.span, Kind::Number)),
            Body::Stopsignal(word) => self.put(word.span, Kind::EnumMember),
            Body::Onbuild(inner) => self.instruction(inner),
            _ => {}
        }
    }

    /// Quoted words and the strings of the exec form.
    fn strings(&mut self, instruction: &Instruction) {
        let command = match &instruction.body {
            Body::Run(command) | Body::Cmd(command) | Body::Entrypoint(command) | Body::Shell(command) => Some(command),
            Body::Healthcheck(command) => command.as_ref(),
            _ => None,
        };
        command.into_iter().flat_map(spans::strings).for_each(|span| self.put(span, Kind::String));
        for word in spans::arguments(&instruction.body) {
            if word.span.slice(self.text).starts_with(['"', '\'']) {
                self.put(word.span, Kind::String);
            }
        }
    }

    /// `$NAME` and `${NAME…}` in the language's words.
    fn variables_in(&mut self, instruction: &Instruction) {
        let flags = instruction.flags.iter();
        let values = flags.flat_map(|flag| flag.options.iter().map(|option| &option.value).chain([&flag.value]));
        let words = spans::arguments(&instruction.body).into_iter().chain(values.flatten());
        for variable in words.flat_map(|word| &word.variables) {
            self.put(variable.span, Kind::Variable);
        }
    }

    fn script(&mut self, script: &Script) {
        if !script.json {
            self.grammar(script);
        }
        for command in &script.commands {
            self.command(command);
        }
    }

    /// Comments, reserved words and operators, wherever no command's words are painted over them.
    fn grammar(&mut self, script: &Script) {
        let text = script.text.text.as_str();
        let place = |at: usize, len: usize| script.text.span(at as u32, (at + len) as u32);
        for line in text.split_inclusive('\n') {
            let at = line.as_ptr() as usize - text.as_ptr() as usize;
            let code = line.trim();
            if code.starts_with('#') {
                self.put(place(at + line.len() - line.trim_start().len(), code.len()), Kind::Comment);
                continue;
            }
            for word in line.split(|c: char| c.is_whitespace() || c == ';').filter(|word| RESERVED.contains(word)) {
                let at = word.as_ptr() as usize - text.as_ptr() as usize;
                self.put(place(at, word.len()), Kind::Keyword);
            }
            let mut from = 0;
            while let Some(start) = line[from..].find(OPERATORS).map(|found| from + found) {
                let rest = &line[start..];
                let len = rest.find(|c| !OPERATORS.contains(&c)).unwrap_or(rest.len());
                self.put(place(at + start, len), Kind::Operator);
                from = start + len;
            }
        }
    }

    fn command(&mut self, command: &Command) {
        for wrapper in &command.wrappers {
            let name = wrapper.span.slice(self.text).split_whitespace().next().unwrap_or_default().len();
            self.put(Span::new(wrapper.span.start, wrapper.span.start + name as u32), Kind::Function);
        }
        for assignment in &command.assignments {
            self.clear(assignment.span);
            let name = Span::new(assignment.span.start, assignment.span.start + assignment.name.len() as u32);
            self.put(name, Kind::Variable);
            self.variables_at(assignment.span);
        }
        self.put(command.name_span, Kind::Function);
        self.variables_at(command.name_span);
        for arg in &command.args {
            match () {
                () if arg.raw.starts_with('-') => self.put(arg.span, Kind::Parameter),
                () if arg.quoted => self.put(arg.span, Kind::String),
                () => self.clear(arg.span),
            }
            if !arg.raw.starts_with('\'') {
                self.variables_at(arg.span);
            }
        }
        for redirect in &command.redirects {
            let operator = redirect.span.start + redirect.operator.len() as u32;
            self.put(Span::new(redirect.span.start, operator.min(redirect.span.end)), Kind::Operator);
        }
    }

    /// `$NAME` and `${NAME` in the shell's words.
    fn variables_at(&mut self, span: Span) {
        let text = span.slice(self.text);
        for (at, _) in text.match_indices('$') {
            let rest = &text[at + 1..];
            let braces = usize::from(rest.starts_with('{'));
            let name = rest[braces..].find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
            let name = name.unwrap_or(rest.len() - braces);
            if name > 0 {
                let closed = usize::from(braces == 1 && rest[1 + name..].starts_with('}'));
                let start = span.start + at as u32;
                self.put(Span::new(start, start + (1 + braces + name + closed) as u32), Kind::Variable);
            }
        }
    }

    /// What shows, line by line, in the protocol's relative numbers.
    fn encoded(&self, document: &Snapshot) -> Vec<u32> {
        let mut data = Vec::new();
        let (mut last_line, mut last_start) = (0, 0);
        let mut columns = document.lines.columns(&document.text);
        let mut at = self.wanted.start as usize;
        let end = (self.wanted.end as usize).min(self.paint.len());
        let bytes = self.text.as_bytes();
        while at < end {
            let code = self.paint[at];
            let is_end = |byte: u8| byte == b'\n' || byte == b'\r';
            let stop = (at..end).find(|&next| self.paint[next] != code || is_end(bytes[next])).unwrap_or(end);
            if code != 0 && stop > at {
                let ((line, start), (_, stop)) = (columns.at(at), columns.at(stop));
                let delta = if line == last_line { start - last_start } else { start };
                data.extend([line - last_line, delta, stop - start]);
                data.extend([(code & 0x7f) - 1, u32::from(code & DECLARATION != 0)]);
                (last_line, last_start) = (line, start);
            }
            at = stop.max(at + 1);
        }
        data
    }
}
