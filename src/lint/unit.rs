//! One Dockerfile text: a file, or a fence in Markdown.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Input, suppress};
use crate::config::Config;
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{BuildOptions, Model};
use crate::rules::{self, Check, DockerfileCx, Rule};
use crate::syntax::dockerfile::{Body, Comment, Dockerfile, shell_pragma};
use crate::text::{FileId, Source, Span};

/// Rules that speak of what a fragment cannot show: what stands before or after it.
const NOT_FOR_FRAGMENTS: [&str; 6] = [
    "no-from",
    "instruction-before-from",
    "empty-dockerfile",
    "undefined-variable",
    "undefined-arg-in-from",
    "missing-workdir",
];

/// Parses and lints a text. Spans are offsets into it.
pub(super) fn lint(input: &Input, text: &str, in_markdown: bool) -> Vec<Diagnostic> {
    let (dockerfile, parse_diagnostics) = super::seam::parse(input.file, text);
    let fragment = in_markdown && is_fragment(&dockerfile);
    let mut found = Vec::new();
    for diagnostic in parse_diagnostics {
        found.extend(configured(diagnostic, input.config));
    }
    let source = Source::new(input.sources.get(input.file).name.clone(), text);
    let unit = Unit { input, source: &source, dockerfile: &dockerfile, fragment };
    unit.run_rules(&mut found);
    if fragment {
        found.retain(|diagnostic| !NOT_FOR_FRAGMENTS.contains(&diagnostic.rule));
    }
    suppress::apply(&mut found, &dockerfile, &source, input.config);
    found
}

/// True for a piece that does not begin like a Dockerfile: it has no FROM.
pub(super) fn is_fragment(dockerfile: &Dockerfile) -> bool {
    !dockerfile.instructions.iter().any(|instruction| matches!(instruction.body, Body::From(_)))
}

/// The diagnostic at its configured severity, if its rule is on. A diagnostic that was made graver
/// or milder than its rule stays below the configured severity.
pub(super) fn configured(mut diagnostic: Diagnostic, config: &Config) -> Option<Diagnostic> {
    let Some(rule) = rules::by_name(diagnostic.rule) else { return Some(diagnostic) };
    let severity = config.severity(rule)?;
    diagnostic.severity =
        if diagnostic.severity >= rule.severity { severity } else { severity.min(diagnostic.severity) };
    Some(diagnostic)
}

struct Unit<'a> {
    input: &'a Input<'a>,
    source: &'a Source,
    dockerfile: &'a Dockerfile,
    fragment: bool,
}

impl Unit<'_> {
    fn model(&self) -> Model<'_> {
        let config = self.input.config;
        let shell = |comment: &Comment| Some((comment.span.start, shell_pragma(comment)?));
        let comments = self.dockerfile.comments.iter().filter(|_| !config.no_hadolint_comments);
        let options = BuildOptions {
            target: config.target.value.clone(),
            build_args: config.build_args().map(|(name, value)| (name.to_string(), value.to_string())).collect(),
            fragment: self.fragment,
            shells: comments.filter_map(shell).collect(),
            ..BuildOptions::default()
        };
        Model::new(self.dockerfile, &self.source.text, options)
    }

    fn run_rules(&self, found: &mut Vec<Diagnostic>) {
        let experimental = suppress::experimental(self.dockerfile, &self.source.text);
        let model = match catch_unwind(AssertUnwindSafe(|| self.model())) {
            Ok(model) => model,
            Err(_) => {
                found.push(internal_error(self.input.file, "the model"));
                return;
            }
        };
        for rule in rules::all() {
            let severity =
                self.input.config.severity(rule).or_else(|| experimental.switches_on(rule, self.input.config));
            if let (Some(severity), Check::Dockerfile(check)) = (severity, rule.check) {
                self.run(rule, severity, check, &model, found);
            }
        }
    }

    fn run(
        &self,
        rule: &'static Rule,
        severity: Severity,
        check: fn(&mut DockerfileCx),
        model: &Model,
        found: &mut Vec<Diagnostic>,
    ) {
        let before = found.len();
        let options = self.input.config.options(rule);
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let mut cx = DockerfileCx::new(rule, severity, options, self.source, model, self.fragment, found);
            check(&mut cx);
        }));
        if outcome.is_err() {
            found.truncate(before);
            found.push(internal_error(self.input.file, &format!("rule `{}`", rule.name)));
        }
    }
}

fn internal_error(file: FileId, what: &str) -> Diagnostic {
    Diagnostic::new("internal-error", Severity::Error, file, Span::at(0), format!("{what} failed on this file"))
        .note("this is a fault of cachalot; please report it with the file")
}
