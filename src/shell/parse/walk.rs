//! From the parser's tree to commands in order, with what surrounds each of them.

use std::collections::HashMap;

use shuck_ast as tree;
use tree::{BinaryOp, CompoundCommand, Stmt, StmtSeq, StmtTerminator};

use super::super::{Assignment, Command, Dialect, Link, Options, Pipe, Redirect, ShellError, Wrapper};
use super::bodies;
use super::folder::Folder;
use super::token::Token;
use super::word::{self, Constants};
use crate::text::Spliced;

/// A text under analysis and where it stands in the script's text.
pub(super) struct Layer<'t> {
    pub(super) text: &'t str,
    base: u32,
    /// For a text taken from a quoted word: its bytes' offsets in the script's text.
    map: Option<&'t Spliced>,
}

impl<'t> Layer<'t> {
    pub(super) fn whole(text: &'t str) -> Layer<'t> {
        Layer { text, base: 0, map: None }
    }

    pub(super) fn mapped(map: &'t Spliced) -> Layer<'t> {
        Layer { text: &map.text, base: 0, map: Some(map) }
    }

    pub(super) fn from(&self, at: usize, limit: usize) -> Layer<'t> {
        Layer { text: &self.text[at..limit.max(at)], base: self.base + at as u32, map: self.map }
    }

    pub(super) fn until(&self, end: usize) -> Layer<'t> {
        Layer { text: &self.text[..end], ..*self }
    }

    /// The range in the script's text of a range of this text.
    pub(super) fn range(&self, start: usize, end: usize) -> (u32, u32) {
        let (start, end) = (self.base + start as u32, self.base + end as u32);
        let Some(map) = self.map else { return (start, end) };
        let span = map.span(start, end);
        (span.start, span.end)
    }

    /// A text whose pieces stand in this one, as a text whose pieces stand in the script's.
    pub(super) fn compose(&self, inner: &Spliced) -> Spliced {
        let mut out = Spliced::default();
        let mut done = 0;
        for segment in &inner.segments {
            out.push_synthetic(&inner.text[done as usize..segment.text as usize]);
            done = segment.text + segment.len;
            let piece = &inner.text[segment.text as usize..done as usize];
            match self.map {
                None => out.push(piece, self.base + segment.source),
                Some(map) => {
                    let from = self.base + segment.source;
                    append(&mut out, &map.sub(from, from + segment.len));
                }
            }
        }
        out.push_synthetic(&inner.text[done as usize..]);
        out
    }
}

/// Appends a mapped text to another.
pub(crate) fn append(out: &mut Spliced, more: &Spliced) {
    let mut done = 0;
    for segment in &more.segments {
        out.push_synthetic(&more.text[done as usize..segment.text as usize]);
        done = segment.text + segment.len;
        out.push(&more.text[segment.text as usize..done as usize], segment.source);
    }
    out.push_synthetic(&more.text[done as usize..]);
}

/// What surrounds a command.
#[derive(Clone, Copy, Default)]
pub(super) struct Cx<'c> {
    pub(super) link: Link,
    pub(super) pipe: Option<Pipe>,
    pub(super) background: bool,
    pub(super) conditional: bool,
    pub(super) condition: bool,
    pub(super) subshells: u32,
    pub(super) substitution: bool,
    pub(super) in_function: bool,
    pub(super) negated: bool,
    pub(super) wrappers: &'c [Wrapper],
    /// True right of `||`: what is assigned there may not be.
    pub(super) alternative: bool,
}

impl Cx<'_> {
    /// True if an assignment here holds for the rest of the shell.
    fn is_certain(&self) -> bool {
        !self.conditional && !self.background && !self.in_function && !self.alternative && self.pipe.is_none()
    }

    fn first(self) -> Self {
        Cx { link: Link::First, ..self }
    }

    fn maybe(self) -> Self {
        Cx { conditional: true, ..self.first() }
    }

    fn asked(self) -> Self {
        Cx { condition: true, ..self }
    }
}

/// What a walk gives.
#[derive(Default)]
pub(super) struct Found {
    pub(super) commands: Vec<Command>,
    pub(super) error: Option<ShellError>,
    pub(super) options: Options,
}

/// The state of the shell, as far as it is known.
#[derive(Clone, Default)]
pub(super) struct State {
    pub(super) folder: Folder,
    pub(super) options: Options,
}

