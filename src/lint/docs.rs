//! What documents say: rules that read a whole Markdown file.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::piece::BESIDE;
use super::{FileKind, Input, unit};
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::docs::{DocFile, DocText, Docs};
use crate::rules::{self, Check, DocsCx, Rule};

/// A Markdown file as the document of the Dockerfiles that it shows.
pub(super) fn of_markdown(input: &Input) -> Option<Docs> {
    let is_wanted = |rule: &&Rule| matches!(rule.check, Check::Docs(_)) && input.config.severity(rule).is_some();
    let text = &input.sources.get(input.file).text;
    if !super::holds_commands(text, input.kind) || !rules::all().iter().any(|rule| is_wanted(&rule)) {
        return None;
    }
    let doc = Arc::new(DocText::markdown(text));
    Some(Docs { files: vec![DocFile { file: BESIDE, path: String::new(), doc }], ..Docs::default() })
}

/// Runs the rules on a Markdown file as a whole.
pub(super) fn lint(input: &Input, own: &Docs) -> Vec<Diagnostic> {
    debug_assert_eq!(input.kind, FileKind::Markdown);
    let mut found = Vec::new();
    for rule in rules::all() {
        let (Check::Docs(check), Some(severity)) = (rule.check, input.config.severity(rule)) else { continue };
        found.extend(run(input, own, rule, severity, check));
    }
    found
}

fn run(input: &Input, own: &Docs, rule: &'static Rule, severity: Severity, check: fn(&mut DocsCx)) -> Vec<Diagnostic> {
    let run = || {
        let mut cx = DocsCx::new(rule, severity, input.config.options(rule), input.file, own);
        cx.markdown = own.files.first().map(|file| &*file.doc);
        check(&mut cx);
        cx.into_diagnostics()
    };
    let failed = || vec![unit::internal_error(input.file, &format!("rule `{}`", rule.name))];
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| failed())
}
