//! `.dockerignore`: its patterns with their places, and which paths they keep from the builder.
//!
//! Reading is BuildKit's `ignorefile.ReadAll`, matching is `moby/patternmatcher`, walking is the
//! client's filter; a pattern means exactly what it means to them, oddities of the regular
//! expressions they make of it included.

mod clean;
mod expression;
mod glob;
mod matcher;
mod pattern;
mod walk;

use std::ops::ControlFlow;

pub use clean::clean_path;
pub use glob::{BadPattern, Glob};
pub use matcher::Matcher;
pub use walk::FolderState;

use crate::diagnostic::{Diagnostic, Severity};
use crate::text::{FileId, Span};
use pattern::Pattern;

/// The rule of a `.dockerignore` that the builder refuses.
pub const INVALID_DOCKERIGNORE: &str = "invalid-dockerignore";

/// Bytes in one line above which BuildKit cannot read an ignore file.
const MAX_LINE: usize = 64 * 1024 - 1;

/// A parsed ignore file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dockerignore {
    /// The patterns in the order of the file.
    pub patterns: Vec<IgnorePattern>,
    /// The line too long for BuildKit to read, if one is; reading stops there.
    pub unreadable: Option<Span>,
}

/// One line that is a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IgnorePattern {
    /// The pattern as the builder sees it: a `!` if it is an exception, then a cleaned path.
    pub text: String,
    /// True for a `!` line, which brings back what earlier patterns exclude.
    pub exception: bool,
    /// The line without the blanks around it.
    pub span: Span,
}

impl Dockerignore {
    /// Reads an ignore file; any text is one.
    pub fn parse(text: &str) -> Dockerignore {
        let mut file = Dockerignore::default();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            if file.line(line, start).is_break() {
                break;
            }
            start += line.len();
        }
        file
    }

    fn line(&mut self, line: &str, mut start: usize) -> ControlFlow<()> {
        let ended = line.strip_suffix('\n').unwrap_or(line);
        if ended.len() > MAX_LINE {
            self.unreadable = Some(Span::from(start..start + ended.len()));
            return ControlFlow::Break(());
        }
        let bare = ended.strip_prefix('\u{feff}').filter(|_| start == 0).unwrap_or(ended);
        start += ended.len() - bare.len();
        let trimmed = bare.trim();
        // Only a `#` in the first column begins a comment.
        if bare.starts_with('#') || trimmed.is_empty() {
            return ControlFlow::Continue(());
        }
        start += bare.len() - bare.trim_start().len();
        let exception = trimmed.strip_prefix('!').map(str::trim);
        let path = rootless(exception.unwrap_or(trimmed));
        self.patterns.push(IgnorePattern {
            text: if exception.is_some() { format!("!{path}") } else { path },
            exception: exception.is_some(),
            span: Span::from(start..start + trimmed.len()),
        });
        ControlFlow::Continue(())
    }

    /// The matcher of all patterns that the builder accepts.
    pub fn matcher(&self) -> Matcher {
        Matcher { patterns: self.patterns.iter().filter_map(|line| Pattern::new(&line.text).ok().flatten()).collect() }
    }

    /// What the builder refuses, each at its line.
    pub fn diagnostics(&self, file: FileId) -> Vec<Diagnostic> {
        let error = |span, message: String| Diagnostic::new(INVALID_DOCKERIGNORE, Severity::Error, file, span, message);
        let refused = self.patterns.iter().filter_map(|line| {
            let bad = Pattern::new(&line.text).err()?;
            let message = match bad {
                BadPattern::Exclamation => "`!` has no pattern behind it".to_string(),
                BadPattern::Syntax => format!("`{}` is not a valid pattern", line.text),
            };
            Some(error(line.span, message).note(format!("the build fails with: {bad}")).note(bad.remedy()))
        });
        let unreadable = self.unreadable.map(|span| {
            error(span, format!("a line of {} bytes cannot be read", span.len()))
                .note("the build fails with: bufio.Scanner: token too long")
        });
        refused.chain(unreadable).collect()
    }
}

/// A pattern's path cleaned and taken from the context's root.
fn rootless(path: &str) -> String {
    if path.is_empty() {
        return String::new();
    }
    let clean = clean_path(path);
    match clean.strip_prefix('/') {
        Some(rest) if !rest.is_empty() => rest.to_string(),
        _ => clean,
    }
}

#[cfg(test)]
mod tests;
