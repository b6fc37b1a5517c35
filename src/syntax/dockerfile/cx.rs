use crate::diagnostic::{Diagnostic, Severity};
use crate::text::{FileId, Span};

/// What the readers of instructions share.
pub(super) struct Cx<'t> {
    pub(super) file: FileId,
    pub(super) text: &'t str,
    pub(super) escape: char,
    /// The line, from 1, on which the instruction begins.
    pub(super) line: u32,
    /// True while a trigger of ONBUILD is read.
    pub(super) in_trigger: bool,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// A message that repeats a hostile word of megabytes helps nobody.
const MAX_MESSAGE: usize = 600;

impl Cx<'_> {
    /// Reports what BuildKit's line parser refuses, in triggers too.
    pub(super) fn syntax_error(
        &mut self,
        rule: &'static str,
        span: Span,
        message: impl Into<String>,
    ) -> &mut Diagnostic {
        let diagnostic = Diagnostic::new(rule, Severity::Error, self.file, span, shortened(message.into()));
        self.diagnostics.push(diagnostic);
        self.diagnostics.last_mut().expect("one was just pushed")
    }

    /// Reports what BuildKit refuses when it reads an instruction. It reads a trigger only when the
    /// image is built upon.
    pub(super) fn error(&mut self, rule: &'static str, span: Span, message: impl Into<String>) -> &mut Diagnostic {
        let in_trigger = self.in_trigger;
        let diagnostic = self.syntax_error(rule, span, message);
        if in_trigger {
            diagnostic.severity = Severity::Warning;
            diagnostic.notes.push("this image builds, but every build from it runs the trigger and fails".to_string());
        }
        diagnostic
    }
}

fn shortened(mut message: String) -> String {
    if message.len() > MAX_MESSAGE {
        let cut = (0..=MAX_MESSAGE).rev().find(|&at| message.is_char_boundary(at)).unwrap_or(0);
        message.truncate(cut);
        message.push('…');
    }
    message
}
