//! The layer cache and the refactorings in the editor, over a generated git repository.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::client::{Client, uri};
use serde_json::{Value, json};

const DOCKERFILE: &str = "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD node main.js\n";

/// A client that can be told to ask again.
fn refreshing() -> Value {
    json!({
        "workspace": {
            "inlayHint": {"refreshSupport": true}, "codeLens": {"refreshSupport": true},
            "workspaceEdit": {"documentChanges": true, "resourceOperations": ["create"]},
        },
        "textDocument": {"codeAction": {"resolveSupport": {"properties": ["edit"]}}},
    })
}

struct Repo {
    folder: tempfile::TempDir,
}

impl Repo {
    /// A project in whose history the sources change three times and the manifest once.
    fn new() -> Repo {
        let repo = Repo { folder: tempfile::tempdir().expect("a temporary folder") };
        repo.git(&["init", "-q"]);
        repo.put("Dockerfile", DOCKERFILE);
        repo.put(".dockerignore", ".git\n");
        repo.put("package.json", "{\"dependencies\": {\"left-pad\": \"1.3.0\"}}\n");
        repo.put("package-lock.json", "{\"lockfileVersion\": 3}\n");
        repo.put("main.js", "1");
        repo.commit("begin");
        for (file, text) in [("main.js", "2"), ("main.js", "3"), ("package-lock.json", "{}"), ("main.js", "4")] {
            repo.put(file, text);
            repo.commit(&format!("change {file}"));
        }
        repo
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().canonicalize().expect("is there").join(file)
    }

    fn put(&self, file: &str, text: &str) {
        fs::write(self.path(file), text).expect("writes");
    }

    fn commit(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", message]);
    }

    fn git(&self, args: &[&str]) {
        let identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"];
        let status = Command::new("git").current_dir(self.folder.path()).args(identity).args(args).status();
        assert!(status.expect("git runs").success());
    }
}

/// A project with its Dockerfile open in a client with these capabilities and options.
fn opened(capabilities: &Value, options: &Value) -> (Repo, PathBuf, Client) {
    let repo = Repo::new();
    let path = repo.path("Dockerfile");
    let client = Client::new(capabilities, options, &repo.path(""));
    client.open(&path, DOCKERFILE);
    (repo, path, client)
}

