//! The better Dockerfile that a replay proposes, built commit after commit by a real BuildKit: each step
//! is cached where the replay promised it, and runs where it said so.
//!
//! `BUILDKIT_HOST`, `BUILDCTL` and `CACHALOT_BUSYBOX` as in tests/e2e_cache.rs.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

#[allow(dead_code, reason = "tests/e2e_cache.rs prunes")]
#[path = "support/buildkit.rs"]
mod buildkit;
#[path = "support/repository.rs"]
mod repository;

use repository::{commit, git, write};

/// A stage with a shell and something that installs like npm.
const BASE: &str = "FROM scratch AS base
COPY --from=tools busybox /bin/busybox
RUN [\"/bin/busybox\", \"sh\", \"-c\", \"ln -s busybox /bin/sh && ln -s busybox /bin/cat && ln -s busybox /bin/mkdir\"]
COPY --chmod=755 <<EOF /bin/npm
#!/bin/sh
mkdir -p node_modules && cat package.json package-lock.json > node_modules/installed
EOF
";

/// A Dockerfile below [`BASE`], and the kinds of advice that it is to get.
const STORIES: &[(&str, &[&str])] = &[
    (
        "FROM base AS build\nWORKDIR /app\nCOPY . .\nRUN npm ci && cat src/main.js > built\n\
         FROM base\nCOPY --from=build /app/built /srv/built\n",
        &["manifests-first", "ignore"],
    ),
    (
        "FROM base AS deps\nARG GIT_SHA\nWORKDIR /app\nCOPY package.json package-lock.json ./\nRUN npm ci\n\
         FROM deps AS build\nCOPY src src\nRUN echo $GIT_SHA > sha\n\
         FROM base\nCOPY settings.json /srv/\nCOPY --from=deps /app/node_modules /srv/node_modules\nCOPY --from=build /app/sha /srv/\n",
        &["variables-later", "link"],
    ),
];

#[test]
#[ignore = "needs buildkitd; .ci/run installs it"]
fn a_better_dockerfile_hits_as_promised() {
    for (lines, kinds) in STORIES {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_nanos();
        let text = format!("{BASE}COPY <<EOF /nonce\n{since}\nEOF\n{lines}");
        let judged = keeps_promises(&text, kinds);
        println!("{kinds:?}: {judged} steps agree");
    }
}

fn keeps_promises(dockerfile: &str, kinds: &[&str]) -> usize {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let repo = folder.path().join("context");
    tools(folder.path());
    git(&repo, &["init", "-q"]);
    write(&repo, "Dockerfile", dockerfile);
    write(&repo, ".dockerignore", ".git\n");
    write(&repo, "package.json", "{\"name\": \"a\", \"dependencies\": {\"express\": \"4\"}}");
    let edits = [
        ("package-lock.json", "{}"),
        ("settings.json", "0"),
        ("src/main.js", "0"),
        ("README.md", "0"),
        ("src/main.js", "one"),
        ("README.md", "one"),
        ("settings.json", "one"),
        ("src/main.js", "three"),
        ("package-lock.json", "{\"lockfileVersion\": 3}"),
        ("src/main.js", "seventeen"),
        ("README.md", "three"),
        ("settings.json", "three"),
        ("settings.json", "seventeen"),
    ];
    let (first, later) = edits.split_at(4);
    first.iter().for_each(|(path, text)| write(&repo, path, text));
    commit(&repo);
    for (path, text) in later {
        write(&repo, path, text);
        commit(&repo);
    }
    let report: Value = serde_json::from_str(&replay(&repo, &["--format", "json"])).expect("prints JSON");
    let found: Vec<&str> =
        report["advice"].as_array().into_iter().flatten().filter_map(|it| it["kind"].as_str()).collect();
    assert!(kinds.iter().all(|kind| found.contains(kind)), "{found:?}");
    replay(&repo, &["--fix"]);
    let better = ["Dockerfile", ".dockerignore"].map(|name| (name, fs::read(repo.join(name)).expect("is there")));
    git(&repo, &["checkout", "-q", "-f", "HEAD"]);
    let mut judged = 0;
    for at in 0..=later.len() {
        let commit = format!("HEAD~{}", later.len() - at);
        git(&repo, &["checkout", "-q", "-f", &commit, "--", "."]);
        better.iter().for_each(|(name, bytes)| fs::write(repo.join(name), bytes).expect("writes"));
        let id = git(&repo, &["rev-parse", &commit]);
        let options = BTreeMap::from([("build-arg:GIT_SHA".to_string(), id.trim().to_string())]);
        let seen = buildkit::build(folder.path(), &options, &[]).unwrap_or_else(|error| panic!("{commit}: {error}"));
        if at > 0 {
            judged += judge(&report["proposal"]["steps"], at - 1, &seen);
        }
    }
    assert!(judged > later.len() * 5, "hardly any step was judged: {judged}");
    judged
}

/// How many steps the builder treated as the replay of this build said.
fn judge(steps: &Value, at: usize, seen: &BTreeMap<String, bool>) -> usize {
    let mut judged = 0;
    for step in steps.as_array().expect("has steps") {
        let text = |name: &str| step[name].as_str().unwrap_or_default();
        let link = text("vertex").replacen("] ", "] LINK ", 1);
        let all: Vec<bool> = [text("vertex"), &link].iter().filter_map(|it| seen.get(*it).copied()).collect();
        if all.is_empty() || text("instruction").starts_with("FROM") {
            continue;
        }
        let cached = all.iter().all(|it| *it);
        let said = text("history").chars().nth(at);
        assert!(said != Some('h') || cached, "{}: promised a hit in build {at}, and it ran", text("vertex"));
        assert!(said != Some('m') || !cached, "{}: was to run in build {at}, and it was cached", text("vertex"));
        judged += 1;
    }
    judged
}

fn tools(folder: &Path) {
    let busybox = std::env::var("CACHALOT_BUSYBOX").unwrap_or_else(|_| "/bin/busybox".to_string());
    fs::create_dir_all(folder.join("tools")).expect("creates");
    fs::create_dir_all(folder.join("context")).expect("creates");
    fs::copy(busybox, folder.join("tools/busybox")).expect("busybox-static is installed");
    fs::write(folder.join("secret"), "s").expect("writes");
}

fn replay(repo: &Path, args: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cachalot"));
    command.current_dir(repo).args(["cache", "replay", "--build-arg", "GIT_SHA={commit}"]).args(args);
    let output = command.output().expect("runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