pub(super) struct Walker<'s> {
    pub(super) script: &'s Spliced,
    pub(super) dialect: Dialect,
    pub(super) found: Found,
    pub(super) state: State,
    pub(super) constants: Constants,
    /// How often each name seems to be assigned in the whole text.
    assigned: HashMap<&'s str, u32>,
    pub(super) depth: u32,
    pipes: u32,
}

/// Scripts inside scripts are followed this far.
pub(super) const MAX_SCRIPTS: u32 = 6;

impl<'s> Walker<'s> {
    pub(super) fn new(script: &'s Spliced, dialect: Dialect, options: Options) -> Walker<'s> {
        Walker {
            script,
            dialect,
            found: Found { options, ..Found::default() },
            state: State { options, ..State::default() },
            constants: Constants::default(),
            assigned: word::assigned(&script.text),
            depth: 0,
            pipes: 0,
        }
    }

    pub(super) fn finish(self) -> Found {
        self.found
    }

    pub(super) fn sequence(&mut self, sequence: &StmtSeq, layer: &Layer, cx: Cx) {
        let mut link = cx.link;
        for stmt in sequence.iter() {
            self.stmt(stmt, layer, Cx { link, ..cx });
            link = Link::Then;
        }
    }

    fn stmt(&mut self, stmt: &Stmt, layer: &Layer, mut cx: Cx) {
        let background = matches!(stmt.terminator, Some(StmtTerminator::Background(_)));
        cx.background |= background;
        if background { self.isolated(|walker| walker.list(stmt, layer, cx)) } else { self.list(stmt, layer, cx) }
    }

    /// Walks something that runs in a shell of its own: its `cd`, `set` and variables end with it.
    fn isolated(&mut self, walk: impl FnOnce(&mut Self)) {
        let (state, constants) = (self.state.clone(), self.constants.len());
        walk(self);
        self.state = state;
        self.constants.truncate(constants);
    }

    /// `a && b || c`, whose tree leans to the left.
    fn list(&mut self, stmt: &Stmt, layer: &Layer, cx: Cx) {
        let is_list = |op| matches!(op, BinaryOp::And | BinaryOp::Or);
        let (first, rest) = flatten(stmt, is_list);
        let mut before = self.state.folder.clone();
        self.pipeline(first, layer, cx);
        for (op, stmt) in rest {
            let after = self.state.folder.clone();
            if op == BinaryOp::And {
                self.pipeline(stmt, layer, Cx { link: Link::And, ..cx });
                before = after;
            } else {
                // The right side runs where the left one failed: `cd x || cd y`.
                self.state.folder = before.clone();
                self.pipeline(stmt, layer, Cx { link: Link::Or, alternative: true, ..cx });
                let moved = self.state.folder != before;
                self.state.folder = if moved { after.or(self.state.folder.clone()) } else { after };
            }
        }
    }

    fn pipeline(&mut self, stmt: &Stmt, layer: &Layer, cx: Cx) {
        let is_pipe = |op| matches!(op, BinaryOp::Pipe | BinaryOp::PipeAll);
        let (first, rest) = flatten(stmt, is_pipe);
        if rest.is_empty() {
            return self.single(first, layer, cx);
        }
        let (id, len) = (self.pipes, rest.len() as u32 + 1);
        self.pipes += 1;
        let negated = cx.negated || stmt.negated;
        let parts = std::iter::once(first).chain(rest.into_iter().map(|(_, stmt)| stmt));
        for (index, part) in parts.enumerate() {
            let pipe = Some(Pipe { id, index: index as u32, len });
            self.isolated(|walker| walker.single(part, layer, Cx { pipe, negated, ..cx }));
        }
    }

    fn single(&mut self, stmt: &Stmt, layer: &Layer, mut cx: Cx) {
        cx.negated |= stmt.negated;
        match &stmt.command {
            tree::Command::Simple(simple) => self.simple(simple, stmt, layer, cx),
            tree::Command::Builtin(builtin) => self.builtin(builtin, stmt, layer, cx),
            tree::Command::Decl(decl) => self.declaration(decl, stmt, layer, cx),
            // A list under a pipe or a negation.
            tree::Command::Binary(_) => self.list(stmt, layer, cx),
            tree::Command::Compound(compound) => {
                self.compound(compound, layer, cx);
                self.redirect_bodies(stmt, layer, cx);
            }
            tree::Command::Function(function) => self.function(&function.body, layer, cx),
            tree::Command::AnonymousFunction(function) => self.function(&function.body, layer, cx),
        }
    }

    fn function(&mut self, body: &Stmt, layer: &Layer, cx: Cx) {
        let inside = Cx { in_function: true, ..cx.first() };
        self.isolated(|walker| walker.stmt(body, layer, inside));
    }

    fn compound(&mut self, compound: &CompoundCommand, layer: &Layer, cx: Cx) {
        match compound {
            CompoundCommand::Subshell(body) => {
                self.isolated(|walker| walker.sequence(body, layer, Cx { subshells: cx.subshells + 1, ..cx }));
            }
            CompoundCommand::BraceGroup(body) => self.sequence(body, layer, cx),
            CompoundCommand::If(command) => self.if_(command, layer, cx),
            CompoundCommand::Case(command) => self.case(command, layer, cx),
            CompoundCommand::For(command) => {
                self.words(command.words.iter().flatten(), layer, cx);
                self.repeated(&command.body, layer, cx.first());
            }
            CompoundCommand::Select(command) => {
                self.words(&command.words, layer, cx);
                self.repeated(&command.body, layer, cx.maybe());
            }
            CompoundCommand::Foreach(command) => {
                self.words(&command.words, layer, cx);
                self.repeated(&command.body, layer, cx.first());
            }
            CompoundCommand::Repeat(command) => self.repeated(&command.body, layer, cx.first()),
            CompoundCommand::ArithmeticFor(command) => self.repeated(&command.body, layer, cx.maybe()),
            CompoundCommand::While(command) => {
                self.sequence(&command.condition, layer, cx.asked());
                self.repeated(&command.body, layer, cx.maybe());
            }
            CompoundCommand::Until(command) => {
                self.sequence(&command.condition, layer, cx.asked());
                self.repeated(&command.body, layer, cx.maybe());
            }
            CompoundCommand::Time(command) => self.time(command, layer, cx),
            CompoundCommand::Coproc(command) => {
                self.isolated(|walker| walker.stmt(&command.body, layer, Cx { background: true, ..cx }));
            }
            CompoundCommand::Always(command) => {
                self.sequence(&command.body, layer, cx);
                self.sequence(&command.always_body, layer, Cx { link: Link::Then, ..cx });
            }
            CompoundCommand::Conditional(command) => {
                self.test("[[", command.span, layer, cx);
                self.bodies(bodies::of_conditional(&command.expression), layer, cx);
            }
            CompoundCommand::Arithmetic(command) => {
                self.test("((", command.span, layer, cx);
                self.bodies(command.expr_ast.iter().flat_map(bodies::of_arithmetic).collect(), layer, cx);
            }
        }
    }

    fn if_(&mut self, command: &tree::IfCommand, layer: &Layer, cx: Cx) {
        self.sequence(&command.condition, layer, cx.asked());
        let mut ends = vec![self.branch(&command.then_branch, layer, cx)];
        for (condition, body) in &command.elif_branches {
            self.sequence(condition, layer, cx.maybe().asked());
            ends.push(self.branch(body, layer, cx));
        }
        match &command.else_branch {
            Some(body) => ends.push(self.branch(body, layer, cx)),
            None => ends.push(self.state.folder.clone()),
        }
        self.joined(ends);
    }

    fn case(&mut self, command: &tree::CaseCommand, layer: &Layer, cx: Cx) {
        self.words([&command.word], layer, cx);
        let mut ends = vec![self.state.folder.clone()];
        for case in &command.cases {
            ends.push(self.branch(&case.body, layer, cx));
        }
        self.joined(ends);
    }

    /// Walks a body that may not run and gives the folder at its end; the state stays as it was.
    fn branch(&mut self, body: &StmtSeq, layer: &Layer, cx: Cx) -> Folder {
        let before = self.state.folder.clone();
        self.sequence(body, layer, cx.maybe());
        std::mem::replace(&mut self.state.folder, before)
    }

    fn joined(&mut self, ends: Vec<Folder>) {
        if let Some(folder) = ends.into_iter().reduce(Folder::or) {
            self.state.folder = folder;
        }
    }

    /// Walks a loop's body: what it changes is not known behind it.
    fn repeated(&mut self, body: &StmtSeq, layer: &Layer, cx: Cx) {
        let before = self.state.folder.clone();
        self.sequence(body, layer, cx);
        let after = std::mem::replace(&mut self.state.folder, before.clone());
        self.state.folder = before.or(after);
    }

    fn time(&mut self, time: &tree::TimeCommand, layer: &Layer, cx: Cx) {
        let Some(command) = &time.command else { return };
        let (start, end) = (time.span.start.offset(), command.span.start.offset());
        let own = layer.text.get(start..end).unwrap_or_default().trim_end().len();
        let (from, to) = layer.range(start, start + own);
        let wrapper = Wrapper { name: "time".into(), span: self.script.span(from, to), args: Vec::new() };
        let wrappers: Vec<Wrapper> = cx.wrappers.iter().cloned().chain([wrapper]).collect();
        self.stmt(command, layer, Cx { wrappers: &wrappers, ..cx });
    }

    /// `[[ … ]]` or `(( … ))`, kept as a command without arguments.
    fn test(&mut self, name: &str, span: tree::Span, layer: &Layer, cx: Cx) {
        let range = layer.range(span.start.offset(), span.end.offset());
        let name_range = layer.range(span.start.offset(), span.start.offset() + name.len());
        let mut command = self.command(range, cx);
        command.name = name.into();
        command.name_span = self.script.span(name_range.0, name_range.1);
        self.found.commands.push(command);
    }

    /// A command without name and arguments at `range` of the script's text.
    pub(super) fn command(&self, range: (u32, u32), cx: Cx) -> Command {
        Command {
            name: String::new(),
            name_span: self.script.span(range.0, range.0),
            span: self.script.span(range.0, range.1),
            text_range: range,
            args: Vec::new(),
            wrappers: cx.wrappers.to_vec(),
            assignments: Vec::new(),
            link: cx.link,
            pipe: cx.pipe,
            background: cx.background,
            conditional: cx.conditional,
            condition: cx.condition,
            subshells: cx.subshells,
            substitution: cx.substitution,
            in_function: cx.in_function,
            negated: cx.negated,
            redirects: Vec::new(),
            cwd: self.state.folder.cwd.clone(),
            options: self.state.options,
        }
    }

    fn simple(&mut self, simple: &tree::SimpleCommand, stmt: &Stmt, layer: &Layer, cx: Cx) {
        let words = std::iter::once(&simple.name).chain(&simple.args);
        let words = words.filter(|word| word.span.start.offset() < word.span.end.offset());
        let tokens: Vec<Token> = words.flat_map(|word| self.token(word, layer)).collect();
        self.emit(tokens, &simple.assignments, stmt, layer, cx);
    }

    fn builtin(&mut self, builtin: &tree::BuiltinCommand, stmt: &Stmt, layer: &Layer, cx: Cx) {
        use tree::BuiltinCommand::{Break, Continue, Exit, Return};
        let (name, first, rest, assignments, span) = match builtin {
            Break(command) => ("break", &command.depth, &command.extra_args, &command.assignments, command.span),
            Continue(command) => ("continue", &command.depth, &command.extra_args, &command.assignments, command.span),
            Return(command) => ("return", &command.code, &command.extra_args, &command.assignments, command.span),
            Exit(command) => ("exit", &command.code, &command.extra_args, &command.assignments, command.span),
        };
        let from = assignments.last().map_or(span.start, |last| last.span.end).offset();
        let found = layer.text.get(from..).and_then(|rest| rest.find(name)).unwrap_or(0);
        let mut tokens = vec![self.token_at(from + found, from + found + name.len(), layer)];
        tokens.extend(first.iter().chain(rest).flat_map(|word| self.token(word, layer)).collect::<Vec<_>>());
        self.emit(tokens, assignments, stmt, layer, cx);
    }

    fn declaration(&mut self, decl: &tree::DeclClause, stmt: &Stmt, layer: &Layer, cx: Cx) {
        let name = decl.variant_span;
        let mut tokens = vec![self.token_at(name.start.offset(), name.end.offset(), layer)];
        for operand in &decl.operands {
            match operand {
                tree::DeclOperand::Flag(word) | tree::DeclOperand::Dynamic(word) => {
                    tokens.extend(self.token(word, layer));
                }
                tree::DeclOperand::Name(name) => {
                    tokens.push(self.token_at(name.span.start.offset(), name.span.end.offset(), layer));
                }
                tree::DeclOperand::Assignment(assignment) => {
                    let span = assignment.span;
                    let mut token = self.token_at(span.start.offset(), span.end.offset(), layer);
                    token.bodies = bodies::of_assignment(assignment);
                    tokens.push(token);
                }
            }
        }
        self.emit(tokens, &decl.assignments, stmt, layer, cx);
    }

    /// Walks the substitutions inside words.
    fn words<'a>(&mut self, words: impl IntoIterator<Item = &'a tree::Word>, layer: &Layer, cx: Cx) {
        let found = words.into_iter().flat_map(|word| bodies::of_word(word)).collect();
        self.bodies(found, layer, cx);
    }

