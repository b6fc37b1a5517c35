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
