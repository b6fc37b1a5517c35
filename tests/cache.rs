//! Builds one after another as BuildKit did them (`fixtures/cache`): each was once predicted wrongly.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use cachalot::cache::{Cache, ReasonKind, Verdict};
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
