use crate::diagnostic::{Diagnostic, Fix, Severity};
use crate::model::{Context, Model};
use crate::syntax::dockerfile::Dockerfile;
use crate::text::{FileId, Source, Span};

use super::{Rule, RuleOptions};

/// What a rule about a Dockerfile reads, and where it reports.
pub struct DockerfileCx<'a> {
    /// The file.
    pub file: FileId,
    /// Its text and lines. Spans are offsets into it; for a fence in Markdown this is the Markdown.
    pub source: &'a Source,
    /// The tree.
    pub dockerfile: &'a Dockerfile,
    /// What the tree means.
    pub model: &'a Model<'a>,
    /// The build context, if one is at hand.
    pub context: Option<&'a Context<'a>>,
    /// True for a piece of a Dockerfile shown in Markdown: it need not begin with FROM, and nothing
    /// is known of what stands around it.
    pub fragment: bool,
    /// The rule's options.
    pub options: &'a RuleOptions,
    rule: &'static Rule,
    severity: Severity,
    out: Vec<Diagnostic>,
}

impl<'a> DockerfileCx<'a> {
    /// A context for one run of one rule.
    pub fn new(
        rule: &'static Rule,
        severity: Severity,
        options: &'a RuleOptions,
        source: &'a Source,
        model: &'a Model<'a>,
        context: Option<&'a Context<'a>>,
        fragment: bool,
    ) -> DockerfileCx<'a> {
        let dockerfile = model.dockerfile;
        let file = dockerfile.file;
        DockerfileCx { file, source, dockerfile, model, context, fragment, options, rule, severity, out: Vec::new() }
    }

    /// What the rule reported.
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.out
    }

    /// Reports a diagnostic at `span`; labels, notes and a fix are added to what is returned.
    pub fn report(&mut self, span: Span, message: impl Into<String>) -> Report<'_> {
        let diagnostic = Diagnostic::new(self.rule.name, self.severity, self.file, span, message);
        self.out.push(diagnostic);
        Report(self.out.last_mut().expect("a diagnostic was just pushed"))
    }

    /// The text that `span` covers.
    pub fn slice(&self, span: Span) -> &'a str {
        self.source.slice(span)
    }

    /// Where `word` first occurs in the file.
    pub fn first_mention(&self, word: &str) -> Option<u32> {
        self.source.text.find(word).map(|offset| offset as u32)
    }

    /// The line, from 1, of a byte offset.
    pub fn line(&self, offset: u32) -> u32 {
        self.source.line(offset)
    }

    /// The severity that the rule's diagnostics have unless they lower it.
    pub fn severity(&self) -> Severity {
        self.severity
    }
}

/// A diagnostic just reported, to be added to.
pub struct Report<'a>(pub(super) &'a mut Diagnostic);

impl<'a> Report<'a> {
    pub(super) fn new(diagnostic: &'a mut Diagnostic) -> Report<'a> {
        Report(diagnostic)
    }

    /// Says what the primary place does.
    pub fn primary_label(self, message: impl Into<String>) -> Self {
        self.0.primary.message = message.into();
        self
    }

    /// Adds a related place in the Dockerfile.
    pub fn label(self, span: Span, message: impl Into<String>) -> Self {
        let file = self.0.primary.file;
        self.label_in(file, span, message)
    }

    /// Adds a related place in any file.
    pub fn label_in(self, file: FileId, span: Span, message: impl Into<String>) -> Self {
        self.0.secondary.push(crate::diagnostic::Label { file, span, message: message.into() });
        self
    }

    /// Adds a note: the remedy, or what else helps.
    pub fn note(self, note: impl Into<String>) -> Self {
        self.0.notes.push(note.into());
        self
    }

    /// Attaches a fix, if there is one.
    pub fn fix(self, fix: impl Into<Option<Fix>>) -> Self {
        self.0.fix = fix.into();
        self
    }

    /// Lowers the severity of this one diagnostic; it never rises above the configured one.
    pub fn at_most(self, severity: Severity) -> Self {
        self.0.severity = self.0.severity.min(severity);
        self
    }
}
