//! Fixing: a loop that lints, applies what is allowed, and checks that nothing else changed.

mod meaning;

use std::cell::OnceCell;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::{FileKind, Input, lint};
use crate::diagnostic::{Applicability, Diagnostic, Fix, Severity, apply};
use crate::text::{FileId, Sources, Span};

use meaning::Meaning;

/// How many rounds a file may take to settle.
const MAX_ROUNDS: u32 = 10;
/// How often fixing begins anew without the fixes that kept it from settling.
const MAX_RESTARTS: u32 = 3;

/// What [`fix`] made of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixed {
    /// The new text; the old one where nothing was applied.
    pub text: String,
    /// The fixes that went in, in the order of their rounds.
    pub applied: Vec<AppliedFix>,
    /// The fixes that were refused.
    pub refused: Vec<Refused>,
    /// How many rounds changed the text.
    pub rounds: u32,
    /// True if nothing that is allowed was left to fix at the end.
    pub converged: bool,
}

/// A fix that went in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AppliedFix {
    /// The rule.
    pub rule: &'static str,
    /// Line of the diagnostic, from 1, in the text of that round.
    pub line: u32,
    /// What the fix did.
    pub title: String,
}

/// A fix that was not let in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refused {
    /// The rule.
    pub rule: &'static str,
    /// Line of the diagnostic, from 1, in the text of that round.
    pub line: u32,
    /// Why.
    pub why: String,
}

/// Applies the fixes of `limit` and safer until none is left. A fix that breaks the file or changes
/// an instruction that it does not mean to change is refused, and so is one that never comes to
/// rest.
pub fn fix(input: &Input, limit: Applicability) -> Fixed {
    fix_where(input, limit, &|_| true)
}

/// [`fix`] for those diagnostics only that `wanted` picks.
pub fn fix_where(input: &Input, limit: Applicability, wanted: &dyn Fn(&Diagnostic) -> bool) -> Fixed {
    fix_with(input, limit, &|sources| {
        let mut found = lint(&Input { sources, fixes_only: Some(limit), ..*input });
        found.retain(wanted);
        found
    })
}

/// [`fix`] where it is known what [`lint`] finds in the file as it is.
pub fn fix_found(input: &Input, limit: Applicability, found: &[Diagnostic]) -> Fixed {
    let text = &input.sources.get(input.file).text;
    fix_with(input, limit, &|sources| match sources.get(input.file).text == *text {
        true => found.to_vec(),
        false => lint(&Input { sources, fixes_only: Some(limit), ..*input }),
    })
}

/// Why a fix must not be let into the Dockerfile `text`: it breaks the file, or changes an instruction
/// that it does not mean to change. `None` if it may.
pub fn refusal(text: &str, fix: &Fix) -> Option<String> {
    Judge::new(text).refusal(fix)
}

/// Judges fixes of one Dockerfile, which is read but once, and only if there are any.
pub struct Judge<'t> {
    text: &'t str,
    before: OnceCell<Meaning>,
}

impl<'t> Judge<'t> {
    /// A judge of fixes of `text`.
    pub fn new(text: &'t str) -> Judge<'t> {
        Judge { text, before: OnceCell::new() }
    }

    /// Why a fix must not be let in, as [`refusal`].
    pub fn refusal(&self, fix: &Fix) -> Option<String> {
        let mut carrier = Diagnostic::new("fix", Severity::Info, FileId::default(), Span::default(), String::new());
        carrier.fix = Some(fix.clone());
        let applied = apply(self.text, &[&carrier]);
        if applied.fixed.is_empty() {
            return Some("its edits do not fit the file".to_string());
        }
        let kind = FileKind::Dockerfile;
        let before = self.before.get_or_init(|| Meaning::of(self.text, kind));
        meaning::harm(self.text, before, &Meaning::of(&applied.text, kind), &[fix])
    }
}

/// What finds the fixes in each round.
type Linter<'a> = &'a dyn Fn(&Sources) -> Vec<Diagnostic>;

/// [`fix`] with the fixes that `linter` offers for the text of each round.
pub(super) fn fix_with(input: &Input, limit: Applicability, linter: Linter) -> Fixed {
    let mut refused = Vec::new();
    let mut banned = HashSet::new();
    let source = input.sources.get(input.file);
    if !source.invalid.is_empty() {
        // What stands for the bytes that are not UTF-8 must never reach the disk.
        return Fixed { text: source.text.to_string(), applied: Vec::new(), refused, rounds: 0, converged: true };
    }
    for _ in 0..MAX_RESTARTS {
        let mut run = Run::new(input, limit, linter, banned.clone());
        run.settle();
        if run.fixed.converged {
            run.fixed.refused.splice(0..0, refused);
            return run.fixed;
        }
        // What still changed the text at the end would change it for ever: without it, from the start.
        for (key, fix) in run.last {
            if banned.insert(key) {
                let why = "it comes back after every round".to_string();
                refused.push(Refused { rule: fix.rule, line: fix.line, why });
            }
        }
    }
    let text = input.sources.get(input.file).text.to_string();
    Fixed { text, applied: Vec::new(), refused, rounds: 0, converged: false }
}

/// What makes two diagnostics of different rounds the same one: rule, message and fix, not the line.
type Key = (&'static str, String, String);

fn key(diagnostic: &Diagnostic) -> Key {
    let title = diagnostic.fix.as_ref().map(|fix| fix.title.clone()).unwrap_or_default();
    (diagnostic.rule, diagnostic.message.clone(), title)
}

struct Run<'a> {
    input: &'a Input<'a>,
    limit: Applicability,
    linter: Linter<'a>,
    sources: Sources,
    banned: HashSet<Key>,
    seen: HashSet<u64>,
    fixed: Fixed,
    /// The fixes of the last round.
    last: Vec<(Key, AppliedFix)>,
}

impl<'a> Run<'a> {
    fn new(input: &'a Input, limit: Applicability, linter: Linter<'a>, banned: HashSet<Key>) -> Run<'a> {
        let text = input.sources.get(input.file).text.to_string();
        let fixed = Fixed { text, applied: Vec::new(), refused: Vec::new(), rounds: 0, converged: false };
        let seen = HashSet::from([digest(&fixed.text)]);
        Run { input, limit, linter, sources: input.sources.clone(), banned, seen, fixed, last: Vec::new() }
    }

