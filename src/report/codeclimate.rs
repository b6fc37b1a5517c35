use std::io::{self, Write};

use serde_json::{Value, json};

use crate::diagnostic::{Diagnostic, Severity};

use super::fingerprint::{fingerprints, with_path};
use super::place::Place;
use super::{Run, full_message, rule_info};

/// Writes Code Climate's issues, each followed by a NUL as its engines do.
/// <https://github.com/codeclimate/platform/blob/master/spec/analyzers/SPEC.md>
pub fn codeclimate(write: &mut dyn Write, run: &Run) -> io::Result<()> {
    for issue in issues(run) {
        serde_json::to_writer(&mut *write, &issue)?;
        write.write_all(b"\0")?;
    }
    Ok(())
}

/// Writes the list of issues that GitLab's Code Quality report takes.
/// <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>
pub fn gitlab(write: &mut dyn Write, run: &Run) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *write, &issues(run).collect::<Vec<_>>())?;
    writeln!(write)
}

fn issues<'r>(run: &'r Run) -> impl Iterator<Item = Value> + 'r {
    let prints = fingerprints(run.sources, run.diagnostics);
    run.diagnostics.iter().zip(prints).map(|(diagnostic, print)| issue(run, diagnostic, &print))
}

fn issue(run: &Run, diagnostic: &Diagnostic, print: &str) -> Value {
    let file = diagnostic.primary.file;
    let place = Place::of(run.sources, file, diagnostic.primary.span);
    let path = run.path(file);
    let info = rule_info(diagnostic.rule);
    json!({
        "type": "issue",
        "check_name": diagnostic.rule,
        "description": full_message(diagnostic),
        "content": { "body": format!("See {}", info.url) },
        "categories": [category(info.rule.map_or("shell", |rule| rule.category))],
        "severity": severity(diagnostic.severity),
        "fingerprint": with_path(&path, print),
        "location": { "path": path, "lines": { "begin": place.line, "end": place.end_line } },
    })
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "critical",
        Severity::Warning => "major",
        Severity::Info => "minor",
        Severity::Hint => "info",
    }
}

fn category(of_rule: &str) -> &'static str {
    match of_rule {
        "security" => "Security",
        "style" => "Style",
        "docs" => "Clarity",
        "cache" | "size" => "Performance",
        _ => "Bug Risk",
    }
}
