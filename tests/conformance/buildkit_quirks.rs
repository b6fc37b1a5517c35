//! Probes of odd syntax: what BuildKit's checks report and refuse, in its own words.

use cachalot::diagnostic::Severity;
use cachalot::syntax::dockerfile::parse;
use cachalot::text::{FileId, Source};
use serde_json::Value;

use crate::{same, text};

pub(crate) fn check(case: &Value) -> Result<(), String> {
    crate::buildkit_check::compare(case, "check")?;
    let Some((line, message)) =
        text(case, "check_err").strip_prefix("dockerfile parse error on line ").and_then(|rest| rest.split_once(": "))
    else {
        return Ok(());
    };
    let source = text(case, "dockerfile");
    let (_, diagnostics) = parse(FileId(0), source);
    let first = diagnostics.iter().find(|diagnostic| diagnostic.severity == Severity::Error);
    let lines = Source::new("Dockerfile", source);
    let found = first.map(|error| (lines.line(error.primary.span.start), error.message.as_str()));
    same("error", found, Some((line.parse().unwrap_or(0), message)))
}
