//! What changes while a session lasts: settings, folders, and what the client no longer wants.

use serde_json::{Value, json};

use crate::client::{Client, URI, pulls, uri};

#[test]
fn a_request_that_waits_is_cancelled() {
    let mut client = Client::pulling();
    let line = "RUN apt-get install -y curl && make $X | tee \"$(date)\"\n";
    client.open_text(&format!("FROM debian:bookworm\n{}", line.repeat(3000)));
    let ask = json!({
        "jsonrpc": "2.0", "id": "waits", "method": "textDocument/diagnostic",
        "params": {"textDocument": {"uri": URI}},
    });
    client.raw(ask.to_string().as_bytes());
    client.notify("$/cancelRequest", json!({"id": "waits"}));
    let answer = client.receive();
    assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!("waits"), &json!(-32800)));
    assert!(client.at("hover", 0, 1)["result"].is_object(), "the others go on");
}

/// Replaces the whole text of the open document.
fn becomes(client: &Client, version: u64, text: &str) {
    let document = json!({"uri": URI, "version": version});
    client.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": [{"text": text}]}));
}

/// The one edit of the action that applies all safe fixes, with the version that it is for.
fn all_fixed(client: &mut Client) -> (Value, Value) {
    let end = json!({"line": 99, "character": 0});
    let params = json!({
        "textDocument": {"uri": URI}, "range": {"start": {"line": 0, "character": 0}, "end": end},
        "context": {"diagnostics": [], "only": ["source.fixAll"]},
    });
    let answer = client.request("textDocument/codeAction", params);
    let edit = &answer["result"][0]["edit"]["documentChanges"][0];
    (edit["textDocument"]["version"].clone(), edit["edits"][0]["newText"].clone())
}

#[test]
fn an_undo_brings_back_what_was_found() {
    let pins = json!({"workspace": {"workspaceEdit": {"documentChanges": true}}});
    let mut client = Client::with(json!({"capabilities": pins}));
    let one = "FROM debian:12\nRUN apt-get install curl\n";
    let two = &format!("{one}RUN apt-get install wget\n");
    client.open_text(one);
    let rules = |client: &mut Client, version: u64| {
        let told = client.wait_for("textDocument/publishDiagnostics");
        assert_eq!(told["version"], version);
        let all = told["diagnostics"].as_array().expect("a list").iter();
        all.map(|it| it["code"].as_str().unwrap_or_default().to_string()).collect::<Vec<_>>()
    };
    let (first, fixed) = (rules(&mut client, 1), all_fixed(&mut client));
    assert!(first.contains(&"apt-missing-yes".to_string()), "{first:?}");
    becomes(&client, 2, two);
    let (second, other) = (rules(&mut client, 2), all_fixed(&mut client));
    assert!(second != first && other.1 != fixed.1, "{second:?} {other:?}");
    for (version, text, found, edit) in
        [(3, one, &first, &fixed.1), (4, two, &second, &other.1), (5, one, &first, &fixed.1)]
    {
        becomes(&client, version, text);
        assert_eq!(rules(&mut client, version), *found);
        assert_eq!(all_fixed(&mut client), (version.into(), edit.clone()));
    }
    // Under other settings it has to be found anew.
    let settings = json!({"cachalot": {"ignore": ["apt-missing-yes"]}});
    client.notify("workspace/didChangeConfiguration", json!({"settings": settings}));
    rules(&mut client, 5);
    becomes(&client, 6, two);
    let told = rules(&mut client, 6);
    assert!(!told.is_empty() && !told.contains(&"apt-missing-yes".to_string()), "{told:?}");
}

#[test]
fn settings_may_change_without_being_asked_for() {
    let mut client = Client::with(json!({"capabilities": {}}));
    client.open_text("FROM alpine\n");
    let is_told = |client: &mut Client| {
        let told = client.wait_for("textDocument/publishDiagnostics");
        told["diagnostics"].to_string().contains("untagged-base-image")
    };
    assert!(is_told(&mut client));
    for (ignored, expected) in [(json!(["untagged-base-image"]), false), (json!([]), true)] {
        let settings = json!({"cachalot": {"ignore": ignored}});
        client.notify("workspace/didChangeConfiguration", json!({"settings": settings}));
        assert_eq!(is_told(&mut client), expected);
    }
}

#[test]
fn a_setting_that_is_wrong_is_told_once_and_silences_nothing() {
    let settings = json!({"ignore": ["no-such-rule"], "severities": {"untagged-base-image": "error"}});
    let mut client = Client::with(json!({"capabilities": pulls(), "initializationOptions": settings}));
    client.open_text("FROM alpine\nUSER 1\n");
    for _ in 0..3 {
        client.notify("textDocument/didSave", json!({"textDocument": {"uri": URI}}));
        client.notify("workspace/didChangeConfiguration", json!({"settings": {"cachalot": {}}}));
        let pulled = client.request("textDocument/diagnostic", json!({"textDocument": {"uri": URI}}));
        assert_eq!(pulled["result"]["items"][0]["severity"], 1, "{pulled}");
    }
    let told: Vec<&Value> = client
        .heard
        .iter()
        .filter(|(method, _)| method == "window/showMessage")
        .map(|(_, it)| &it["message"])
        .collect();
    assert_eq!(told, ["the setting `cachalot.ignore` names no rule: `no-such-rule`"]);
}

