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

/// Codes whose rules are still to come.
const NOT_YET: &[&str] = &[
    "DL1001", "DL3000", "DL3002", "DL3010", "DL3011", "DL3012", "DL3020", "DL3021", "DL3022", "DL3023", "DL3025",
    "DL3044", "DL3045", "DL3048", "DL3049", "DL3050", "DL3051", "DL3052", "DL3053", "DL3054", "DL3055", "DL3056",
    "DL3057", "DL3058", "DL3059", "DL3064", "DL3066", "DL3067", "DL4000", "DL4003", "DL4004",
];

pub(crate) fn check(case: &Value) -> Result<(), String> {
    let code = text(case, "rule");
    let wanted =
        |rule: &str| code == "*" || rules::named(code).iter().any(|it| it.name == rule) || is_shell(code, rule);
    if rules::named(code).is_empty() && code.starts_with("DL") {
        return if NOT_YET.contains(&code) { Ok(()) } else { Err(format!("no rule has the alias {code}")) };
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
