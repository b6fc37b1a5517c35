use std::collections::BTreeSet;
use std::io::{self, Write};

use serde_json::{Value, json};

use crate::diagnostic::{Diagnostic, Label, Severity};

use super::{Run, full_message, rule_info};

const ENGINE: &str = "cachalot";

/// Writes SonarQube's generic issues with the rules that they belong to, for
/// `sonar.externalIssuesReportPaths`.
/// <https://docs.sonarsource.com/sonarqube-server/analyzing-source-code/importing-external-issues/generic-issue-import-format>
pub fn sonarqube(write: &mut dyn Write, run: &Run) -> io::Result<()> {
    let used: BTreeSet<&'static str> = run.diagnostics.iter().map(|it| it.rule).collect();
    let gravest = |name| run.diagnostics.iter().filter(|it| it.rule == name).map(|it| it.severity).max();
    let rules: Vec<Value> = used.iter().map(|name| rule(name, gravest(*name).unwrap_or(Severity::Info))).collect();
    let issues: Vec<Value> = run.diagnostics.iter().map(|it| issue(run, it)).collect();
    serde_json::to_writer_pretty(&mut *write, &json!({ "rules": rules, "issues": issues }))?;
    writeln!(write)
}

fn rule(name: &'static str, gravest: Severity) -> Value {
    let info = rule_info(name);
    let title = info.rule.map_or_else(|| format!("ShellCheck {name}"), |rule| rule.summary.to_string());
    let hover = info.rule.map(|rule| rule.hover()).unwrap_or_default();
    let (quality, kind) = match info.rule.map_or("shell", |rule| rule.category) {
        "security" => ("SECURITY", "VULNERABILITY"),
        "syntax" | "runtime" | "shell" => ("RELIABILITY", "BUG"),
        _ => ("MAINTAINABILITY", "CODE_SMELL"),
    };
    json!({
        "id": name,
        "name": title,
        "description": format!("{hover} {}", info.url).trim_start(),
        "engineId": ENGINE,
        "cleanCodeAttribute": "CONVENTIONAL",
        "type": kind,
        "severity": severity(gravest),
        "impacts": [{ "softwareQuality": quality, "severity": impact(gravest) }],
    })
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "CRITICAL",
        Severity::Warning => "MAJOR",
        Severity::Info => "MINOR",
        Severity::Hint => "INFO",
    }
}

fn impact(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "HIGH",
        Severity::Warning => "MEDIUM",
        Severity::Info | Severity::Hint => "LOW",
    }
}

fn issue(run: &Run, diagnostic: &Diagnostic) -> Value {
    let mut issue = json!({
        "ruleId": diagnostic.rule,
        "primaryLocation": location(run, &diagnostic.primary, &full_message(diagnostic)),
    });
    if !diagnostic.secondary.is_empty() {
        let others = diagnostic.secondary.iter().map(|label| location(run, label, &label.message));
        issue["secondaryLocations"] = others.collect();
    }
    issue
}

/// Lines from 1, columns from 0 in UTF-16 as Java counts; an empty range is refused there, so that it
/// becomes its line.
fn location(run: &Run, label: &Label, message: &str) -> Value {
    let source = run.sources.get(label.file);
    let column = |offset| source.lines().utf16_column(&source.text, offset);
    let (start, end) = (source.line(label.span.start), source.line(label.span.end));
    let range = if label.span.is_empty() {
        json!({ "startLine": start })
    } else {
        json!({
            "startLine": start,
            "startColumn": column(label.span.start),
            "endLine": end,
            "endColumn": column(label.span.end),
        })
    };
    json!({ "message": message, "filePath": run.path(label.file), "textRange": range })
}
