//! Builds one after another as BuildKit did them (`fixtures/cache`): each was once predicted wrongly.
//! Logs as builders and CI systems write them (`fixtures/logs`), and what is read from them;
//! `UPDATE_LOGS=1` writes that anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use cachalot::cache::{BuildLog, Cache, LoggedStep, ReasonKind, Verdict};
use serde_json::Value;

#[allow(dead_code, reason = "fixtures are written by the end-to-end test")]
#[path = "support/cache_fixture.rs"]
mod cache_fixture;
#[allow(dead_code, reason = "only builders need the files")]
#[path = "support/cache_state.rs"]
mod cache_state;

#[test]
fn what_was_predicted_wrongly_once_is_right_now() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cache");
    let mut paths: Vec<_> = fs::read_dir(&folder).expect("is there").filter_map(|it| Some(it.ok()?.path())).collect();
    paths.sort();
    let problems: String = paths.iter().map(|path| check(path)).collect();
    assert!(problems.is_empty(), "\n{problems}");
    assert!(!paths.is_empty());
}

fn check(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("reads");
    let fixture: Value = serde_json::from_str(&text).expect("is JSON");
    let mut cache = Cache::default();
    let mut problems = String::new();
    for (number, build) in fixture["builds"].as_array().into_iter().flatten().enumerate() {
        let (state, seen) = cache_fixture::state_of(build, "nonce");
        let graph = state.graph();
        let verdicts = cache.build(&graph);
        let named: BTreeMap<&str, &Verdict> = graph.vertices.iter().map(|it| it.name.as_str()).zip(&verdicts).collect();
        let fails = verdicts.iter().any(|it| it.reason().is_some_and(|it| it.kind == ReasonKind::Missing));
        if fails != (build["fails"] == true) {
            problems += &format!("{}, build {number}: fails: {fails}\n", path.display());
        }
        for (name, cached) in seen {
            match named.get(name.as_str()) {
                None => problems += &format!("{}, build {number}: no vertex `{name}`\n", path.display()),
                Some(Verdict::Hit) if cached => {}
                Some(Verdict::Miss(_)) if !cached => {}
                Some(Verdict::Maybe(_))
                    if build["open"].as_array().is_some_and(|it| it.contains(&name.as_str().into())) => {}
                Some(_) if number == 0 => {}
                Some(other) => {
                    problems += &format!("{}, build {number}: {name}: cached {cached}, {other:?}\n", path.display());
                }
            }
        }
    }
    problems
}

#[test]
fn logs_are_read_through_what_ci_puts_around_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/logs");
    let mut paths: Vec<_> = fs::read_dir(&folder).expect("is there").filter_map(|it| Some(it.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|it| it == "log"));
    paths.sort();
    assert!(paths.len() > 10);
    for path in paths {
        let read = told(&BuildLog::parse(&fs::read_to_string(&path).expect("is UTF-8")));
        let expected = path.with_extension("txt");
        if std::env::var_os("UPDATE_LOGS").is_some() {
            fs::write(&expected, &read).expect("writes");
        }
        let wanted = fs::read_to_string(&expected).expect("has a .txt beside it").replace('\r', "");
        assert_eq!(read, wanted, "{}", path.display());
    }
}

fn told(log: &BuildLog) -> String {
    let mut text = format!("{}: sent {:?}, pulled {:?}\n", log.format.name(), log.sent, log.pulled);
    let mut tell = |step: &LoggedStep| {
        let target = step.target.as_ref().map(|it| format!("{it}: ")).unwrap_or_default();
        let stage = step.stage.as_deref().unwrap_or("-");
        let seconds = step.seconds.map(|it| format!(" {it:.1}s")).unwrap_or_default();
        let result = step.result.name();
        text += &format!("{target}{stage} {}/{} {result}{seconds} {}\n", step.index, step.total, step.text);
    };
    log.steps.iter().for_each(&mut tell);
    text
}
