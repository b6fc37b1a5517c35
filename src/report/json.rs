use std::io::{self, Write};

use serde::Serialize;

use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix, Label, Severity};
use crate::text::{FileId, Sources};

use super::place::Place;
use super::{Run, rule_info};

/// Writes one object, `{"version":1,"files":[…],"diagnostics":[…]}`. Within version 1 keys are only
/// added.
pub fn json(write: &mut dyn Write, run: &Run) -> io::Result<()> {
    let diagnostics = run.diagnostics.iter().map(|diagnostic| JsonDiagnostic::new(run.sources, diagnostic)).collect();
    serde_json::to_writer_pretty(&mut *write, &Json { version: 1, files: run.files, diagnostics })?;
    writeln!(write)
}

/// One diagnostic as [`json`] writes it.
pub(super) fn diagnostic_json(sources: &Sources, diagnostic: &Diagnostic) -> serde_json::Value {
    serde_json::to_value(JsonDiagnostic::new(sources, diagnostic)).unwrap_or_default()
}

#[derive(Serialize)]
struct Json<'a> {
    version: u32,
    files: &'a [String],
    diagnostics: Vec<JsonDiagnostic<'a>>,
}

#[derive(Serialize)]
struct JsonDiagnostic<'a> {
    rule: &'static str,
    aliases: &'static [&'static str],
    severity: Severity,
    message: &'a str,
    file: &'a str,
    #[serde(flatten)]
    place: Place,
    /// What the place itself does; the other places are in `labels`.
    label: Option<&'a str>,
    labels: Vec<JsonLabel<'a>>,
    notes: &'a [String],
    fix: Option<JsonFix<'a>>,
    url: String,
}

#[derive(Serialize)]
struct JsonLabel<'a> {
    message: &'a str,
    file: &'a str,
    #[serde(flatten)]
    place: Place,
}

#[derive(Serialize)]
struct JsonFix<'a> {
    title: &'a str,
    applicability: Applicability,
    edits: Vec<JsonEdit<'a>>,
}

#[derive(Serialize)]
struct JsonEdit<'a> {
    #[serde(flatten)]
    place: Place,
    text: &'a str,
}

impl<'a> JsonDiagnostic<'a> {
    fn new(sources: &'a Sources, diagnostic: &'a Diagnostic) -> JsonDiagnostic<'a> {
        let Label { file, span, message } = &diagnostic.primary;
        let info = rule_info(diagnostic.rule);
        JsonDiagnostic {
            rule: diagnostic.rule,
            aliases: info.aliases,
            severity: diagnostic.severity,
            message: &diagnostic.message,
            file: &sources.get(*file).name,
            place: Place::of(sources, *file, *span),
            label: Some(message.as_str()).filter(|message| !message.is_empty()),
            labels: diagnostic.secondary.iter().map(|label| JsonLabel::new(sources, label)).collect(),
            notes: &diagnostic.notes,
            fix: diagnostic.fix.as_ref().map(|fix| JsonFix::new(sources, *file, fix)),
            url: info.url,
        }
    }
}

impl<'a> JsonLabel<'a> {
    fn new(sources: &'a Sources, label: &'a Label) -> JsonLabel<'a> {
        let file = &sources.get(label.file).name;
        JsonLabel { message: &label.message, file, place: Place::of(sources, label.file, label.span) }
    }
}

impl<'a> JsonFix<'a> {
    fn new(sources: &Sources, file: FileId, fix: &'a Fix) -> JsonFix<'a> {
        let edit = |edit: &'a Edit| JsonEdit { place: Place::of(sources, file, edit.span), text: &edit.text };
        let edits = fix.edits.iter().map(edit).collect();
        JsonFix { title: &fix.title, applicability: fix.applicability, edits }
    }
}