    fn settle(&mut self) {
        for _ in 0..=MAX_ROUNDS {
            let found = (self.linter)(&self.sources);
            let wanted: Vec<&Diagnostic> = found.iter().filter(|it| self.is_wanted(it)).collect();
            if wanted.is_empty() {
                self.fixed.converged = true;
                return;
            }
            if self.fixed.rounds == MAX_ROUNDS || !self.round(&wanted) {
                self.fixed.converged = self.fixed.rounds < MAX_ROUNDS && self.last.is_empty();
                return;
            }
        }
    }

    fn is_wanted(&self, diagnostic: &Diagnostic) -> bool {
        let allowed =
            diagnostic.fix.as_ref().is_some_and(|fix| fix.applicability <= self.limit && !fix.edits.is_empty());
        allowed && diagnostic.primary.file == self.input.file && !self.banned.contains(&key(diagnostic))
    }

    /// Applies what can be applied; false if the text stays, or becomes one that was there before.
    fn round(&mut self, wanted: &[&Diagnostic]) -> bool {
        let text = self.fixed.text.clone();
        let before = Meaning::knowing(&text, self.input.kind, self.input.parsed);
        let mut batch =
            Batch { text: &text, before: &before, kind: self.input.kind, good: Vec::new(), bad: Vec::new() };
        batch.add(wanted);
        let Batch { good, mut bad, .. } = batch;
        let applied = apply(&text, &good);
        let unfit = good.iter().filter(|_| applied.fixed.is_empty());
        bad.extend(unfit.map(|it| (*it, "its edits do not fit the file".to_string())));
        self.refuse(bad);
        self.last = applied.fixed.iter().map(|&at| (key(good[at]), self.applied(good[at]))).collect();
        if applied.fixed.is_empty() {
            // Everything was refused: what is left is nothing.
            return true;
        }
        if !self.seen.insert(digest(&applied.text)) {
            return false;
        }
        self.fixed.applied.extend(self.last.iter().map(|(_, fix)| fix.clone()));
        self.fixed.rounds += 1;
        self.fixed.text = applied.text;
        self.sources.replace(self.input.file, self.fixed.text.as_str());
        true
    }

    fn refuse(&mut self, bad: Vec<(&Diagnostic, String)>) {
        for (diagnostic, why) in bad {
            let line = self.sources.get(self.input.file).line(diagnostic.primary.span.start);
            self.fixed.refused.push(Refused { rule: diagnostic.rule, line, why });
            self.banned.insert(key(diagnostic));
        }
    }

    fn applied(&self, diagnostic: &Diagnostic) -> AppliedFix {
        let line = self.sources.get(self.input.file).line(diagnostic.primary.span.start);
        let title = diagnostic.fix.as_ref().map(|fix| fix.title.clone()).unwrap_or_default();
        AppliedFix { rule: diagnostic.rule, line, title }
    }
}

/// The fixes of one round, sorted into those that do no harm together and those that do.
struct Batch<'a> {
    text: &'a str,
    before: &'a Meaning,
    kind: super::FileKind,
    good: Vec<&'a Diagnostic>,
    bad: Vec<(&'a Diagnostic, String)>,
}

impl<'a> Batch<'a> {
    /// Takes fixes in if they do no harm on top of the good ones; else halves them until the
    /// culprits are found.
    fn add(&mut self, wanted: &[&'a Diagnostic]) {
        let together: Vec<&Diagnostic> = self.good.iter().chain(wanted).copied().collect();
        match (self.harm(&together), wanted) {
            (None, _) => self.good.extend(wanted),
            (Some(why), [culprit]) => self.bad.push((culprit, why)),
            (Some(_), _) => {
                let (first, second) = wanted.split_at(wanted.len() / 2);
                self.add(first);
                self.add(second);
            }
        }
    }

    fn harm(&self, fixes: &[&Diagnostic]) -> Option<String> {
        let applied = apply(self.text, fixes);
        let went_in: Vec<_> = applied.fixed.iter().filter_map(|&at| fixes[at].fix.as_ref()).collect();
        let after = Meaning::of(&applied.text, self.kind);
        meaning::harm(self.text, self.before, &after, &went_in)
    }
}

fn digest(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests;