    /// Walks the insides of `$(…)`, backquotes and `<(…)`.
    pub(super) fn bodies(&mut self, bodies: Vec<&StmtSeq>, layer: &Layer, cx: Cx) {
        let inside = Cx { substitution: true, pipe: None, negated: false, wrappers: &[], ..cx.first() };
        for body in bodies {
            self.isolated(|walker| walker.sequence(body, layer, inside));
        }
    }

    pub(super) fn redirect_bodies(&mut self, stmt: &Stmt, layer: &Layer, cx: Cx) {
        let found = stmt.redirects.iter().flat_map(bodies::of_redirect).collect();
        self.bodies(found, layer, cx);
    }

    /// Walks the script that another shell gets, or this one with `eval`.
    pub(super) fn script(&mut self, text: &Spliced, shell: Option<(Dialect, Options)>, cx: Cx) -> bool {
        if self.depth >= MAX_SCRIPTS {
            return false;
        }
        let before = self.found.commands.len();
        self.depth += 1;
        match shell {
            None => self.text(&Layer::mapped(text), cx),
            Some((dialect, options)) => {
                let state = State { folder: self.state.folder.clone(), options };
                let state = std::mem::replace(&mut self.state, state);
                let constants = std::mem::take(&mut self.constants);
                let outer = std::mem::replace(&mut self.dialect, dialect);
                let known = self.found.options;
                self.text(&Layer::mapped(text), cx);
                (self.state, self.constants, self.dialect) = (state, constants, outer);
                self.found.options = known;
            }
        }
        self.depth -= 1;
        self.found.commands.len() > before
    }

