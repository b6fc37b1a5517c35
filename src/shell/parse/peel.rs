//! Sees through `sudo`, `env`, `xargs`, `sh -c` and the like to the commands that really run.

use std::ops::Range;

use shuck_ast as tree;
use tree::Stmt;

use super::super::{Assignment, Dialect, Options, Wrapper};
use super::token::Token;
use super::walk::{Cx, Layer, MAX_SCRIPTS, Walker, append, extent};
use super::word;
use super::wrappers::{Wrapping, does_not_run, is_shell, wrapping};
use crate::text::Spliced;

/// What is left of a command without its wrappers.
#[derive(Default)]
struct Peeled {
    /// Index of the word that names the program.
    start: usize,
    wrappers: Vec<Wrapper>,
    assignments: Vec<Assignment>,
    /// The folder that a wrapper changes to.
    folder: Option<Option<String>>,
    /// The words that are a script.
    script: Option<Inner>,
}

struct Inner {
    /// Index of the first of the words that make up the script.
    first: usize,
    /// How many they are.
    count: usize,
    /// The shell that runs it, `None` for this one.
    shell: Option<(Dialect, Options)>,
}

/// A script found in the words of a command or in its heredoc.
struct Nested {
    text: Spliced,
    shell: Option<(Dialect, Options)>,
    /// The words that are the script.
    words: Range<usize>,
}

