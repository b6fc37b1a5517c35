//! Runs the cases that others wrote or observed: the JSON files of the folder named by
//! `CACHALOT_CASES`, by default `../shared/cases`. Without the folder there is nothing to run.
//!
//! A module per file checks one of its cases at a time. A case that fails fails the test, unless
//! its suite lists it as a known difference with the reason; a listed case that passes fails too,
//! so that the list stays true.

mod buildkit_cache;
mod buildkit_check;
mod buildkit_parser;
mod buildkit_quirks;
mod copy_before_install;
mod dockerignore;
mod hadolint;
mod variable_expansion;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;

type Check = fn(&Value) -> Result<(), String>;

/// One file of cases.
struct Suite {
    file: &'static str,
    /// Runs one case; the error says what was expected and what came. `None` runs nothing yet.
    check: Option<Check>,
    /// Names of cases that may fail, with the reason.
    known: &'static [(&'static str, &'static str)],
}

const SUITES: [Suite; 10] = [
    Suite { file: "buildkit-parser.json", check: Some(buildkit_parser::check), known: &[] },
    Suite { file: "buildkit-quirks.json", check: Some(buildkit_quirks::check), known: &[] },
    Suite { file: "variable-expansion.json", check: Some(variable_expansion::check), known: &[] },
    Suite { file: "dockerignore.json", check: Some(dockerignore::check), known: &[] },
    Suite { file: "hadolint.json", check: Some(hadolint::check), known: hadolint::KNOWN },
    Suite { file: "buildkit-check.json", check: Some(buildkit_check::check), known: &[] },
    Suite { file: "fixtures/buildkit/checks.json", check: Some(buildkit_check::check_probe), known: &[] },
    Suite { file: "fixtures/buildkit/probes.json", check: Some(buildkit_check::check_probe), known: &[] },
    Suite { file: "copy-before-install.json", check: Some(copy_before_install::check), known: &[] },
    Suite { file: "buildkit-cache.json", check: Some(buildkit_cache::check), known: &[] },
];

fn main() {
    let arguments = Arguments::from_args();
    let folder = folder();
    let mut trials = Vec::new();
    let mut tallies = Vec::new();
    for suite in &SUITES {
        let cases = suite.check.and_then(|check| Some((check, read(&folder, suite.file)?)));
        let (check, cases) = cases.unwrap_or((|_| Ok(()), Vec::new()));
        let tally = Tally { file: suite.file, total: cases.len(), passed: Arc::default(), known: Arc::default() };
        trials.extend(cases.into_iter().enumerate().map(|(at, case)| trial(suite, check, at, case, &tally)));
        tallies.push(tally);
    }
    let listing = arguments.list;
    let conclusion = libtest_mimic::run(&arguments, trials);
    if !listing {
        tallies.iter().for_each(Tally::print);
    }
    conclusion.exit();
}

struct Tally {
    file: &'static str,
    total: usize,
    passed: Arc<AtomicUsize>,
    known: Arc<AtomicUsize>,
}

impl Tally {
    fn print(&self) {
        let known = self.known.load(Ordering::Relaxed);
        let passed = self.passed.load(Ordering::Relaxed);
        let note = if known > 0 { format!(" ({known} known differences)") } else { String::new() };
        println!("{}: {passed} of {} passed{note}", self.file, self.total);
    }
}

fn folder() -> PathBuf {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/cases");
    std::env::var_os("CACHALOT_CASES").map_or_else(default, PathBuf::from)
}

fn read(folder: &Path, file: &str) -> Option<Vec<Value>> {
    // Cases of our own are always there.
    let folder = if file.starts_with("fixtures/") { Path::new(env!("CARGO_MANIFEST_DIR")) } else { folder };
    let text = std::fs::read_to_string(folder.join(file)).ok()?;
    Some(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}")))
}

fn trial(suite: &Suite, check: fn(&Value) -> Result<(), String>, at: usize, case: Value, tally: &Tally) -> Trial {
    let name = ["name", "id", "input", "path"].iter().map(|field| text(&case, field)).find(|name| !name.is_empty());
    let name = name.unwrap_or_default();
    let known = suite.known.iter().find(|(listed, _)| *listed == name).map(|(_, reason)| *reason);
    let (passed, known_count) = (tally.passed.clone(), tally.known.clone());
    let title = format!("{}::{at:04}::{}", suite.file, name.escape_debug());
    Trial::test(title, move || match (check(&case), known) {
        (Ok(()), None) => {
            passed.fetch_add(1, Ordering::Relaxed);
            Ok(())
        }
        (Ok(()), Some(reason)) => Err(Failed::from(format!("passes; no longer a known difference: {reason}"))),
        (Err(_), Some(_)) => {
            known_count.fetch_add(1, Ordering::Relaxed);
            Ok(())
        }
        (Err(message), None) => Err(Failed::from(message)),
    })
}

/// The text of a field, or nothing.
pub(crate) fn text<'v>(case: &'v Value, field: &str) -> &'v str {
    case.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// Fails with both sides where they differ.
pub(crate) fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: T, wanted: T) -> Result<(), String> {
    if found == wanted { Ok(()) } else { Err(format!("{what}\n  found: {found:?}\n wanted: {wanted:?}")) }
}