    /// Notes an assignment that holds from here on, if it is the only one.
    pub(super) fn bind(&mut self, assignment: &Assignment, cx: Cx) {
        let once = self.assigned.get(assignment.name.as_str()) == Some(&1);
        if let Some(value) = assignment.value.as_deref().filter(|_| once && cx.is_certain()) {
            self.constants.bind(&assignment.name, value);
        }
    }

    pub(super) fn redirects(&self, stmt: &Stmt, layer: &Layer) -> Vec<Redirect> {
        stmt.redirects.iter().map(|redirect| self.redirect(redirect, layer)).collect()
    }

    fn redirect(&self, redirect: &tree::Redirect, layer: &Layer) -> Redirect {
        use tree::RedirectKind as Kind;
        let operator = match redirect.kind {
            Kind::Output => ">",
            Kind::Clobber => ">|",
            Kind::Append => ">>",
            Kind::Input => "<",
            Kind::ReadWrite => "<>",
            Kind::HereDoc => "<<",
            Kind::HereDocStrip => "<<-",
            Kind::HereString => "<<<",
            Kind::DupOutput => ">&",
            Kind::DupInput => "<&",
            Kind::OutputBoth => "&>",
        };
        let (start, end) = extent(redirect);
        let raw = layer.text.get(start..end).unwrap_or_default();
        let target = match redirect.word_target() {
            None => None,
            Some(_) => {
                let after =
                    raw.trim_start_matches(|char: char| char.is_ascii_digit()).trim_start_matches(['<', '>', '&', '|']);
                let decoded = word::decode(after.trim(), 0, &self.constants);
                decoded.known.then_some(decoded.text.text)
            }
        };
        let (from, to) = layer.range(start, end);
        let descriptor = redirect.fd.filter(|_| raw.starts_with(|char: char| char.is_ascii_digit()));
        Redirect {
            descriptor: descriptor.and_then(|fd| u32::try_from(fd).ok()),
            operator: operator.into(),
            target,
            span: self.script.span(from, to),
        }
    }
}

/// The bytes of operator and target; a heredoc's body is not part of them.
pub(super) fn extent(redirect: &tree::Redirect) -> (usize, usize) {
    let start = redirect.span.start.offset();
    let end = match redirect.heredoc() {
        Some(heredoc) => heredoc.delimiter.span.end.offset(),
        None => redirect.span.end.offset(),
    };
    (start, end.max(start))
}

/// Takes a chain that leans to the left apart: its first part, then operators and parts.
fn flatten(stmt: &Stmt, belongs: impl Fn(BinaryOp) -> bool) -> (&Stmt, Vec<(BinaryOp, &Stmt)>) {
    let mut rest = Vec::new();
    let mut first = stmt;
    while let tree::Command::Binary(binary) = &first.command
        && belongs(binary.op)
    {
        rest.push((binary.op, &*binary.right));
        first = &binary.left;
    }
    rest.reverse();
    (first, rest)
}
