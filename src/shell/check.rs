//! ShellCheck's findings: what they are, whichever engine found them, and the native engine.

mod findings;
#[cfg(feature = "shellcheck-native")]
mod native;

use super::{Memo, Script};
use crate::diagnostic::{Fix, Severity};
use crate::text::Span;

pub(super) use findings::{Draft, DraftFix, finish};

/// One finding under a code of ShellCheck.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The number of the code: 2086 for `SC2086`.
    pub code: u16,
    /// ShellCheck's level for the code; its `style` is a hint.
    pub level: Severity,
    /// What is wrong.
    pub message: String,
    /// The bytes in the file.
    pub span: Span,
    /// Edits of the file that mend it.
    pub fix: Option<Fix>,
}

/// A set of names that is asked rarely and never listed.
pub trait Names: std::fmt::Debug + Sync {
    /// True if the name is in the set.
    fn has(&self, name: &str) -> bool;
}

/// What is known about the surroundings of a script.
#[derive(Clone, Copy, Debug, Default)]
pub struct CheckOptions<'a> {
    /// Names of the ARGs and ENVs that the script sees: using one of them is never an unassigned
    /// variable.
    pub known_variables: Option<&'a dyn Names>,
    /// True to be silent about unquoted uses of these variables, as hadolint is.
    pub quiet_known: bool,
    /// What the engine found in scripts before, if somebody keeps it.
    pub memo: Option<&'a Memo>,
}

/// The native engine's findings for a script, sorted by place. None for shells that ShellCheck does
/// not know either, for scripts beyond any reason, and in a build without the engine.
pub fn check(script: &Script, options: &CheckOptions) -> Vec<Finding> {
    #[cfg(feature = "shellcheck-native")]
    return finish(script, options, native::run(script, options.memo));
    #[cfg(not(feature = "shellcheck-native"))]
    finish(script, options, Vec::new())
}

/// The codes that [`check`] can report, sorted; empty in a build without the engine.
pub fn codes() -> Vec<u16> {
    #[cfg(feature = "shellcheck-native")]
    return native::codes();
    #[cfg(not(feature = "shellcheck-native"))]
    Vec::new()
}