#[test]
fn folders_come_and_go() {
    let (first, second) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    for (folder, stage) in [(&first, "one"), (&second, "two")] {
        let text = format!("FROM alpine:3.22 AS stage-{stage}\n");
        std::fs::write(folder.path().join("Dockerfile"), text).expect("writes");
    }
    let mut client = Client::new(&pulls(), &Value::Null, first.path());
    let stages = |client: &mut Client| {
        let answer = client.request("workspace/symbol", json!({"query": "stage-"}));
        let all = answer["result"].as_array().expect("a list").iter();
        let mut names: Vec<String> = all.filter_map(|it| Some(it["name"].as_str()?.to_string())).collect();
        names.sort();
        names
    };
    assert_eq!(stages(&mut client), ["stage-one"]);
    let folder = |it: &tempfile::TempDir| json!({"uri": uri(it.path()), "name": "app"});
    let changed = |added: Value, removed: Value| json!({"event": {"added": added, "removed": removed}});
    client.notify("workspace/didChangeWorkspaceFolders", changed(json!([folder(&second)]), json!([])));
    assert_eq!(stages(&mut client), ["stage-one", "stage-two"]);
    client.notify("workspace/didChangeWorkspaceFolders", changed(json!([]), json!([folder(&first)])));
    assert_eq!(stages(&mut client), ["stage-two"]);
}

/// A folder with so many Dockerfiles, each with a finding.
fn dockerfiles(count: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for at in 0..count {
        std::fs::write(folder.path().join(format!("{at}.dockerfile")), "FROM alpine\nUSER 1\n").expect("writes");
    }
    folder
}

/// What is told under a token, in order; the rest stays.
fn told(client: &mut Client, token: &str) -> Vec<Value> {
    let heard = std::mem::take(&mut client.heard);
    let (found, rest) = heard.into_iter().partition(|(method, it)| method == "$/progress" && it["token"] == token);
    client.heard = rest;
    let found: Vec<(String, Value)> = found;
    found.into_iter().map(|(_, it)| it["value"].clone()).collect()
}

#[test]
fn a_workspace_is_linted_with_progress_and_told_in_parts() {
    let folder = dockerfiles(40);
    let mut client = Client::new(&pulls(), &Value::Null, folder.path());
    let asked = json!({"previousResultIds": [], "workDoneToken": "work", "partialResultToken": "part"});
    let answer = client.request("workspace/diagnostic", asked);
    assert_eq!(answer["result"], json!({"items": []}), "all was told in parts");
    let parts = told(&mut client, "part");
    let sizes: Vec<usize> = parts.iter().filter_map(|it| Some(it["items"].as_array()?.len())).collect();
    assert!(sizes.len() > 1 && sizes.iter().sum::<usize>() == 40, "{sizes:?}");
    let work = told(&mut client, "work");
    let kinds: Vec<&str> = work.iter().filter_map(|it| it["kind"].as_str()).collect();
    assert_eq!((kinds.first(), kinds.last()), (Some(&"begin"), Some(&"end")));
    assert!(work[0]["cancellable"] == true && kinds.iter().filter(|it| **it == "report").count() > 1, "{work:?}");
}

#[test]
fn what_is_stopped_half_way_counts_for_nothing() {
    let folder = dockerfiles(1500);
    let mut client = Client::new(&pulls(), &Value::Null, folder.path());
    let id = json!("stopped");
    let params = json!({"previousResultIds": [], "workDoneToken": "work"});
    let asked = json!({"jsonrpc": "2.0", "id": id, "method": "workspace/diagnostic", "params": params});
    client.raw(asked.to_string().as_bytes());
    let begun = client.wait_for("$/progress");
    assert_eq!(begun["value"]["kind"], "begin");
    client.notify("window/workDoneProgress/cancel", json!({"token": "work"}));
    let answer = loop {
        let message = client.receive();
        if message["id"] == id {
            break message;
        }
    };
    assert_eq!(answer["error"]["code"], -32800, "{answer}");
    // The client may ask again, and gets everything.
    let again = client.request("workspace/diagnostic", json!({"previousResultIds": []}));
    assert_eq!(again["result"]["items"].as_array().map(Vec::len), Some(1500));
}

#[test]
fn each_folder_has_its_configuration_which_may_change_on_disk() {
    let folders = [tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder")];
    let write = |at: usize, level: &str| {
        let text = format!("[rules]\nuntagged-base-image = \"{level}\"\n");
        std::fs::write(folders[at].path().join("cachalot.toml"), text).expect("writes");
    };
    write(0, "off");
    write(1, "error");
    let named: Vec<Value> = folders.iter().map(|it| json!({"uri": uri(it.path()), "name": "app"})).collect();
    let mut client = Client::with(json!({"capabilities": pulls(), "workspaceFolders": named}));
    let files = [0, 1].map(|at: usize| folders[at].path().join("Dockerfile"));
    files.iter().for_each(|file| client.open(file, "FROM alpine\nUSER 1\n"));
    let severities = |client: &mut Client| {
        files.each_ref().map(|file| {
            let pulled = client.request("textDocument/diagnostic", json!({"textDocument": {"uri": uri(file)}}));
            pulled["result"]["items"][0]["severity"].clone()
        })
    };
    assert_eq!(severities(&mut client), [Value::Null, json!(1)]);
    write(0, "hint");
    write(1, "off");
    let changes = folders.each_ref().map(|it| json!({"uri": uri(&it.path().join("cachalot.toml")), "type": 2}));
    client.notify("workspace/didChangeWatchedFiles", json!({"changes": changes}));
    assert_eq!(severities(&mut client), [json!(4), Value::Null]);
}
