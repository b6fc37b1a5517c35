//! Builds one after another as BuildKit did them (`fixtures/cache`): each was once predicted wrongly.
//! Logs as builders and CI systems write them (`fixtures/logs`), and what is read from them;
//! `UPDATE_LOGS=1` writes that anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use cachalot::cache::{BuildLog, Cache, Graph, LoggedStep, ReasonKind, Verdict};
use serde_json::Value;

#[allow(dead_code, reason = "fixtures are written by the end-to-end test")]
#[path = "support/cache_fixture.rs"]
mod cache_fixture;
#[allow(dead_code, reason = "only builders need the files")]
#[path = "support/cache_state.rs"]
mod cache_state;

use cache_state::{File, State};

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

/// A build of these stages over a context of one file with this text.
fn built(stages: &str, text: &str) -> Graph {
    let head = stages.lines().map(str::to_string).collect();
    let files = [("a.txt".to_string(), File::Text(text.to_string(), 0o644))].into();
    let ignore = vec!["Dockerfile".to_string(), ".dockerignore".to_string()];
    State { head, files, ignore, ..Default::default() }.graph()
}

/// The verdict of the last build on the step of this number, from 0.
fn last_verdict(builds: &[&Graph], step: usize) -> Verdict {
    let mut cache = Cache::default();
    let verdicts = builds.iter().map(|it| cache.build(it)).last().expect("was built");
    let graph = builds.last().expect("was built");
    graph.verdict(&graph.steps[step], &verdicts).expect("is built")
}

#[test]
fn a_context_opened_for_writing_may_go_by_another_hash() {
    let stages =
        "FROM scratch AS a\nRUN --mount=type=bind,rw,target=/c [\"x\"]\nFROM scratch\nCOPY . .\nCOPY --from=a / /a";
    let (first, edited) = (built(stages, "1"), built(stages, "2"));
    let Verdict::Maybe(reason) = last_verdict(&[&first, &first], 1) else { panic!("is open") };
    assert!(reason.text.contains("rw,target=/c"), "{}", reason.text);
    assert!(matches!(last_verdict(&[&first, &first], 0), Verdict::Hit));
    // What differs all the same runs.
    assert!(matches!(last_verdict(&[&first, &edited], 1), Verdict::Miss(_)));
    // It is hashed before the context is opened; a mount that is only read opens nothing; a part of the
    // context goes by one hash only.
    for (stages, step) in [
        ("FROM scratch\nCOPY . .\nRUN --mount=type=bind,rw,target=/c [\"x\"]", 0),
        ("FROM scratch AS a\nRUN --mount=type=bind,target=/c [\"x\"]\nFROM scratch\nCOPY . .\nCOPY --from=a / /a", 1),
        ("FROM scratch\nRUN --mount=type=bind,rw,target=/c [\"x\"]\nCOPY a.txt .", 1),
    ] {
        let graph = built(stages, "1");
        assert_eq!(last_verdict(&[&graph, &graph], step), Verdict::Hit, "{stages}");
    }
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