fn of_document(path: &Path) -> Value {
    json!({"textDocument": {"uri": uri(path)}, "range": {"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}}})
}

/// `line: label` of each hint.
fn hints(client: &mut Client, path: &Path) -> Vec<String> {
    let answer = client.request("textDocument/inlayHint", of_document(path));
    let all = answer["result"].as_array().cloned().unwrap_or_default();
    all.iter().map(|it| format!("{}: {}", it["position"]["line"], it["label"].as_str().unwrap_or_default())).collect()
}

/// `line: title` of each lens.
fn lenses(client: &mut Client, path: &Path) -> Vec<String> {
    let answer = client.request("textDocument/codeLens", of_document(path));
    let all = answer["result"].as_array().cloned().unwrap_or_default();
    let title = |it: &Value| it["command"]["title"].as_str().unwrap_or_default().to_string();
    all.iter().map(|it| format!("{}: {}", it["range"]["start"]["line"], title(it))).collect()
}

#[test]
fn progress_that_the_client_agreed_to_comes_to_an_end() {
    let (_repo, path, mut client) = opened(&json!({"window": {"workDoneProgress": true}}), &json!({}));
    // The second answer comes after what the server says of the first.
    let shown = [hints(&mut client, &path), hints(&mut client, &path)];
    assert!(!shown[1].is_empty());
    let said = |method: &str| client.heard.iter().filter(|(it, _)| it == method).map(|(_, it)| it).collect::<Vec<_>>();
    let tokens: Vec<&Value> = said("window/workDoneProgress/create").iter().map(|it| &it["token"]).collect();
    assert!(!tokens.is_empty());
    for token in tokens {
        let told = said("$/progress").into_iter().filter(|it| it["token"] == *token);
        let kinds: Vec<&Value> = told.map(|it| &it["value"]["kind"]).collect();
        assert_eq!((kinds.first(), kinds.last()), (Some(&&json!("begin")), Some(&&json!("end"))));
    }
}

#[test]
fn steps_say_how_often_they_hit() {
    let (_repo, path, mut client) = opened(&refreshing(), &json!({"cache": {"codeLenses": "all"}}));
    hints(&mut client, &path);
    client.wait_for("workspace/inlayHint/refresh");
    let expected = ["0: hit 100 %", "1: hit 100 %", "2: hit 0 %", "3: hit 0 %"];
    assert_eq!(hints(&mut client, &path), expected);
    let with_sum = ["0: 50 % of all steps hit in 4 builds"].into_iter().chain(expected);
    assert_eq!(lenses(&mut client, &path), with_sum.collect::<Vec<_>>());
    // An edited and moved step is still the same one.
    client.change(&path, 2, &DOCKERFILE.replace("RUN npm ci", "# now\nRUN npm ci --omit=dev"));
    assert_eq!(hints(&mut client, &path)[3], "4: hit 0 %");
    assert_eq!(client.stop(), 0);
}

#[test]
fn without_a_history_a_build_log_tells() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().canonicalize().expect("is there").join("Dockerfile");
    let log = "#4 [1/4] FROM docker.io/library/node:22@sha256:0123\n#4 DONE 2.1s\n#5 [2/4] WORKDIR /app\n#5 CACHED\n\
               #6 [3/4] COPY . .\n#6 DONE 0.1s\n#7 [4/4] RUN npm ci\n#7 DONE 65.4s\n";
    fs::write(path.with_file_name("build.log"), log).expect("writes");
    fs::write(path.with_file_name("cachalot.toml"), "[cache]\nlog = \"build.log\"\n").expect("writes");
    let mut client = Client::new(&json!({}), &json!({}), folder.path());
    client.open(&path, DOCKERFILE);
    assert_eq!(hints(&mut client, &path), ["1: cached", "2: 0.1 s", "3: 65 s"]);
    let position = json!({"line": 3, "character": 1});
    let asked = json!({"textDocument": {"uri": uri(&path)}, "position": position});
    let hover = client.request("textDocument/hover", asked)["result"]["contents"]["value"].to_string();
    assert!(hover.contains("ran 65 s in the logged build"), "{hover}");
}

#[test]
fn what_stands_behind_a_step_does_not_stand_above_it_as_well() {
    let (_repo, path, mut client) = opened(&json!({"textDocument": {"inlayHint": {}}}), &json!({}));
    assert_eq!(hints(&mut client, &path).len(), 4);
    assert_eq!(lenses(&mut client, &path), ["0: 50 % of all steps hit in 4 builds"]);
    let (_repo, path, mut client) = opened(&json!({}), &json!({}));
    assert_eq!(lenses(&mut client, &path).len(), 5, "a client without inlay hints has lenses alone");
}

#[test]
fn a_client_that_cannot_be_told_waits_for_the_history() {
    let (_repo, path, mut client) = opened(&json!({}), &json!({}));
    assert_eq!(lenses(&mut client, &path)[0], "0: 50 % of all steps hit in 4 builds");
    assert_eq!(client.stop(), 0);
}

#[test]
fn open_files_say_what_runs_when_they_are_saved() {
    let repo = Repo::new();
    let (dockerfile, source) = (repo.path("Dockerfile"), repo.path("main.js"));
    let mut client = Client::new(&refreshing(), &json!({"cache": {"codeLenses": "rebuilds"}}), &repo.path(""));
    client.open(&dockerfile, DOCKERFILE);
    client.open(&source, "4");
    lenses(&mut client, &dockerfile);
    client.wait_for("workspace/codeLens/refresh");
    assert_eq!(lenses(&mut client, &dockerfile), ["0: 50 % of all steps hit in 4 builds"]);
    client.change(&source, 2, "5");
    lenses(&mut client, &dockerfile);
    client.wait_for("workspace/codeLens/refresh");
    let found = lenses(&mut client, &dockerfile);
    assert!(found[1].starts_with("0: saved as it is, 2 of 4 steps run again (compared with "), "{found:?}");
    assert_eq!(found[2..], ["2: runs if saved now: main.js changed", "3: runs if saved now, with line 3"]);
    client.change(&source, 3, "4");
    lenses(&mut client, &dockerfile);
    client.wait_for("workspace/codeLens/refresh");
    assert_eq!(lenses(&mut client, &dockerfile).len(), 1);
    assert_eq!(client.stop(), 0);
}

/// The next diagnostics of a file; those of others may come at any time.
fn told_of(client: &mut Client, path: &Path) -> Value {
    loop {
        let told = client.wait_for("textDocument/publishDiagnostics");
        if told["uri"] == uri(path) {
            return told["diagnostics"].clone();
        }
    }
}

#[test]
fn another_file_says_what_saving_it_runs_again() {
    let (repo, _, mut client) = opened(&json!({}), &json!({}));
    let source = repo.path("main.js");
    client.open(&source, "4");
    client.change(&source, 2, "5");
    let hint = loop {
        let told = told_of(&mut client, &source);
        if told[0].is_object() {
            break told[0].clone();
        }
    };
    assert_eq!((&hint["severity"], &hint["code"]), (&json!(4), &json!("rebuild")));
    let message = "built now, 2 of 4 steps of Dockerfile run again for this file: `COPY . .`, `RUN npm ci`";
    assert_eq!(hint["message"], message);
    client.change(&source, 3, "4");
    assert_eq!(told_of(&mut client, &source), json!([]));
    assert_eq!(client.stop(), 0);
}

#[test]
fn hovering_a_step_says_what_it_depends_on_and_what_ran_it_last() {
    let (_repo, path, mut client) = opened(&refreshing(), &json!({}));
    hints(&mut client, &path);
    client.wait_for("workspace/inlayHint/refresh");
    let position = json!({"line": 3, "character": 1});
    let answer =
        client.request("textDocument/hover", json!({"textDocument": {"uri": uri(&path)}, "position": position}));
    let text = answer["result"]["contents"]["value"].as_str().unwrap_or_default().to_string();
    for part in ["found in 0 of 4 builds (0 %)", "change main.js: `main.js` changed.", "Depends on its text"] {
        assert!(text.contains(part), "no `{part}` in:\n{text}");
    }
    assert_eq!(client.stop(), 0);
}

#[test]
fn what_is_committed_or_not_in_git_is_not_made_up() {
    let repo = Repo::new();
    let outside = tempfile::tempdir().expect("a temporary folder");
    let path = outside.path().canonicalize().expect("is there").join("Dockerfile");
    let mut client = Client::new(&json!({}), &json!({}), &repo.path(""));
    client.open(&path, DOCKERFILE);
    assert_eq!(lenses(&mut client, &path), Vec::<String>::new());
    let replay = json!({"command": "cachalot.replay", "arguments": [uri(&path)]});
    let answer = client.request("workspace/executeCommand", replay);
    assert!(answer["error"]["message"].as_str().is_some_and(|it| it.contains("git repository")), "{answer}");
    assert_eq!(client.stop(), 0);
}

#[test]
fn a_build_that_lacks_its_files_says_nothing() {
    let repo = Repo::new();
    fs::create_dir(repo.path("docker")).expect("creates");
    let path = repo.path("docker").join("Dockerfile");
    // The first is built from the folder above, what the second copies is nowhere.
    for (file, wanted) in [("package.json", 4), ("app.jar", 0)] {
        let text = format!("FROM node:22\nCOPY {file} ./\nRUN npm install\n");
        fs::write(&path, &text).expect("writes");
        repo.commit("another Dockerfile");
        repo.put("main.js", file);
        repo.commit("change main.js");
        let mut client = Client::new(&json!({}), &json!({}), &repo.path(""));
        client.open(&path, &text);
        assert_eq!(lenses(&mut client, &path).len(), wanted, "{file}");
        assert_eq!(client.stop(), 0);
    }
}

#[test]
fn commands_answer_with_reports() {
    let repo = Repo::new();
    let (path, source) = (repo.path("Dockerfile"), repo.path("main.js"));
    let mut client = Client::new(&json!({}), &json!({}), &repo.path(""));
    client.open(&path, DOCKERFILE);
    client.open(&source, "unsaved");
    let mut run = |command: &str, argument: Value| {
        let answer = client.request("workspace/executeCommand", json!({"command": command, "arguments": [argument]}));
        (answer["result"].clone(), answer["error"]["code"].clone())
    };
    let (replay, _) = run("cachalot.replay", json!(uri(&path)));
    assert_eq!((&replay["commits"], &replay["steps"][3]["misses"]), (&json!(4), &json!(4)));
    let (prediction, _) = run("cachalot.predict", json!(uri(&path)));
    let verdicts: Vec<&str> =
        prediction["steps"].as_array().into_iter().flatten().filter_map(|it| it["verdict"].as_str()).collect();
    assert_eq!(verdicts, ["hit", "hit", "miss", "miss"]);
    assert_eq!(prediction["steps"][2]["reason"]["paths"], json!(["main.js"]));
    let (page, _) = run("cachalot.explain", json!("copy-before-install"));
    assert!(page["url"].as_str().is_some_and(|it| it.ends_with("copy-before-install.md")), "{page}");
    for (command, argument) in [
        ("cachalot.image", json!(uri(&path))),
        ("cachalot.replay", json!("file:///nowhere")),
        ("cachalot.predict", json!(1)),
        ("cachalot.explain", json!("no-such-rule")),
        ("no.such.command", Value::Null),
    ] {
        assert!(run(command, argument).1.is_i64(), "{command}");
    }
    assert_eq!(client.stop(), 0);
}

/// The code actions at a line, by title.
fn actions(client: &mut Client, path: &Path, line: u64, only: Value) -> Vec<Value> {
    let at = json!({"line": line, "character": 5});
    let params = json!({
        "textDocument": {"uri": uri(path)}, "range": {"start": at, "end": at}, "context": {"diagnostics": [], "only": only},
    });
    client.request("textDocument/codeAction", params)["result"].as_array().cloned().unwrap_or_default()
}

fn titled<'a>(actions: &'a [Value], start: &str) -> &'a Value {
    let titles: Vec<&str> = actions.iter().filter_map(|it| it["title"].as_str()).collect();
    let found = actions.iter().find(|it| it["title"].as_str().is_some_and(|it| it.starts_with(start)));
    found.unwrap_or_else(|| panic!("no `{start}` among {titles:?}"))
}