impl Walker<'_> {
    /// Takes the words of an exec form.
    pub(super) fn exec(&mut self, words: &[(u32, u32)]) {
        let script = self.script;
        let layer = Layer::whole(&script.text);
        let token = |range: &(u32, u32)| Token::constant(&layer.text[range.0 as usize..range.1 as usize], range.0);
        let tokens: Vec<Token> = words.iter().map(token).collect();
        self.run(tokens, Vec::new(), None, &layer, Cx::default());
    }

    /// Takes a simple command of the parser's tree.
    pub(super) fn emit(
        &mut self,
        tokens: Vec<Token>,
        assignments: &[tree::Assignment],
        stmt: &Stmt,
        layer: &Layer,
        cx: Cx,
    ) {
        let found: Vec<Assignment> = assignments.iter().map(|one| self.assignment(one, layer)).collect();
        self.run(tokens, found, Some(stmt), layer, cx);
        for assignment in assignments {
            self.bodies(super::bodies::of_assignment(assignment), layer, cx);
        }
        self.redirect_bodies(stmt, layer, cx);
    }

    fn assignment(&self, assignment: &tree::Assignment, layer: &Layer) -> Assignment {
        let (start, end) = (assignment.span.start.offset(), assignment.span.end.offset());
        let range = layer.range(start, end);
        let value = match &assignment.value {
            tree::AssignmentValue::Scalar(word) if !assignment.append && assignment.target.subscript.is_none() => {
                let raw = layer.text.get(word.span.start.offset()..word.span.end.offset()).unwrap_or_default();
                let decoded = word::decode(raw, 0, &self.constants);
                decoded.known.then_some(decoded.text.text)
            }
            _ => None,
        };
        let name = assignment.target.name.as_str().to_string();
        Assignment { name, value, span: self.script.span(range.0, range.1) }
    }

    fn run(&mut self, tokens: Vec<Token>, assignments: Vec<Assignment>, stmt: Option<&Stmt>, layer: &Layer, cx: Cx) {
        let mut peeled = self.peel(&tokens);
        let before = peeled.folder.take().map(|path| {
            let there = self.state.folder.cwd.joined(path.as_deref());
            std::mem::replace(&mut self.state.folder.cwd, there)
        });
        let inner = self.inner_script(&tokens, &mut peeled, stmt, layer);
        let run = match &inner {
            Some(nested) => {
                let wrappers: Vec<Wrapper> = cx.wrappers.iter().cloned().chain(peeled.wrappers.clone()).collect();
                self.script(&nested.text, nested.shell, Cx { wrappers: &wrappers, ..cx })
            }
            None => false,
        };
        if !run {
            self.push(&tokens, &peeled, assignments, stmt, layer, cx);
        }
        let hidden = inner.filter(|_| run).map(|nested| nested.words).unwrap_or_default();
        if let Some(before) = before {
            self.state.folder.cwd = before;
        }
        for (at, token) in tokens.into_iter().enumerate() {
            if !hidden.contains(&at) {
                self.bodies(token.bodies, layer, cx);
            }
        }
    }

    /// The text of the script that the words or the heredoc hold.
    fn inner_script(
        &self,
        tokens: &[Token],
        peeled: &mut Peeled,
        stmt: Option<&Stmt>,
        layer: &Layer,
    ) -> Option<Nested> {
        if let Some(inner) = &peeled.script {
            let words = inner.first..inner.first + inner.count;
            let mut text = Spliced::default();
            for token in &tokens[words.clone()] {
                if !text.text.is_empty() {
                    text.push_synthetic(" ");
                }
                append(&mut text, &token.body);
            }
            // `eval "$(tool)"`: nothing is known of it.
            let opaque = text.text.starts_with(['$', '`']) && inner.shell.is_none();
            return (!opaque).then(|| Nested { text: layer.compose(&text), shell: inner.shell, words });
        }
        let words = tokens.get(peeled.start..)?;
        let name = words.first()?.program();
        if !is_shell(name) || words[1..].iter().any(|word| !word.text_or_raw().starts_with('-')) {
            return None;
        }
        let body = stmt?.redirects.iter().find_map(|redirect| redirect.heredoc())?;
        let (start, end) = (body.body.span.start.offset(), body.body.span.end.offset());
        let text = Spliced::verbatim(layer.text.get(start..end)?, start as u32);
        let shell = (Dialect::of_program(name), shell_options(words[1..].iter().map(Token::text_or_raw)));
        peeled.wrappers.push(self.wrapper(&words[..1], &words[1..]));
        Some(Nested { text: layer.compose(&text), shell: Some(shell), words: 0..0 })
    }

    fn peel(&self, tokens: &[Token]) -> Peeled {
        let mut peeled = Peeled::default();
        while let Some(token) = tokens.get(peeled.start) {
            let name = token.program();
            let next = if is_shell(name) {
                self.peel_shell(tokens, &mut peeled)
            } else if name == "su" || name == "runuser" {
                self.peel_su(tokens, &mut peeled).or_else(|| self.peel_plain(name, tokens, &mut peeled))
            } else if name == "eval" {
                self.peel_eval(tokens, &mut peeled)
            } else {
                self.peel_plain(name, tokens, &mut peeled)
            };
            let Some(next) = next else { break };
            peeled.wrappers.push(self.wrapper(&tokens[peeled.start..=peeled.start], &tokens[peeled.start + 1..next]));
            peeled.start = next;
            if peeled.script.is_some() {
                break;
            }
        }
        peeled
    }

    fn wrapper(&self, name: &[Token], args: &[Token]) -> Wrapper {
        let first = name[0].range;
        let last = args.last().map_or(first, |last| last.range);
        Wrapper {
            name: name[0].program().to_string(),
            span: self.script.span(first.0, last.1.max(first.1)),
            args: args.iter().map(|token| self.arg(token)).collect(),
        }
    }

    /// Gives the index of the command that the wrapper at `peeled.start` runs.
    fn peel_plain(&self, name: &str, tokens: &[Token], peeled: &mut Peeled) -> Option<usize> {
        let rules = if name == "runuser" { Some(RUNUSER) } else { wrapping(name) }?;
        let mut at = peeled.start + 1;
        let mut assignments = Vec::new();
        let mut folder = None;
        while let Some(token) = tokens.get(at) {
            let text = token.text_or_raw();
            if text == "--" {
                at += 1;
                break;
            }
            if !text.starts_with('-') || text == "-" && name != "env" {
                break;
            }
            if does_not_run(name, text) {
                return None;
            }
            if name == "env" && (text == "-S" || text == "--split-string") {
                return self.peel_split(at + 1, tokens, peeled);
            }
            let values = takes_value(&rules, text);
            let changes = matches!((name, text), ("env", "-C" | "--chdir") | ("sudo", "-D" | "--chdir"));
            if changes {
                folder = Some(tokens.get(at + 1).and_then(|token| token.text.clone()));
            } else if let Some(path) = text.strip_prefix("--chdir=") {
                folder = Some(token.text.is_some().then(|| path.to_string()));
            }
            at += 1 + usize::from(values);
        }
        at += rules.operands;
        while rules.assigns
            && let Some(token) = tokens.get(at)
            && let Some((name, value)) = word::assignment(token.text_or_raw())
        {
            let value = token.text.is_some().then(|| value.to_string());
            let span = self.script.span(token.range.0, token.range.1);
            assignments.push(Assignment { name: name.to_string(), value, span });
            at += 1;
        }
        tokens.get(at)?;
        peeled.assignments.extend(assignments);
        if folder.is_some() {
            peeled.folder = folder;
        }
        Some(at)
    }

    /// `env -S 'program arguments'`.
    fn peel_split(&self, at: usize, tokens: &[Token], peeled: &mut Peeled) -> Option<usize> {
        tokens.get(at)?;
        let count = tokens.len() - at;
        peeled.script = Some(Inner { first: at, count, shell: Some((Dialect::Sh, self.state.options)) });
        Some(at)
    }

    fn peel_eval(&self, tokens: &[Token], peeled: &mut Peeled) -> Option<usize> {
        let first = peeled.start + 1;
        tokens.get(first)?;
        peeled.script = Some(Inner { first, count: tokens.len() - first, shell: None });
        Some(first)
    }

    /// `sh -c 'script'`: the script is the first word that is no option, behind all options.
    fn peel_shell(&self, tokens: &[Token], peeled: &mut Peeled) -> Option<usize> {
        let name = tokens[peeled.start].program();
        let mut at = peeled.start + 1;
        let mut runs = false;
        while let Some(text) = tokens.get(at).map(Token::text_or_raw) {
            if text == "--" || text == "-" {
                at += 1;
                break;
            }
            if !text.starts_with(['-', '+']) {
                break;
            }
            let cluster = if text.starts_with("--") { "" } else { &text[1..] };
            runs |= cluster.contains('c') && text.starts_with('-');
            let takes = cluster.ends_with(['o', 'O']) || matches!(text, "--rcfile" | "--init-file");
            at += 1 + usize::from(takes);
        }
        tokens.get(at).filter(|_| runs)?;
        let options = shell_options(tokens[peeled.start + 1..at].iter().map(Token::text_or_raw));
        peeled.script = Some(Inner { first: at, count: 1, shell: Some((Dialect::of_program(name), options)) });
        Some(at)
    }

    /// `su user -c 'script'`, with the parts in any order.
    fn peel_su(&self, tokens: &[Token], peeled: &mut Peeled) -> Option<usize> {
        let rest = &tokens[peeled.start + 1..];
        let is_option = |token: &Token| match token.text_or_raw() {
            "--command" | "--session-command" => true,
            text => text.starts_with('-') && !text.starts_with("--") && text.ends_with('c'),
        };
        let at = peeled.start + 2 + rest.iter().position(is_option)?;
        tokens.get(at)?;
        peeled.script = Some(Inner { first: at, count: 1, shell: Some((Dialect::Sh, Options::default())) });
        Some(at)
    }

    /// Notes the command and what it does to the shell.
    fn push(
        &mut self,
        tokens: &[Token],
        peeled: &Peeled,
        mut assignments: Vec<Assignment>,
        stmt: Option<&Stmt>,
        layer: &Layer,
        cx: Cx,
    ) {
        let words = tokens.get(peeled.start..).unwrap_or_default();
        let only_assignments = words.is_empty() && peeled.wrappers.is_empty();
        if only_assignments {
            for assignment in &assignments {
                self.bind(assignment, cx);
            }
        }
        assignments.extend(peeled.assignments.iter().cloned());
        let Some(range) = self.extent(tokens, stmt, layer) else { return };
        let mut command = self.command(range.text, cx);
        command.span = self.script.span(range.whole.0, range.whole.1);
        command.wrappers.extend(peeled.wrappers.iter().cloned());
        command.assignments = assignments;
        command.redirects = stmt.map(|stmt| self.redirects(stmt, layer)).unwrap_or_default();
        if let Some(name) = words.first() {
            command.name = name.program().to_string();
            command.name_span = self.script.span(name.range.0, name.range.1);
            command.args = words[1..].iter().map(|token| self.arg(token)).collect();
        }
        self.effects(&command, cx);
        let find = command.name == "find";
        self.found.commands.push(command);
        if find {
            self.find(words, layer, cx);
        }
    }

    /// `cd`, `set` and `export` act on the shell itself.
    fn effects(&mut self, command: &super::super::Command, cx: Cx) {
        let in_shell = |wrapper: &Wrapper| matches!(wrapper.name.as_str(), "command" | "builtin" | "eval");
        if !command.wrappers[cx.wrappers.len()..].iter().all(in_shell) {
            return;
        }
        let args: Vec<Option<&str>> = command.args.iter().map(|arg| arg.text.as_deref()).collect();
        self.state.folder.run(&command.name, &args);
        match command.name.as_str() {
            "set" => {
                set_options(&mut self.state.options, args.iter().flatten().copied());
                self.found.options.errexit |= self.state.options.errexit;
                self.found.options.pipefail |= self.state.options.pipefail;
            }
            "export" | "readonly" => {
                for arg in &command.args {
                    if let Some((name, value)) = arg.text.as_deref().and_then(word::assignment) {
                        let value = Some(value.to_string());
                        self.bind(&Assignment { name: name.to_string(), value, span: arg.span }, cx);
                    }
                }
            }
            _ => {}
        }
    }

    /// The commands that `find … -exec` runs.
    fn find(&mut self, words: &[Token], layer: &Layer, cx: Cx) {
        let mut at = 1;
        if self.depth >= MAX_SCRIPTS {
            return;
        }
        self.depth += 1;
        while let Some(found) = words.get(at..).and_then(|rest| rest.iter().position(is_exec)) {
            let first = at + found + 1;
            let ends = |token: &Token| matches!(token.known(), ";" | "+");
            let count = words[first..].iter().position(ends).unwrap_or(words.len() - first);
            at = first + count;
            let inner = words[first..first + count].iter().map(Token::borrowed).collect();
            let wrapper = self.wrapper(&words[..1], &words[1..first]);
            let wrappers: Vec<Wrapper> = cx.wrappers.iter().cloned().chain([wrapper]).collect();
            self.run(inner, Vec::new(), None, layer, Cx { wrappers: &wrappers, ..cx });
        }
        self.depth -= 1;
    }

    /// The bytes of a command in the script's text.
    fn extent(&self, tokens: &[Token], stmt: Option<&Stmt>, layer: &Layer) -> Option<Extent> {
        let words = tokens.iter().map(|token| token.range).reduce(|all, one| (all.0.min(one.0), all.1.max(one.1)));
        let assignments = stmt.into_iter().flat_map(assignments_of);
        let ranges = assignments.map(|one| layer.range(one.span.start.offset(), one.span.end.offset()));
        let text = words.into_iter().chain(ranges).reduce(|all, one| (all.0.min(one.0), all.1.max(one.1)));
        let redirects = stmt.into_iter().flat_map(|stmt| stmt.redirects.iter()).map(|redirect| {
            let (start, end) = extent(redirect);
            layer.range(start, end)
        });
        let whole = text.into_iter().chain(redirects).reduce(|all, one| (all.0.min(one.0), all.1.max(one.1)))?;
        Some(Extent { text: text.unwrap_or(whole), whole })
    }
}

