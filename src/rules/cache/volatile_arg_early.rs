use crate::diagnostic::Severity;
use crate::model::order::{Declared, EarlyVariable, declare_later, early_variables};
use crate::rules::DockerfileCx;
use crate::syntax::dockerfile::Word;

use super::shared::code;

/// Reports variables that hold a commit or a build date above installs that do not use them.
pub(crate) fn check(cx: &mut DockerfileCx) {
    for early in early_variables(cx.model, &is_new_each_time) {
        report(cx, &early);
    }
}

/// True for a variable that gets another value with each build.
pub(crate) fn is_new_each_time(variable: &Declared) -> bool {
    is_open(variable.value, variable.is_env) && is_volatile(variable.name)
}

fn report(cx: &mut DockerfileCx, early: &EarlyVariable) {
    let late = &early.installs;
    let name = early.name;
    let fix = declare_later(early, &cx.source.text);
    let first = &late[0].0;
    let message = format!("each new {} reruns {}, which does not use it", code(name), code(&first.meaning.title()));
    let severity = if late.iter().all(|(install, _)| install.cached) { Severity::Info } else { Severity::Error };
    let mut report = cx.report(early.span, message).at_most(severity).fix(fix);
    for (install, _) in late.iter().take(5) {
        report = report.label(install.command.span, "rebuilt whenever the value changes");
    }
    report.note("declare it right above the first step that uses it");
}

/// True for a variable without a fixed value.
fn is_open(value: Option<&Word>, is_env: bool) -> bool {
    if is_env { value.is_some_and(|it| !it.is_constant()) } else { value.is_none_or(is_placeholder) }
}

/// A default that only fills in for a value given with each build; anything else is a pinned version.
fn is_placeholder(value: &Word) -> bool {
    let value = value.raw.trim_matches(['"', '\'']).to_ascii_lowercase();
    ["", "unknown", "dev", "development", "none", "local", "n/a", "na", "0", "head", "undefined", "latest", "unset"]
        .contains(&value.as_str())
        || value.starts_with('$')
}

/// True for the name of a commit, a build's date or its number.
fn is_volatile(name: &str) -> bool {
    const JOINED: &[&str] =
        &["GITSHA", "GITCOMMIT", "GITHASH", "GITREV", "BUILDDATE", "BUILDTIME", "BUILDNUMBER", "BUILDID", "COMMITHASH"];
    const PARTS: &[&str] = &[
        "GIT",
        "VCS",
        "CI",
        "BUILD",
        "SOURCE",
        "HEAD",
        "APP",
        "IMAGE",
        "CURRENT",
        "COMMIT",
        "SHA",
        "SHA1",
        "SHORT",
        "HASH",
        "REF",
        "REV",
        "REVISION",
        "ID",
        "NUMBER",
        "NUM",
        "DATE",
        "TIME",
        "TIMESTAMP",
        "CREATED",
        "DATETIME",
        "GITHUB",
        "LAST",
    ];
    let name = name.to_ascii_uppercase();
    if JOINED.contains(&name.as_str()) {
        return true;
    }
    let parts: Vec<&str> = name.split('_').collect();
    let has = |words: &[&str]| parts.iter().any(|part| words.contains(part));
    parts.iter().all(|part| PARTS.contains(part))
        && (has(&["COMMIT", "REVISION", "TIMESTAMP", "DATETIME"])
            || name == "SHA"
            || has(&["GIT", "VCS", "GITHUB"]) && has(&["REF", "REV", "SHA", "SHA1", "HASH"])
            || has(&["BUILD", "IMAGE", "APP"])
                && has(&["DATE", "TIME", "NUMBER", "NUM", "ID", "CREATED", "SHA", "REV"]))
}
