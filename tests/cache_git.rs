//! `cachalot cache predict` in a git repository.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

#[test]
fn revisions_and_the_working_tree_are_compared() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let repo = folder.path();
    let put = |path: &str, text: &str| {
        let path = repo.join(path);
        fs::create_dir_all(path.parent().expect("is in a folder")).expect("creates");
        fs::write(path, text).expect("writes");
    };
    git(repo, &["init", "-q"]);
    put("app/Dockerfile", "FROM scratch AS a\nCOPY lib /lib\nCOPY src /src\n");
    put("app/.gitignore", "out\n");
    put("app/lib/x", "1");
    put("app/src/main", "1");
    commit(repo);
    put("app/src/main", "2");
    commit(repo);
    put("app/out/file", "not tracked");
    put("app/lib/new", "untracked");

    let steps = |args: &[&str]| predict(repo, args);
    assert_eq!(steps(&[]), ["COPY lib /lib: miss lib/new", "COPY src /src: miss "]);
    assert_eq!(steps(&["--since", "HEAD~1"]), ["COPY lib /lib: miss lib/new", "COPY src /src: miss src/main"]);
    let committed = steps(&["--from", "HEAD~1", "--to", "HEAD"]);
    assert_eq!(committed, ["COPY lib /lib: hit ", "COPY src /src: miss src/main"]);
    assert_eq!(steps(&["--from", "HEAD", "--to", "HEAD"]), ["COPY lib /lib: hit ", "COPY src /src: hit "]);
    fs::remove_file(repo.join("app/lib/new")).expect("removes");
    assert_eq!(steps(&[]), ["COPY lib /lib: hit ", "COPY src /src: hit "]);
}

#[test]
fn a_history_is_replayed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let repo = folder.path();
    let put = |path: &str, text: &str| fs::write(repo.join(path), text).expect("writes");
    git(repo, &["init", "-q"]);
    put(".dockerignore", ".git\n");
    put("Dockerfile", "FROM node AS a\nCOPY package.json ./\nRUN npm ci\nCOPY . .\n");
    put("package.json", "1");
    put("main.js", "1");
    commit(repo);
    // Two edits of the source, one that goes back, and one of the manifest.
    for (path, text) in [("main.js", "2"), ("main.js", "3"), ("main.js", "2"), ("package.json", "2")] {
        put(path, text);
        commit(repo);
    }
    let histories = |memory: &str| -> Vec<String> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cachalot"));
        command.current_dir(repo).args(["cache", "replay", "--format", "json", "--memory", memory]);
        let output = command.output().expect("runs");
        let value: Value = serde_json::from_slice(&output.stdout).expect("prints JSON");
        assert_eq!(value["steps"][2]["culprits"][0]["what"], "package.json");
        let steps = value["steps"].as_array().expect("has steps");
        steps.iter().map(|step| step["history"].as_str().unwrap_or_default().to_string()).collect()
    };
    assert_eq!(histories("all"), ["hhhh", "hhhm", "hhhm", "mmhm"]);
    assert_eq!(histories("last"), ["hhhh", "hhhm", "hhhm", "mmmm"]);
}

/// The steps with their verdicts and the paths that changed.
fn predict(repo: &Path, args: &[&str]) -> Vec<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cachalot"));
    command.current_dir(repo).args(["cache", "predict", "app/Dockerfile", "--format", "json"]).args(args);
    let output = command.output().expect("runs");
    let value: Value = serde_json::from_slice(&output.stdout).expect("prints JSON");
    let line = |step: &Value| {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
        let paths = step["reason"]["paths"].as_array().into_iter().flatten().map(text).collect::<Vec<_>>();
        format!("{}: {} {}", text(&step["instruction"]), text(&step["verdict"]), paths.join(" "))
    };
    value["steps"].as_array().expect("has steps").iter().map(line).collect()
}

fn commit(repo: &Path) {
    git(repo, &["add", "-A"]);
    git(repo, &["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "-m", "change"]);
}

fn git(repo: &Path, args: &[&str]) {
    let status = Command::new("git").current_dir(repo).args(args).status().expect("git is installed");
    assert!(status.success(), "git {args:?}");
}
