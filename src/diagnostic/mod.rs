//! What cachalot says about a file, and the edits it offers.

mod apply;
mod fix;

use std::fmt;
use std::str::FromStr;

pub use apply::{Applied, apply};
pub use fix::{Applicability, Edit, Fix};

use crate::text::{FileId, Span};

/// How much a diagnostic matters, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// A remark for whoever asks.
    Hint,
    /// Costs little or is a matter of policy.
    Info,
    /// Costs, leaks or surprises.
    Warning,
    /// Does not build or does not work.
    Error,
}

impl Severity {
    /// The word used in every format and in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Hint => "hint",
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Severity {
    type Err = String;

    fn from_str(word: &str) -> Result<Severity, String> {
        match word {
            "hint" | "style" => Ok(Severity::Hint),
            "info" => Ok(Severity::Info),
            "warning" => Ok(Severity::Warning),
            "error" => Ok(Severity::Error),
            _ => Err(format!("unknown severity `{word}`: one of error, warning, info, hint")),
        }
    }
}

/// A place in a file and what it does there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    /// The file.
    pub file: FileId,
    /// The bytes.
    pub span: Span,
    /// What the place does, lowercase, without a full stop; may be empty on a primary label.
    pub message: String,
}

/// One thing worth telling about a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule's name, or for ShellCheck findings its code such as `SC2086`.
    pub rule: &'static str,
    /// How much it matters, after the configuration had its say.
    pub severity: Severity,
    /// What is wrong: lowercase, present tense, the user's own text in backticks, no full stop.
    pub message: String,
    /// The exact place.
    pub primary: Label,
    /// Related places, in this or another file.
    pub secondary: Vec<Label>,
    /// The remedy and whatever else helps, one thought each.
    pub notes: Vec<String>,
    /// Edits that mend it.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// A diagnostic at `span` of `file` without labels, notes or fix.
    pub fn new(
        rule: &'static str,
        severity: Severity,
        file: FileId,
        span: Span,
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic {
            rule,
            severity,
            message: message.into(),
            primary: Label { file, span, message: String::new() },
            secondary: Vec::new(),
            notes: Vec::new(),
            fix: None,
        }
    }

    /// Says what the primary place does.
    pub fn primary_label(mut self, message: impl Into<String>) -> Diagnostic {
        self.primary.message = message.into();
        self
    }

    /// Adds a related place in the same file.
    pub fn label(self, span: Span, message: impl Into<String>) -> Diagnostic {
        let file = self.primary.file;
        self.label_in(file, span, message)
    }

    /// Adds a related place in any file.
    pub fn label_in(mut self, file: FileId, span: Span, message: impl Into<String>) -> Diagnostic {
        self.secondary.push(Label { file, span, message: message.into() });
        self
    }

    /// Adds a note.
    pub fn note(mut self, note: impl Into<String>) -> Diagnostic {
        self.notes.push(note.into());
        self
    }

    /// Attaches a fix, if there is one.
    pub fn fix(mut self, fix: impl Into<Option<Fix>>) -> Diagnostic {
        self.fix = fix.into();
        self
    }

    /// The order of all output: file, span, rule, message.
    pub fn sort_key(&self) -> (FileId, Span, &'static str, &str) {
        (self.primary.file, self.primary.span, self.rule, &self.message)
    }
}
