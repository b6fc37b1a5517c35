//! What `docker build --check` says of one file: rules, lines, wording and the error that stops it.

use cachalot::config::{Loaded, Overrides, Preset};
use cachalot::diagnostic::{Diagnostic, Severity};
use cachalot::lint::{FileKind, Input, lint};
use cachalot::model::MemoryFiles;
use cachalot::rules;
use cachalot::syntax::dockerfile::parse;
use cachalot::text::{FileId, Source, Sources};
use serde_json::Value;

use crate::{same, text};

pub(crate) fn check(case: &Value) -> Result<(), String> {
    compare(case, "expect_check")
}

/// Our own probes of the real builder, in `fixtures/buildkit`.
pub(crate) fn check_probe(case: &Value) -> Result<(), String> {
    compare(case, "check")
}

/// Holds the preset `buildkit` against the list in `field` and the error in `check_err`.
pub(crate) fn compare(case: &Value, field: &str) -> Result<(), String> {
    let found = linted(case);
    let dockerfile = text(case, "dockerfile");
    let mut checks: Vec<Finding> = found.iter().flat_map(|diagnostic| finding(dockerfile, diagnostic)).collect();
    let mut wanted: Vec<Finding> = case[field].as_array().into_iter().flatten().map(wanted).collect();
    checks.sort();
    wanted.sort();
    let error = text(case, "check_err");
    if !error.is_empty() {
        // BuildKit stops at the error; we go on.
        checks.retain(|check| wanted.contains(check));
    }
    same("checks", checks, wanted)?;
    let fails = |diagnostic: &&Diagnostic| diagnostic.severity == Severity::Error;
    let errors: Vec<&Diagnostic> = found.iter().filter(fails).collect();
    match error {
        "" => {
            let hard = errors.iter().filter(|error| buildkit_name(error).is_none());
            same("errors", hard.map(|error| error.message.clone()).collect::<Vec<_>>(), Vec::new())
        }
        error if error.starts_with("lint violation found") => same("an error", errors.is_empty(), false),
        error => {
            let message = error.strip_prefix("dockerfile parse error on line ").and_then(|rest| rest.split_once(": "));
            let message = message.map_or(error, |(_, message)| message);
            let told =
                errors.iter().any(|error| error.message == message) || found.iter().any(|it| is_told_by(it, message));
            same("error", told, true).map_err(|_| format!("{message} is not among {errors:#?}"))
        }
    }
}

/// Some errors are told by the check that speaks of the same fault.
fn is_told_by(error: &Diagnostic, message: &str) -> bool {
    error.rule == "invalid-default-arg-in-from"
        && (message.starts_with("failed to parse stage name") || message.starts_with("base name"))
}

/// Rule, first line, message.
type Finding = (String, u32, String);

fn wanted(value: &Value) -> Finding {
    let line = value["line"].as_u64().unwrap_or_default() as u32;
    (text(value, "rule").to_string(), line, text(value, "detail").to_string())
}

fn buildkit_name(diagnostic: &Diagnostic) -> Option<&'static str> {
    rules::by_name(diagnostic.rule).and_then(|rule| rule.buildkit_name())
}

/// A diagnostic in BuildKit's terms: the first line of the instruction, or the last one that an
/// empty line is part of.
fn finding(dockerfile: &str, diagnostic: &Diagnostic) -> Option<Finding> {
    let rule = buildkit_name(diagnostic)?;
    let source = Source::new("Dockerfile", dockerfile);
    let line = source.line(diagnostic.primary.span.start);
    let (tree, _) = parse(FileId(0), dockerfile);
    let instruction = tree.instructions.iter().find(|it| (it.lines.0..=it.lines.1).contains(&line));
    let line = match instruction {
        Some(instruction) if rule == "NoEmptyContinuation" => {
            let end = source.line(instruction.logical.to_source(instruction.logical.text.len() as u32));
            instruction.blank_lines.last().copied().unwrap_or(end).max(end)
        }
        Some(instruction) => instruction.lines.0,
        None => line,
    };
    Some((rule.to_string(), line, diagnostic.message.clone()))
}

fn linted(case: &Value) -> Vec<Diagnostic> {
    let build_args = |object: &Value, prefix: &str| -> Vec<(String, String)> {
        let pairs = object.as_object().into_iter().flatten();
        let named = pairs.filter_map(|(key, value)| Some((key.strip_prefix(prefix)?, value.as_str()?)));
        named.map(|(key, value)| (key.to_string(), value.to_string())).collect()
    };
    let overrides = Overrides {
        preset: Some(Preset::Buildkit),
        build_args: build_args(&case["frontend_attrs"], "build-arg:"),
        target: case["frontend_attrs"]["target"].as_str().map(str::to_string),
        ..Overrides::default()
    };
    let config = Loaded::none().resolve("Dockerfile", &overrides).expect("the preset exists");
    let mut sources = Sources::default();
    let file = sources.add(Source::new("Dockerfile", text(case, "dockerfile")));
    let context = case["context_files"].as_object().into_iter().flatten();
    let files: Vec<(&str, &str)> = context.filter_map(|(path, text)| Some((path.as_str(), text.as_str()?))).collect();
    let files = MemoryFiles::new(files);
    lint(&Input::new(&sources, file, FileKind::Dockerfile, &config).with_context(&files, Some("Dockerfile")))
}
