//! ShellCheck's findings for the shell code of a Dockerfile, as diagnostics.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

use crate::config::{Config, Preset, ShellEngine};
use crate::diagnostic::Diagnostic;
use crate::model::{Model, Step};
use crate::shell::{self, CheckOptions, Finding};
use crate::text::FileId;

/// Build arguments that every RUN sees without a declaration; those in capitals are never doubted.
const PROXIES: [&str; 5] = ["http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy"];

/// The findings for every piece of shell code. A script on which the engine falls over gives none.
pub(super) fn findings(model: &Model, file: FileId, config: &Config) -> Vec<Diagnostic> {
    // An external engine is a program, which only the host may start.
    let native = matches!(config.shell.value, ShellEngine::Native | ShellEngine::Auto);
    if !native || !config.wants_shellcheck() {
        return Vec::new();
    }
    let steps = model.steps().filter(|(_, step)| !step.scripts.is_empty());
    steps.flat_map(|(_, step)| about_step(step, config)).filter_map(|it| diagnostic(it, file, config)).collect()
}

fn about_step(step: &Step, config: &Config) -> Vec<Finding> {
    let scope = step.before.scope.iter().map(|(name, _)| name.clone());
    let known: Vec<String> = scope.chain(PROXIES.map(str::to_owned)).collect();
    let quiet_known = config.preset.value == Preset::Hadolint;
    let options = CheckOptions { known_variables: &known, quiet_known };
    let check = |script| catch_unwind(AssertUnwindSafe(|| shell::check(script, &options))).unwrap_or_default();
    step.scripts.iter().flat_map(check).collect()
}

fn diagnostic(finding: Finding, file: FileId, config: &Config) -> Option<Diagnostic> {
    let name = code_name(finding.code)?;
    let severity = config.code_severity(name, finding.level)?;
    Some(Diagnostic::new(name, severity, file, finding.span, finding.message).fix(finding.fix))
}

/// `SC2086` for 2086: made once for each code that the engine knows.
pub(super) fn code_name(code: u16) -> Option<&'static str> {
    static NAMES: OnceLock<HashMap<u16, &'static str>> = OnceLock::new();
    let name = |code: u16| (code, &*Box::leak(format!("SC{code:04}").into_boxed_str()));
    NAMES.get_or_init(|| shell::codes().into_iter().map(name).collect()).get(&code).copied()
}
