//! hadolint's own expectations: a Dockerfile linted with all rules on, and whether one rule reports.

use cachalot::config::{Loaded, Overrides};
use cachalot::lint::{FileKind, Input, lint};
use cachalot::rules;
use cachalot::text::{Source, Sources};
use serde_json::Value;

use crate::{same, text};

/// Cases in which hadolint is wrong, with the reason.
pub(crate) const KNOWN: &[(&str, &str)] = &[
    (
        "Shellcheck / Complain on missing env vars",
        "ShellCheck is silent about $RTTP_PROXY unless HTTP_PROXY is exported",
    ),
    ("Shellcheck / Can change the shell check to bash", "ONBUILD sees the SHELL before it, so $RANDOM is fine"),
];

pub(crate) fn check(case: &Value) -> Result<(), String> {
    let code = text(case, "rule");
    // That hadolint has nothing to say does not bind the rules that it lacks.
    let is_theirs =
        |rule: &str| rules::by_name(rule).is_some_and(|it| it.aliases.iter().any(|it| it.starts_with("DL")));
    let wanted = |rule: &str| {
        code == "*" && is_theirs(rule) || rules::named(code).iter().any(|it| it.name == rule) || is_shell(code, rule)
    };
    if rules::named(code).is_empty() && code.starts_with("DL") {
        return Err(format!("no rule has the alias {code}"));
    }
    let mut sources = Sources::default();
    let file = sources.add(Source::new("Dockerfile", text(case, "dockerfile")));
    let config = config(case)?;
    let found = lint(&Input::new(&sources, file, FileKind::Dockerfile, &config));
    let found: Vec<_> = found.iter().filter(|it| wanted(it.rule)).collect();
    let reported: Vec<_> = found.iter().map(|it| format!("{}: {}", it.rule, it.message)).collect();
    match (text(case, "expect"), case.get("exact_count").and_then(Value::as_u64)) {
        ("catches", Some(count)) => same("reports", found.len() as u64, count),
        ("catches", None) if found.is_empty() => Err("nothing is reported".to_string()),
        ("catches_not", _) => same("reports", reported, Vec::new()),
        _ => Ok(()),
    }
}

fn is_shell(code: &str, rule: &str) -> bool {
    code.starts_with("SC") && (rules::is_shellcheck_code(rule) || rule == "shellcheck")
}

fn config(case: &Value) -> Result<cachalot::config::Config, String> {
    let all = Overrides { preset: Some(cachalot::config::Preset::All), ..Overrides::default() };
    let loaded = match case.get("config") {
        Some(Value::String(yaml)) => Loaded::from_text(".hadolint.yaml", yaml).map_err(|error| error.to_string())?,
        Some(value @ Value::Object(_)) => {
            Loaded::from_text(".hadolint.yaml", &value.to_string()).map_err(|error| error.to_string())?
        }
        _ => Loaded::none(),
    };
    loaded.resolve("Dockerfile", &all).map_err(|error| error.to_string())
}
