//! One Dockerfile text: a file, or a fence in Markdown.

use std::cell::OnceCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::piece::Piece;
use super::shellcheck;
use super::spread::spread;
use super::suppress::Suppressions;
use super::{FileKind, Input, Parsed};
use crate::config::{Config, Origin, Preset};
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{BuildOptions, Context, Model, Step};
use crate::rules::{self, Check, DockerfileCx, DocsCx, DocumentedDockerfile, Rule};
use crate::syntax::dockerfile::{self, Comment, Dockerfile, shell_pragma};
use crate::text::{FileId, Source, Span};

/// Rules that speak of what a fragment cannot show: what stands before or after it.
const NOT_FOR_FRAGMENTS: [&str; 5] =
    ["instruction-before-from", "empty-dockerfile", "undefined-variable", "undefined-arg-in-from", "missing-workdir"];

/// What is said of a template.
const UNFILLED: &str = "unfilled-template";

/// Bytes of a text from which on its rules are worth a second thread.
const WORTH_SHARING: usize = 4 << 10;

/// Parses and lints a text. Spans are offsets into it.
pub(super) fn lint(input: &Input, piece: &Piece) -> Vec<Diagnostic> {
    let text = piece.text();
    let own = OnceCell::new();
    let parsed = Parsed::or_new(input.parsed, input.file, text, &own);
    let dockerfile = parsed.tree;
    let fragment = piece.is_fragment();
    if let Some(diagnostic) = template(input, dockerfile) {
        // Comments may silence it; what they silence of others nobody knows.
        let mut found = vec![diagnostic];
        let source = Source::new(input.sources.get(input.file).name.clone(), text);
        Suppressions::new(dockerfile, &source, input.config).apply(&mut found, input.config, fragment);
        found.retain(|it| it.rule == UNFILLED);
        return found;
    }
    let mut found = Vec::new();
    for diagnostic in parsed.diagnostics {
        found.extend(configured(diagnostic.clone(), input.config));
    }
    let source = Source::new(input.sources.get(input.file).name.clone(), text);
    let suppressions = Suppressions::new(dockerfile, &source, input.config);
    let files = input.files.filter(|_| input.kind == FileKind::Dockerfile);
    let context = files.map(|files| Context::new(files, input.path_in_context));
    let options = build_options(dockerfile, fragment, input.config);
    let made;
    let model = match parsed.model.filter(|model| model.options == options) {
        Some(known) => Some(known),
        None => {
            let make = || Model::remembering(dockerfile, &source.text, options, input.memo);
            made = catch_unwind(AssertUnwindSafe(make)).ok();
            made.as_ref()
        }
    };
    match model {
        Some(model) => {
            let unit = Unit { input, context: context.as_ref(), source: &source, model, fragment };
            found.extend(unit.run_rules(&suppressions));
        }
        None => found.push(internal_error(input.file, "the model")),
    }
    if fragment {
        found.retain(|diagnostic| !NOT_FOR_FRAGMENTS.contains(&diagnostic.rule));
    }
    suppressions.apply(&mut found, input.config, fragment);
    found
}

/// What is said of a template, in place of everything else: nobody knows what comes out of it.
fn template(input: &Input, dockerfile: &Dockerfile) -> Option<Diagnostic> {
    let mark = dockerfile::template_mark(dockerfile)?;
    let message = "this is a template: what is built is made from it";
    let diagnostic = Diagnostic::new(UNFILLED, Severity::Info, input.file, mark, message)
        .note("lint the Dockerfiles that are made from it");
    configured(diagnostic, input.config)
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

/// What a Dockerfile is built with by its comments and the configuration; a fragment may be any part of one.
pub fn build_options(dockerfile: &Dockerfile, fragment: bool, config: &Config) -> BuildOptions {
    let shell = |comment: &Comment| Some((comment.span.start, shell_pragma(comment)?));
    BuildOptions {
        target: config.target.value.clone(),
        build_args: config.build_args().map(|(name, value)| (name.to_string(), value.to_string())).collect(),
        fragment,
        shells: dockerfile.comments.iter().filter_map(shell).collect(),
        ..BuildOptions::default()
    }
}

/// What threads share among them.
enum Task<'a> {
    /// Takes the shell code of a step apart.
    Read(&'a Step<'a>),
    Check(&'static Rule),
    /// Runs the engine for shell code.
    CheckShell,
}

struct Unit<'a> {
    input: &'a Input<'a>,
    context: Option<&'a Context<'a>>,
    source: &'a Source,
    model: &'a Model<'a>,
    fragment: bool,
}

