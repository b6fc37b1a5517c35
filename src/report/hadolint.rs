//! hadolint's own formats where they differ from those of the same name: what reads them must find
//! every key where hadolint puts it.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules;

use super::Run;
use super::excerpt::printable;
use super::place::Place;

/// The code by which hadolint's users know a diagnostic: the most specific of its rule's, `DL1000`
/// for what else does not parse, and a rule's own name where hadolint has nothing like it.
pub fn hadolint_code(diagnostic: &Diagnostic) -> &'static str {
    let Some(rule) = rules::by_name(diagnostic.rule) else { return diagnostic.rule };
    let codes = || rule.aliases.iter().copied().filter(|alias| alias.starts_with("DL"));
    let specific = codes().find(|code| *code != "DL1000").or_else(|| codes().next());
    let broken = (rule.category == "syntax" && diagnostic.severity == Severity::Error).then_some("DL1000");
    specific.or(broken).unwrap_or(rule.name)
}

fn level(severity: Severity) -> &'static str {
    if severity == Severity::Hint { "style" } else { severity.as_str() }
}

fn place(run: &Run, diagnostic: &Diagnostic) -> Place {
    Place::of(run.sources, diagnostic.primary.file, diagnostic.primary.span)
}

/// Writes `file:line CODE level: message`.
pub fn hadolint_tty(write: &mut dyn Write, run: &Run, color: bool) -> io::Result<()> {
    for diagnostic in run.diagnostics {
        let (start, end) = match diagnostic.severity {
            _ if !color => ("", ""),
            Severity::Error => ("\x1b[1m\x1b[91m", "\x1b[0m"),
            Severity::Warning => ("\x1b[1m\x1b[93m", "\x1b[0m"),
            Severity::Info => ("\x1b[92m", "\x1b[0m"),
            Severity::Hint => ("\x1b[96m", "\x1b[0m"),
        };
        let (name, line) = (&run.sources.get(diagnostic.primary.file).name, place(run, diagnostic).line);
        let (level, message) = (level(diagnostic.severity), printable(&diagnostic.message));
        writeln!(write, "{name}:{line} {} {start}{level}{end}: {message}", diagnostic.rule)?;
    }
    Ok(())
}

/// Writes `hadolint:file:line: CODE level: message`.
pub fn hadolint_gnu(write: &mut dyn Write, run: &Run) -> io::Result<()> {
    for diagnostic in run.diagnostics {
        let (name, line) = (&run.sources.get(diagnostic.primary.file).name, place(run, diagnostic).line);
        let (level, message) = (level(diagnostic.severity), printable(&diagnostic.message));
        writeln!(write, "hadolint:{name}:{line}: {} {level}: {message}", diagnostic.rule)?;
    }
    Ok(())
}

/// Writes a list of objects, with the columns that hadolint does not know.
pub fn hadolint_json(write: &mut dyn Write, run: &Run) -> io::Result<()> {
    let object = |it: &Diagnostic| {
        let at = place(run, it);
        json!({
            "code": it.rule,
            "column": at.column,
            "file": run.sources.get(it.primary.file).name,
            "level": level(it.severity),
            "line": at.line,
            "message": it.message,
        })
    };
    let list: Vec<Value> = run.diagnostics.iter().map(object).collect();
    serde_json::to_writer(&mut *write, &list)?;
    writeln!(write)
}

/// Writes SonarQube's generic issues as they were before it asked for the rules as well.
pub fn hadolint_sonarqube(write: &mut dyn Write, run: &Run) -> io::Result<()> {
    let issue = |it: &Diagnostic| {
        let at = place(run, it);
        let (severity, kind) = match it.severity {
            Severity::Error if it.rule == "DL1000" => ("BLOCKER", "BUG"),
            Severity::Error => ("CRITICAL", "BUG"),
            Severity::Warning => ("MAJOR", "CODE_SMELL"),
            Severity::Info => ("MINOR", "CODE_SMELL"),
            Severity::Hint => ("INFO", "CODE_SMELL"),
        };
        let mut range = json!({ "startLine": at.line });
        if at.start < at.end {
            range = json!({
                "startLine": at.line,
                "startColumn": at.column - 1,
                "endLine": at.end_line,
                "endColumn": at.end_column - 1,
            });
        }
        json!({
            "engineId": "Hadolint",
            "ruleId": it.rule,
            "severity": severity,
            "type": kind,
            "primaryLocation": { "filePath": run.path(it.primary.file), "message": it.message, "textRange": range },
        })
    };
    let issues: Vec<Value> = run.diagnostics.iter().map(issue).collect();
    serde_json::to_writer(&mut *write, &json!({ "issues": issues }))?;
    writeln!(write)
}
