use crate::model::order::{EarlyVariable, declare_later, early_variables};
use crate::rules::DockerfileCx;
use crate::syntax::dockerfile::Word;

use super::shared::code;

/// Reports the project's own version where it stands above installs that do not use it.
pub(crate) fn check(cx: &mut DockerfileCx) {
    for early in early_variables(cx.model, &|it| is_own_version(it.name) && it.value.is_some_and(is_version)) {
        report(cx, &early);
    }
}

fn report(cx: &mut DockerfileCx, early: &EarlyVariable) {
    let title = code(&early.installs[0].0.meaning.title());
    let message = format!("each release's new {} reruns {title}, which does not use it", code(early.name));
    let fix = declare_later(early, &cx.source.text);
    let mut report = cx.report(early.span, message).fix(fix);
    for (install, _) in early.installs.iter().take(5) {
        report = report.label(install.command.span, "rebuilt whenever the value changes");
    }
    report.note("set it below the installs");
}

/// True for a name that says the version of the project and of nothing else.
fn is_own_version(name: &str) -> bool {
    const OWN: &[&str] = &["APP", "APPLICATION", "PROJECT", "IMAGE", "SERVICE", "PACKAGE", "PKG", "BUILD", "RELEASE"];
    const WHAT: &[&str] = &["VERSION", "RELEASE", "REVISION", "VER"];
    let name = name.to_ascii_uppercase();
    let parts: Vec<&str> = name.split('_').collect();
    parts.iter().all(|part| OWN.contains(part) || WHAT.contains(part))
        && (parts.iter().any(|part| WHAT.contains(part)) && parts.len() > 1 || name == "RELEASE")
}

/// `1.2`, `v2.0.0-rc1`, `2026.11.1`.
fn is_version(value: &Word) -> bool {
    let value = value.raw.trim_matches(['"', '\'']);
    let digits = value.strip_prefix('v').unwrap_or(value);
    digits.starts_with(|c: char| c.is_ascii_digit()) && value.contains('.') && !value.contains(['$', '/', '='])
}
