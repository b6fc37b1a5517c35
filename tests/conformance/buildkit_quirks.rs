//! Probes of odd syntax: what BuildKit's parser refuses, in its own words, and what it accepts.

use cachalot::diagnostic::Severity;
use cachalot::syntax::dockerfile::parse;
use cachalot::text::{FileId, Source};
use serde_json::Value;

use crate::{same, text};

pub(crate) fn check(case: &Value) -> Result<(), String> {
    let source = text(case, "dockerfile");
    let (_, diagnostics) = parse(FileId(0), source);
    let is_error = |diagnostic: &&cachalot::diagnostic::Diagnostic| diagnostic.severity == Severity::Error;
    let first = diagnostics.iter().find(is_error);
    let lines = Source::new("Dockerfile", source);
    let found = first.map(|error| (lines.line(error.primary.span.start), error.message.as_str()));
    match text(case, "check_err") {
        "" => same("error", found, None),
        error if is_later(error) => same("error", found, None),
        error => match error.strip_prefix("dockerfile parse error on line ").and_then(|rest| rest.split_once(": ")) {
            Some((line, message)) => same("error", found, Some((line.parse().unwrap_or(0), message))),
            None => same("error", found.map(|(_, message)| message), Some(error)),
        },
    }
}

/// True for what a build finds only when it knows stages, variables and folders.
fn is_later(error: &str) -> bool {
    let later = ["variable expansion is not supported for --from", "invalid mount target"];
    later.iter().any(|known| error.starts_with(known))
}
