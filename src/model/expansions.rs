//! The words of an instruction that BuildKit expands (its `Expand` and `ExpandRaw` methods), with
//! the variables that each sees.

use crate::syntax::dockerfile::{ArgDeclaration, Body, ExpandError, Expansion, Keyword, Lex, Variable, Word};
use crate::text::Span;

use super::scope::ScopeEnv;
use super::{Model, Origin, Scope, Step, Value};

/// A word that the builder expands, and what becomes of it.
#[derive(Clone, Debug)]
pub struct Use<'d> {
    /// The bytes of the word.
    pub span: Span,
    /// The references in it; those of a heredoc body are not listed.
    pub variables: &'d [Variable],
    /// The variables that it sees.
    pub scope: Scope,
    /// The expansion, or why the build stops here. What only the build can tell expands to nothing.
    pub result: Result<Expansion, ExpandError>,
}

impl Use<'_> {
    /// True if some variable that was asked for is set, but only the build knows to what.
    pub fn is_vague(&self) -> bool {
        let vague = |name: &String| self.scope.get(name).is_some_and(|it| it.value == Value::Unknown);
        let missing = |name: &String| self.scope.open && self.scope.get(name).is_none();
        match &self.result {
            Ok(expansion) => expansion.matched.iter().any(vague) || expansion.unmatched.iter().any(missing),
            Err(_) => {
                let mut names = self.variables.iter().map(|variable| &variable.name.text);
                names.clone().any(vague) || names.any(missing)
            }
        }
    }

    /// Names that were asked for and that nothing declares, each once.
    pub fn undefined(&self) -> impl Iterator<Item = &str> {
        let mut names: Vec<&str> = match &self.result {
            Ok(expansion) => expansion.unmatched.iter().map(String::as_str).collect(),
            Err(_) => self.variables.iter().map(|variable| variable.name.text.as_str()).collect(),
        };
        names.sort_unstable();
        names.dedup();
        names.into_iter().filter(|name| self.scope.get(name).is_none())
    }

    /// Where the name stands first in the word; `text` is the file's.
    pub fn place(&self, name: &str, text: &str) -> Span {
        if let Some(variable) = self.variables.iter().find(|variable| variable.name.text == name) {
            return variable.span;
        }
        let body = self.span.slice(text);
        let plain = body.find(&format!("${name}")).map(|at| (at, name.len() + 1));
        let Some((at, len)) = plain.or_else(|| body.find(&format!("${{{name}")).map(|at| (at, name.len() + 2))) else {
            return self.span;
        };
        let start = self.span.start + at as u32;
        Span::new(start, start + len as u32)
    }
}

impl<'d> Model<'d> {
    /// The words of a step that the builder expands, in its order. An ONBUILD expands nothing: its
    /// trigger does, in the stage that inherits it.
    pub fn uses(&self, step: &Step<'d>, text: &str) -> Vec<Use<'d>> {
        if step.onbuild {
            return Vec::new();
        }
        let mut uses = Uses { scope: &step.before.scope, lex: Lex::new(step.escape), found: Vec::new() };
        match step.body() {
            Body::Arg(declarations) => return self.arg_uses(step, declarations),
            Body::Env(pairs) | Body::Label(pairs) => pairs.iter().for_each(|pair| {
                uses.word(&pair.key);
                uses.word(&pair.value);
            }),
            Body::Copy(transfer) | Body::Add(transfer) => {
                uses.transfer(step, transfer, text);
            }
            Body::Run(_) => {
                let flags = step.instruction.flags_named("mount").flat_map(|flag| &flag.options);
                flags.filter_map(|option| option.value.as_ref()).for_each(|value| uses.word(value));
            }
            Body::Workdir(word) | Body::User(word) | Body::Stopsignal(word) => uses.word(word),
            Body::Volume(words) => words.iter().for_each(|word| uses.word(word)),
            _ => {}
        }
        uses.found
    }

    fn arg_uses(&self, step: &Step<'d>, declarations: &'d [ArgDeclaration]) -> Vec<Use<'d>> {
        let mut scope = step.before.scope.clone();
        let mut found = Vec::new();
        for declaration in declarations {
            let name = &declaration.name.text;
            let given = self.options.build_args.contains_key(name);
            let mut value = Value::Unset;
            if let Some(word) = declaration.value.as_ref().filter(|_| !given) {
                let mut uses = Uses { scope: &scope, lex: Lex::new(step.escape), found: Vec::new() };
                uses.word(word);
                let known = uses.found.iter().find(|it| !it.is_vague()).and_then(|it| it.result.as_ref().ok());
                value = known.map_or(Value::Unknown, |expansion| Value::Known(expansion.text.as_str().into()));
                found.append(&mut uses.found);
            } else if given {
                value = Value::Unknown;
            } else if let Some(global) = self.globals.get(name) {
                value = global.value.clone();
            }
            if value != Value::Unset || scope.get(name).is_none() {
                scope.set(name, value, Origin::Arg, Some(declaration.name.span));
            }
        }
        found
    }
}

struct Uses<'s, 'd> {
    scope: &'s Scope,
    lex: Lex,
    found: Vec<Use<'d>>,
}

impl<'d> Uses<'_, 'd> {
    fn word(&mut self, word: &'d Word) {
        if !word.variables.is_empty() || word.raw.contains('$') {
            let result = self.lex.word(&word.raw, &ScopeEnv(self.scope));
            self.push(word.span, &word.variables, result);
        }
    }

    fn push(&mut self, span: Span, variables: &'d [Variable], result: Result<Expansion, ExpandError>) {
        self.found.push(Use { span, variables, scope: self.scope.clone(), result });
    }

    fn transfer(&mut self, step: &Step<'d>, transfer: &'d crate::syntax::dockerfile::Transfer, text: &str) {
        let names: &[&str] =
            if step.kind() == Keyword::Add { &["chown", "chmod", "checksum"] } else { &["chown", "chmod"] };
        for name in names {
            if let Some(value) = step.instruction.flag(name).and_then(|flag| flag.value.as_ref()) {
                self.word(value);
            }
        }
        let heredocs = &step.instruction.heredocs;
        let is_file = |word: &&Word| !heredocs.iter().any(|heredoc| heredoc.marker == word.span);
        transfer.sources.iter().filter(is_file).chain([&transfer.dest]).for_each(|word| self.word(word));
        for heredoc in heredocs.iter().filter(|heredoc| heredoc.expand) {
            let body = heredoc.body.slice(text);
            if body.contains('$') {
                let result = Lex::heredoc().word(body, &ScopeEnv(self.scope));
                self.push(heredoc.body, &[], result);
            }
        }
    }
}
