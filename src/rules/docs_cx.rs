use super::cx::Report;
use super::{Rule, RuleOptions};
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::docs::{DocText, Docs, Project};
use crate::model::{Context, Model};
use crate::syntax::builds::Builds;
use crate::text::{FileId, Source, Span};

/// What a rule about documents reads, and where it reports.
///
/// It runs once for every Dockerfile, with the documents near it, and once for every document, compose
/// and bake file.
pub struct DocsCx<'a> {
    /// The Dockerfile; `None` where a Markdown file is looked at.
    pub dockerfile: Option<DocumentedDockerfile<'a>>,
    /// The document; `None` where a Dockerfile is looked at.
    pub document: Option<&'a DocText>,
    /// The builds of a compose or bake file; `None` where another file is looked at.
    pub builds: Option<&'a Builds>,
    /// The files around the one that is linted, if they are at hand.
    pub project: Option<Project<'a>>,
    /// The documents near the Dockerfile, or the Markdown file alone.
    pub docs: &'a Docs,
    /// The rule's options.
    pub options: &'a RuleOptions,
    rule: &'static Rule,
    severity: Severity,
    file: FileId,
    out: Vec<Diagnostic>,
}

/// A Dockerfile with documents.
#[derive(Clone, Copy)]
pub struct DocumentedDockerfile<'a> {
    /// Its text and lines.
    pub source: &'a Source,
    /// What it means.
    pub model: &'a Model<'a>,
    /// Its build context, if one is at hand.
    pub context: Option<&'a Context<'a>>,
}

impl<'a> DocsCx<'a> {
    /// A context for one run of one rule, which reports in `file`.
    pub fn new(
        rule: &'static Rule,
        severity: Severity,
        options: &'a RuleOptions,
        file: FileId,
        docs: &'a Docs,
    ) -> DocsCx<'a> {
        DocsCx {
            dockerfile: None,
            document: None,
            builds: None,
            project: None,
            docs,
            options,
            rule,
            severity,
            file,
            out: Vec::new(),
        }
    }

    /// What the rule reported.
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.out
    }

    /// Reports a diagnostic at `span` of the file that is linted.
    pub fn report(&mut self, span: Span, message: impl Into<String>) -> Report<'_> {
        self.out.push(Diagnostic::new(self.rule.name, self.severity, self.file, span, message));
        Report(self.out.last_mut().expect("a diagnostic was just pushed"))
    }
}
