use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use serde_json::{Value, json};

use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix, Label, Severity};
use crate::rules::{self, Rule};
use crate::text::{FileId, Sources, Span};

use super::fingerprint::fingerprints;
use super::place::Place;
use super::{Run, full_message, rule_info};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Writes SARIF 2.1.0: the rules that reported with their pages, regions, related places, fixes,
/// and fingerprints that outlive moved lines.
pub fn sarif(write: &mut dyn Write, run: &Run) -> io::Result<()> {
    let mut rules: BTreeMap<&'static str, usize> = run.diagnostics.iter().map(|it| (it.rule, 0)).collect();
    rules.values_mut().enumerate().for_each(|(at, index)| *index = at);
    let prints = fingerprints(run.sources, run.diagnostics);
    let results: Vec<Value> =
        run.diagnostics.iter().zip(prints).map(|(it, print)| result(run.sources, it, rules[it.rule], print)).collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "cachalot",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules.keys().map(|name| descriptor(name)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    serde_json::to_writer_pretty(&mut *write, &log)?;
    writeln!(write)
}

fn descriptor(name: &'static str) -> Value {
    let info = rule_info(name);
    let Some(rule) = info.rule else {
        return code_descriptor(name, &info.url);
    };
    json!({
        "id": rule.name,
        "name": pascal(rule.name),
        "shortDescription": { "text": rule.summary },
        "fullDescription": { "text": rule.hover() },
        "help": { "text": help_text(rule), "markdown": rule.page() },
        "helpUri": info.url,
        "defaultConfiguration": { "enabled": rule.default, "level": level(rule.severity) },
        "properties": {
            "tags": [rule.category],
            "aliases": rule.aliases,
            "problem.severity": match rule.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Info | Severity::Hint => "recommendation",
            },
        },
    })
}

/// A code of ShellCheck, with our page of it if there is one.
fn code_descriptor(code: &str, url: &str) -> Value {
    let Some(page) = rules::code_page(code) else {
        return json!({
            "id": code,
            "shortDescription": { "text": format!("ShellCheck {code}") },
            "helpUri": url,
            "help": { "text": format!("See {url}") },
        });
    };
    json!({
        "id": code,
        "shortDescription": { "text": page.summary },
        "fullDescription": { "text": page.hover() },
        "help": { "text": format!("{}\n\n{}", page.summary, page.hover()), "markdown": page.page() },
        "helpUri": url,
        "properties": { "tags": ["shell"] },
    })
}

fn help_text(rule: &Rule) -> String {
    let hover = rule.hover();
    if hover.is_empty() { rule.summary.to_string() } else { format!("{}\n\n{hover}", rule.summary) }
}

fn pascal(name: &str) -> String {
    let capital = |word: &str| word.chars().next().map(|c| c.to_ascii_uppercase().to_string() + &word[1..]);
    name.split('-').filter_map(capital).collect()
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Hint => "note",
    }
}

fn result(sources: &Sources, diagnostic: &Diagnostic, rule_index: usize, print: String) -> Value {
    let mut result = json!({
        "ruleId": diagnostic.rule,
        "ruleIndex": rule_index,
        "level": level(diagnostic.severity),
        "message": { "text": full_message(diagnostic) },
        "locations": [location(sources, &diagnostic.primary)],
        "partialFingerprints": { "instruction/v1": print },
        "properties": { "severity": diagnostic.severity },
    });
    if !diagnostic.secondary.is_empty() {
        let related = diagnostic.secondary.iter().enumerate().map(|(at, label)| {
            let mut place = location(sources, label);
            place["id"] = json!(at + 1);
            place
        });
        result["relatedLocations"] = related.collect();
    }
    if let Some(fix) = &diagnostic.fix {
        result["fixes"] = json!([fix_object(sources, diagnostic.primary.file, fix)]);
    }
    result
}

fn location(sources: &Sources, label: &Label) -> Value {
    let mut location = json!({ "physicalLocation": {
        "artifactLocation": artifact(&sources.get(label.file).name),
        "region": region(sources, label.file, label.span),
    }});
    if !label.message.is_empty() {
        location["message"] = json!({ "text": label.message });
    }
    location
}

fn region(sources: &Sources, file: FileId, span: Span) -> Value {
    let place = Place::of(sources, file, span);
    json!({
        "sourceLanguage": language(&sources.get(file).name),
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    })
}

/// What viewers colour a file as; documents are read for the Dockerfile's sake, so the rest is one.
fn language(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("md" | "markdown") => "markdown",
        Some("yml" | "yaml") => "yaml",
        Some("toml") => "toml",
        Some("json") => "json",
        Some("hcl") => "hcl",
        _ => "dockerfile",
    }
}

fn fix_object(sources: &Sources, file: FileId, fix: &Fix) -> Value {
    let unsafe_ = if fix.applicability == Applicability::Unsafe { " (look before applying)" } else { "" };
    let replacement = |edit: &Edit| {
        json!({
            "deletedRegion": region(sources, file, edit.span),
            "insertedContent": { "text": edit.text },
        })
    };
    json!({
        "description": { "text": format!("{}{unsafe_}", fix.title) },
        "artifactChanges": [{
            "artifactLocation": artifact(&sources.get(file).name),
            "replacements": fix.edits.iter().map(replacement).collect::<Vec<_>>(),
        }],
    })
}

fn artifact(name: &str) -> Value {
    let absolute_windows = name.as_bytes().get(1) == Some(&b':');
    match () {
        () if name.starts_with('/') => json!({ "uri": format!("file://{}", encoded(name)) }),
        () if absolute_windows => json!({ "uri": format!("file:///{}", encoded(name).replacen("%3A", ":", 1)) }),
        () => json!({ "uri": encoded(name), "uriBaseId": "%SRCROOT%" }),
    }
}

/// Percent-encodes what a URI's path may not hold.
fn encoded(path: &str) -> String {
    path.bytes().fold(String::with_capacity(path.len()), |mut out, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b'@' | b'+' | b',' | b'=' => {
                out.push(byte as char);
            }
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
        out
    })
}
