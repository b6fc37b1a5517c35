//! `dockerignore.json`: whether `patterns` hold `path`, and how an ignore file is read.

use cachalot::syntax::dockerignore::{Dockerignore, Matcher, clean_path};
use serde_json::Value;

/// Runs one case; the error says what was expected and what came.
pub(crate) fn check(case: &Value) -> Result<(), String> {
    if case["kind"] == "ignorefile" {
        let content = case["content"].as_str().ok_or("no content")?;
        let read = Value::from_iter(Dockerignore::parse(content).patterns.into_iter().map(|pattern| pattern.text));
        return if read == case["expected"] { Ok(()) } else { Err(format!("got {read}")) };
    }
    let patterns: Vec<String> = serde_json::from_value(case["patterns"].clone()).map_err(|error| error.to_string())?;
    let path = case["path"].as_str().ok_or("no path")?;
    let outcome = Matcher::new(&patterns).map(|matcher| matches(&matcher, path));
    match outcome {
        Ok(matched) if case["error"].is_null() && Value::Bool(matched) == case["match"] => Ok(()),
        Err(_) if !case["error"].is_null() => Ok(()),
        other => Err(format!("{patterns:?} on {path}: expected {} {}, got {other:?}", case["match"], case["error"])),
    }
}

/// As the package-level function: the path is cleaned, and the root is never excluded.
fn matches(matcher: &Matcher, path: &str) -> bool {
    let path = clean_path(path);
    path != "." && matcher.excludes(&path)
}