struct Extent {
    text: (u32, u32),
    whole: (u32, u32),
}

const RUNUSER: Wrapping =
    Wrapping { short: "ugGsw", long: &["user", "group", "supp-group", "shell"], operands: 0, assigns: false };

fn assignments_of(stmt: &Stmt) -> &[tree::Assignment] {
    match &stmt.command {
        tree::Command::Simple(simple) => &simple.assignments,
        tree::Command::Decl(decl) => &decl.assignments,
        _ => &[],
    }
}

fn is_exec(token: &Token) -> bool {
    matches!(token.known(), "-exec" | "-execdir" | "-ok" | "-okdir")
}

fn takes_value(rules: &Wrapping, option: &str) -> bool {
    if let Some(long) = option.strip_prefix("--") {
        return rules.long.contains(&long);
    }
    // In a cluster the first letter that takes a value takes the rest of the word.
    let cluster = &option[1..];
    cluster.find(|letter| rules.short.contains(letter)).is_some_and(|at| at + 1 == cluster.len())
}

fn shell_options<'a>(words: impl Iterator<Item = &'a str>) -> Options {
    let mut options = Options::default();
    set_options(&mut options, words);
    options
}

/// Applies `-e`, `+e`, `-eo pipefail` and the like.
fn set_options<'a>(options: &mut Options, words: impl Iterator<Item = &'a str>) {
    let mut words = words.peekable();
    while let Some(word) = words.next() {
        let Some(sign) = word.chars().next().filter(|sign| matches!(sign, '-' | '+')) else { return };
        if word == "--" {
            return;
        }
        let on = sign == '-';
        let cluster = if word.starts_with("--") { "" } else { &word[1..] };
        if cluster.contains('e') {
            options.errexit = on;
        }
        if cluster.contains('o') {
            match words.next() {
                Some("pipefail") => options.pipefail = on,
                Some("errexit") => options.errexit = on,
                _ => {}
            }
        }
    }
}

/// The options that the words of a `SHELL` turn on.
pub(crate) fn options_of<'a>(words: impl Iterator<Item = &'a str>) -> Options {
    shell_options(words)
}
