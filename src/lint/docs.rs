//! What documents, compose and bake files say: rules that read a whole file.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::piece::BESIDE;
use super::{FileKind, Input, unit};
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::docs::{DocFile, DocText, Docs, Project};
use crate::rules::{self, Check, DocsCx, Rule};
use crate::syntax::builds::{self, Builds};

/// A file other than a Dockerfile, read as a whole.
pub(super) struct Subject {
    /// A Markdown file as the document of the Dockerfiles that it shows; empty for the others.
    pub(super) docs: Docs,
    builds: Option<Builds>,
}

/// What is to be looked at, if some rule wants to. `document` is the file, if it is one.
pub(super) fn subject(input: &Input, document: Option<&Arc<DocText>>) -> Option<Subject> {
    let is_wanted = |rule: &&Rule| matches!(rule.check, Check::Docs(_)) && input.config.severity(rule).is_some();
    let source = input.sources.get(input.file);
    let text = &source.text;
    if !super::holds_commands(text, input.kind)
        || is_chronicle(&source.name)
        || !rules::all().iter().any(|rule| is_wanted(&rule))
    {
        return None;
    }
    let builds = match input.kind {
        FileKind::Compose => Some(builds::compose(text)?),
        FileKind::Bake => Some(builds::bake(text, source.name.ends_with(".json"))?),
        _ => None,
    };
    let mut docs = Docs::default();
    docs.files.extend(document.map(|doc| DocFile { file: BESIDE, path: String::new(), doc: doc.clone() }));
    Some(Subject { docs, builds })
}

/// True for a file that tells what once was: old flags and commands in it are no advice.
fn is_chronicle(name: &str) -> bool {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name).to_lowercase().replace(['-', '_', ' '], "");
    ["changelog", "changes", "releasenotes", "releases", "history", "news", "deprecat"]
        .iter()
        .any(|it| name.starts_with(it))
}

/// Runs the rules on a file as a whole.
pub(super) fn lint(input: &Input, own: &Subject) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for rule in rules::all() {
        let (Check::Docs(check), Some(severity)) = (rule.check, input.config.severity(rule)) else { continue };
        found.extend(run(input, own, rule, severity, check));
    }
    let source = input.sources.get(input.file);
    found.retain(|it| !is_ignored(&source.text, source.line(it.primary.span.start), it.rule));
    found
}

fn run(
    input: &Input,
    own: &Subject,
    rule: &'static Rule,
    severity: Severity,
    check: fn(&mut DocsCx),
) -> Vec<Diagnostic> {
    let run = || {
        let mut cx = DocsCx::new(rule, severity, input.config.options(rule), input.file, &own.docs);
        cx.document = own.docs.files.first().map(|file| &*file.doc);
        cx.builds = own.builds.as_ref();
        cx.project = input.files.zip(input.path_in_context).map(|(files, path)| Project::new(files, path));
        check(&mut cx);
        cx.into_diagnostics()
    };
    let failed = || vec![unit::internal_error(input.file, &format!("rule `{}`", rule.name))];
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| failed())
}

/// True if the line or the one above it says `cachalot: ignore=<rule>`, in a comment of whichever kind.
fn is_ignored(text: &str, line: u32, rule: &str) -> bool {
    const MARK: &str = "cachalot: ignore=";
    if !text.contains(MARK) {
        return false;
    }
    let above = (line as usize).saturating_sub(2);
    let near = text.lines().skip(above).take(if line > 1 { 2 } else { 1 });
    near.filter_map(|line| line.split_once(MARK)).any(|(_, rest)| {
        let names =
            rest.split(|c: char| c.is_whitespace() || "->".contains(c) && rest.starts_with("->")).next().unwrap_or("");
        names.split(',').any(|name| rules::by_name(name).is_some_and(|it| it.name == rule))
    })
}
