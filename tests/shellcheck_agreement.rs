//! Holds the native engine against the real ShellCheck on `fixtures/shell/snippets`, so that an
//! upgrade of the linter's crate cannot quietly change what is found. `CACHALOT_SNIPPETS` names
//! another folder of such files.
#![cfg(feature = "shellcheck-native")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use cachalot::shell::{
    CheckOptions, Dialect, Job, Script, check, parse, parse_shellcheck_output, shellcheck_arguments,
};
use cachalot::text::Spliced;

/// Findings as pairs of snippet and code.
type Pairs = BTreeSet<(usize, u16)>;

#[test]
#[ignore = "needs shellcheck on PATH; .ci/run installs it"]
fn agrees_with_shellcheck() {
    let scripts = snippets();
    assert!(scripts.len() >= 150, "only {} snippets", scripts.len());
    let theirs = theirs(&scripts);
    let ours: Pairs = scripts
        .iter()
        .enumerate()
        .flat_map(|(at, script)| {
            check(script, &CheckOptions::default()).into_iter().map(move |finding| (at, finding.code))
        })
        .collect();
    let both = ours.intersection(&theirs).count();
    table(&ours, &theirs, &scripts);
    let precision = both as f64 / ours.len() as f64;
    let recall = both as f64 / theirs.len() as f64;
    println!("precision {precision:.3}, recall {recall:.3} on {} snippets", scripts.len());
    assert!(precision >= 0.98, "precision {precision:.3}");
    assert!(recall >= 0.95, "recall {recall:.3}");
}

/// Prints for each code how many snippets both, only ShellCheck and only we report it in.
fn table(ours: &Pairs, theirs: &Pairs, scripts: &[Script]) {
    let mut rows: BTreeMap<u16, [usize; 3]> = BTreeMap::new();
    for pair in ours.union(theirs) {
        let column = match (ours.contains(pair), theirs.contains(pair)) {
            (true, true) => 0,
            (false, _) => 1,
            (true, false) => 2,
        };
        rows.entry(pair.1).or_default()[column] += 1;
        if column > 0 {
            let who = if column == 1 { "missed" } else { "extra" };
            println!("{who} SC{} {:?} in {:?}", pair.1, scripts[pair.0].dialect, scripts[pair.0].text.text);
        }
    }
    println!("{:>8} {:>5} {:>7} {:>6}", "code", "both", "missed", "extra");
    for (code, [both, missed, extra]) in &rows {
        println!("{:>8} {both:>5} {missed:>7} {extra:>6}", format!("SC{code}"));
    }
    println!("{} codes", rows.len());
}

fn snippets() -> Vec<Script> {
    let folder = std::env::var("CACHALOT_SNIPPETS").unwrap_or_else(|_| "fixtures/shell/snippets".into());
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("the folder is part of the repository")
        .map(|entry| entry.expect("readable").path())
        .collect();
    files.sort();
    let texts = files.iter().map(|file| fs::read_to_string(file).expect("readable"));
    texts.flat_map(|text| text.split("\n--- ").map(snippet).collect::<Vec<_>>()).collect()
}

fn snippet(text: &str) -> Script {
    let (name, body) = text.trim_start_matches("--- ").split_once('\n').expect("a dialect line");
    parse(Spliced::verbatim(body.trim_end_matches('\n'), 0), Dialect::of_program(name))
}

/// What ShellCheck finds, one process per dialect.
fn theirs(scripts: &[Script]) -> Pairs {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |at: usize| folder.path().join(format!("{at}.sh")).to_string_lossy().into_owned();
    let mut by_dialect: BTreeMap<Dialect, Vec<usize>> = BTreeMap::new();
    for (at, script) in scripts.iter().enumerate() {
        fs::write(path(at), &script.text.text).expect("writable");
        by_dialect.entry(script.dialect).or_default().push(at);
    }
    let mut found = Pairs::new();
    let chunks = by_dialect.iter().flat_map(|(dialect, all)| all.chunks(200).map(move |some| (*dialect, some)));
    for (dialect, members) in chunks {
        let arguments = shellcheck_arguments(dialect).expect("a dialect that ShellCheck knows");
        let files = members.iter().map(|at| path(*at));
        let output = Command::new("shellcheck").args(arguments).args(files).output().expect("shellcheck on PATH");
        let json = String::from_utf8(output.stdout).expect("UTF-8");
        let index = |file: &str| Path::new(file).file_stem()?.to_str()?.parse::<usize>().ok();
        let job_of = |file: &str| Some(Job { script: scripts.get(index(file)?)?, options: CheckOptions::default() });
        let answer = parse_shellcheck_output(&json, job_of).expect("the format json1");
        for (file, findings) in answer {
            let at = index(&file).expect("a name of ours");
            found.extend(findings.iter().map(|finding| (at, finding.code)));
        }
    }
    found
}
