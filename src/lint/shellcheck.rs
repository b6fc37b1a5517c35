//! ShellCheck's findings for the shell code of a Dockerfile, as diagnostics.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use rayon::prelude::*;

use super::Input;
use crate::config::{Config, Preset, ShellEngine};
use crate::diagnostic::Diagnostic;
use crate::model::{Family, Model, Scope, Stage, Step, family};
use crate::shell::{self, CheckOptions, Dialect, Finding, Job, Names, Script};
use crate::text::FileId;

/// Build arguments that every RUN sees without a declaration; those in capitals are never doubted.
const PROXIES: [&str; 5] = ["http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy"];

/// What BusyBox ash has although a strictly POSIX shell does not: nothing to worry about on Alpine.
const FINE_ON_ALPINE: [u16; 5] = [3010, 3014, 3020, 3037, 3060];

/// The findings for every piece of shell code, all from one engine.
pub(super) fn findings(model: &Model, input: &Input) -> Vec<Diagnostic> {
    let Input { file, config, memo, .. } = *input;
    if config.shell.value == ShellEngine::Off || !config.wants_shellcheck() {
        return Vec::new();
    }
    let steps: Vec<(&Stage, &Step)> = model.steps().filter(|(_, step)| !step.scripts().is_empty()).collect();
    let known: Vec<Known> = steps.iter().map(|(_, step)| Known(&step.before.scope)).collect();
    let quiet_known = config.quiet_known_variables();
    let mut stages = Vec::new();
    let mut jobs = Vec::new();
    for ((stage, step), known) in steps.iter().zip(&known) {
        let options = CheckOptions { known_variables: Some(known), quiet_known, memo };
        jobs.extend(step.scripts().iter().map(|script| Job { script, options }));
        stages.resize(jobs.len(), *stage);
    }
    let all = config.preset.value != Preset::Recommended;
    let found = run(&jobs, input).into_iter().zip(jobs.iter().zip(stages));
    found
        .flat_map(|(findings, (job, stage))| {
            let matters = move |it: &Finding| all || matters(model, stage, job.script, it.code);
            findings.into_iter().filter(matters)
        })
        .filter_map(|it| diagnostic(it, file, config))
        .collect()
}

/// False for what a strictly POSIX shell lacks where `/bin/sh` is not one, or might not be.
fn matters(model: &Model, stage: &Stage, script: &Script, code: u16) -> bool {
    if code < 3000 || script.dialect != Dialect::Sh {
        return true;
    }
    match family(model, stage) {
        Some(Family::Debian) => true,
        Some(Family::Alpine) => !FINE_ON_ALPINE.contains(&code),
        _ => false,
    }
}

/// The variables that a step sees. Listing them for every step would take time by the square.
#[derive(Debug)]
struct Known<'a>(&'a Scope);

impl Names for Known<'_> {
    fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some() || PROXIES.contains(&name)
    }
}

/// From this many scripts on it is worth while to share the work among the processors.
const MANY: usize = 256;

/// The findings of each job.
fn run(jobs: &[Job], input: &Input) -> Vec<Vec<Finding>> {
    let engine = input.config.shell.value;
    let asked = input.shellcheck.filter(|_| engine != ShellEngine::Native);
    match asked.and_then(|external| external.check(jobs)) {
        Some(findings) => findings,
        // Whoever insists on the program gets its failure told by the host, not another's opinion.
        None if engine == ShellEngine::External => Vec::new(),
        None if jobs.len() < MANY => jobs.iter().take_while(|_| !input.is_stopped()).map(native).collect(),
        None => jobs.par_iter().map(|job| if input.is_stopped() { Vec::new() } else { native(job) }).collect(),
    }
}

/// A script on which the engine falls over gives none.
fn native(job: &Job) -> Vec<Finding> {
    catch_unwind(AssertUnwindSafe(|| shell::check(job.script, &job.options))).unwrap_or_default()
}

fn diagnostic(finding: Finding, file: FileId, config: &Config) -> Option<Diagnostic> {
    let name = code_name(finding.code);
    let severity = config.code_severity(name, finding.level)?;
    Some(Diagnostic::new(name, severity, file, finding.span, finding.message).fix(finding.fix))
}

/// The name of a code by its words; `None` for what is no code.
pub(super) fn code_named(name: &str) -> Option<&'static str> {
    let code = name.strip_prefix("SC").filter(|_| crate::rules::is_shellcheck_code(name))?;
    code.parse().ok().map(code_name)
}

/// `SC2086` for 2086, made once for each code.
fn code_name(code: u16) -> &'static str {
    static NAMES: Mutex<BTreeMap<u16, &str>> = Mutex::new(BTreeMap::new());
    let mut names = NAMES.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    names.entry(code).or_insert_with(|| Box::leak(format!("SC{code:04}").into_boxed_str()))
}