#[test]
fn refactorings_are_resolved_when_chosen() {
    let (_repo, path, mut client) = opened(&refreshing(), &json!({}));
    let found = actions(&mut client, &path, 4, json!(["refactor"]));
    let action = titled(&found, "write the command as an array").clone();
    assert_eq!((&action["kind"], action.get("edit")), (&json!("refactor.rewrite"), None));
    let resolved = client.request("codeAction/resolve", action.clone());
    let change = &resolved["result"]["edit"]["documentChanges"][0];
    assert_eq!(change["textDocument"], json!({"uri": uri(&path), "version": 1}));
    assert_eq!(change["edits"][0]["newText"], "[\"node\", \"main.js\"]");
    client.change(&path, 2, "FROM node:22\n");
    assert_eq!(client.request("codeAction/resolve", action)["error"]["code"], -32801);
    assert_eq!(client.stop(), 0);
}

#[test]
fn a_client_without_resolving_gets_the_edits_at_once() {
    let (_repo, path, mut client) = opened(&json!({}), &json!({}));
    let found = actions(&mut client, &path, 3, json!(["refactor.extract"]));
    assert!(titled(&found, "make what stands above a stage").get("edit").is_some());
    assert!(actions(&mut client, &path, 3, json!(["source"])).iter().all(|it| it["kind"] != "refactor.extract"));
    assert_eq!(client.stop(), 0);
}