impl<'a> Unit<'a> {
    fn run_rules(&self, suppressions: &Suppressions) -> Vec<Diagnostic> {
        let is_short = self.source.text.len() < WORTH_SHARING;
        let threads = if is_short { 1 } else { self.input.threads };
        let checks = std::iter::once(Task::CheckShell).chain(rules::all().iter().map(Task::Check));
        // Rules go through the steps in the same order: they would wait for each other at every one.
        let steps = self.model.steps().filter(|_| threads > 1).map(|(_, step)| Task::Read(step));
        let tasks: Vec<Task> = steps.chain(checks).collect();
        let run = |task: &Task| match task {
            Task::Check(rule) => self.run_rule(rule, suppressions),
            Task::CheckShell => shellcheck::findings(self.model, self.input),
            Task::Read(step) => {
                // A step on which this fails does so for the rules that ask.
                let _ = catch_unwind(AssertUnwindSafe(|| _ = step.meanings()));
                Vec::new()
            }
        };
        spread(&tasks, threads, run).into_iter().flatten().collect()
    }

    fn run_rule(&self, rule: &'static Rule, suppressions: &Suppressions) -> Vec<Diagnostic> {
        if self.input.is_stopped() || self.is_unwanted(rule, suppressions) {
            return Vec::new();
        }
        let config = self.input.config;
        let severity = config.severity(rule).or_else(|| suppressions.switched_on(rule, config));
        let mut diagnostics = match (severity, rule.check) {
            (Some(severity), Check::Dockerfile(check)) => self.run(rule, severity, check),
            (Some(severity), Check::Docs(check)) => self.run_docs(rule, severity, check),
            _ => return Vec::new(),
        };
        if let (Some(severity), Origin::Preset(Preset::Hadolint)) = (severity, config.severity_origin(rule)) {
            // hadolint knows one severity per rule.
            diagnostics.iter_mut().for_each(|it| it.severity = severity);
        }
        diagnostics.retain(|it| config.shows(rule, it.severity));
        diagnostics
    }

    /// True for a rule without a fix where only fixes are wanted. A comment that silences it would look
    /// unused.
    fn is_unwanted(&self, rule: &Rule, suppressions: &Suppressions) -> bool {
        let beyond = |limit| rule.fix.is_none_or(|fix| fix > limit);
        self.input.fixes_only.is_some_and(beyond) && suppressions.is_empty()
    }

    fn run(&self, rule: &'static Rule, severity: Severity, check: fn(&mut DockerfileCx)) -> Vec<Diagnostic> {
        let options = self.input.config.options(rule);
        let run = || {
            let Unit { source, model, context, fragment, .. } = *self;
            let mut cx = DockerfileCx::new(rule, severity, options, source, model, context, fragment);
            check(&mut cx);
            cx.into_diagnostics()
        };
        catch_unwind(AssertUnwindSafe(run))
            .unwrap_or_else(|_| vec![internal_error(self.input.file, &format!("rule `{}`", rule.name))])
    }

    fn run_docs(&self, rule: &'static Rule, severity: Severity, check: fn(&mut DocsCx)) -> Vec<Diagnostic> {
        let Some(docs) = self.input.docs.filter(|_| !self.fragment) else { return Vec::new() };
        let options = self.input.config.options(rule);
        let run = || {
            let mut cx = DocsCx::new(rule, severity, options, self.input.file, docs);
            cx.dockerfile =
                Some(DocumentedDockerfile { source: self.source, model: self.model, context: self.context });
            check(&mut cx);
            cx.into_diagnostics()
        };
        catch_unwind(AssertUnwindSafe(run))
            .unwrap_or_else(|_| vec![internal_error(self.input.file, &format!("rule `{}`", rule.name))])
    }
}

pub(super) fn internal_error(file: FileId, what: &str) -> Diagnostic {
    Diagnostic::new("internal-error", Severity::Error, file, Span::at(0), format!("{what} failed on this file"))
        .note("this is a fault of cachalot; please report it with the file")
}