#[test]
fn the_order_that_is_better_says_by_how_much() {
    let (_repo, path, mut client) = opened(&refreshing(), &json!({}));
    hints(&mut client, &path);
    client.wait_for("workspace/inlayHint/refresh");
    let mut found = Value::Null;
    for _ in 0..600 {
        let all = actions(&mut client, &path, 2, json!(["quickfix"]));
        found = titled(&all, "copy the manifests, run `npm ci`")["title"].clone();
        if found.as_str().is_some_and(|it| it.contains('%')) {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let gain = "copy the manifests, run `npm ci`, then copy the rest (hits 0 % \u{2192} 75 % in 4 builds)";
    assert_eq!(found, gain);
    assert_eq!(client.stop(), 0);
}

#[test]
fn a_rule_is_silenced_for_the_project() {
    let (repo, path, mut client) = opened(&refreshing(), &json!({}));
    let title = "ignore copy-before-install for this project";
    let all = actions(&mut client, &path, 2, json!(["quickfix"]));
    let changes = &titled(&all, title)["edit"]["documentChanges"];
    assert_eq!((&changes[0]["kind"], &changes[0]["uri"]), (&json!("create"), &json!(uri(&repo.path("cachalot.toml")))));
    assert_eq!(changes[1]["edits"][0]["newText"], "ignore = [\"copy-before-install\"]\n");
    repo.put("cachalot.toml", "[cache]\ncommits = 3\n");
    client.notify("workspace/didChangeWatchedFiles", json!({"changes": []}));
    let all = actions(&mut client, &path, 2, json!(["quickfix"]));
    let edits = &titled(&all, title)["edit"]["changes"][uri(&repo.path("cachalot.toml"))];
    assert_eq!(edits[0]["newText"], "ignore = [\"copy-before-install\"]\n\n[cache]\ncommits = 3\n");
    titled(&all, "explain copy-before-install");
    assert_eq!(client.stop(), 0);
}
