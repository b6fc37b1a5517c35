//! The language server over an in-memory connection.

mod client;
mod completion;
mod layers;
#[cfg(unix)]
mod process;
mod session;

use client::{Client, URI, pulls, uri};
use serde_json::{Value, json};

fn labels(answer: &Value) -> Vec<&str> {
    let items = answer["result"]["items"].as_array().expect("a list");
    items.iter().filter_map(|it| it["label"].as_str()).collect()
}

#[test]
fn bad_messages_are_answered_and_survived() {
    let mut client = Client::pulling();
    for (body, code) in [(&b"{"[..], -32700), (b"", -32700), (b"5", -32600), (b"[]", -32600), (b"{\"id\":7}", -32600)] {
        client.raw(body);
        assert_eq!(client.receive()["error"]["code"], code);
    }
    assert_eq!(client.request("foo/bar", json!({}))["error"]["code"], -32601);
    assert_eq!(client.request("textDocument/hover", json!("x"))["error"]["code"], -32602);
    assert_eq!(client.request("initialize", json!({}))["error"]["code"], -32600);
    assert_eq!(client.stop(), 0);
}

#[test]
fn the_exit_status_tells_an_orderly_end() {
    let client = Client::pulling();
    assert_eq!(client.exit(), 1);
}

#[test]
fn diagnostics_are_pushed_with_their_version_and_cleared() {
    let mut client = Client::with(json!({"capabilities": {}}));
    client.open_text("FROM alpine:3.20\nRUN sudo ls\n");
    let pushed = client.receive();
    assert_eq!(pushed["params"]["version"], 1);
    let found = pushed["params"]["diagnostics"].as_array().expect("a list");
    let about = found.iter().find(|it| it["range"]["start"]["line"] == 1).expect("one about sudo");
    assert_eq!(about["source"], "cachalot");
    assert!(about["codeDescription"]["href"].as_str().is_some_and(|it| it.starts_with("https://")));
    client.notify("textDocument/didClose", json!({"textDocument": {"uri": URI}}));
    assert_eq!(client.receive()["params"]["diagnostics"], json!([]));
}

#[test]
fn diagnostics_are_pulled_with_a_result_id() {
    let mut client = Client::pulling();
    client.open_text("FROM alpine:3.20\nFOO x\n");
    let mut params = json!({"textDocument": {"uri": URI}});
    let full = client.request("textDocument/diagnostic", params.clone());
    assert!(tells_of_an_error(&full["result"]["items"]));
    params["previousResultId"] = full["result"]["resultId"].clone();
    assert_eq!(client.request("textDocument/diagnostic", params)["result"]["kind"], "unchanged");
}

#[test]
fn actions_carry_their_edits() {
    let mut client = Client::pulling();
    client.open_text("FROM alpine\r\nRUN ls\r\n");
    let answer = client.at("codeAction", 2, 0);
    let actions = answer["result"].as_array().expect("a list");
    let acts = |it: &Value| it["edit"]["changes"][URI].is_array() || it["command"]["command"] == "cachalot.explain";
    let fixes: Vec<&Value> = actions.iter().filter(|it| it["kind"] == "quickfix").collect();
    assert!(!fixes.is_empty() && fixes.iter().all(|it| acts(it) && it["diagnostics"].is_array()));
    let silence = actions.iter().find(|it| it["title"].as_str().is_some_and(|it| it.ends_with("for this instruction")));
    let edit = &silence.expect("an action that silences")["edit"]["changes"][URI][0];
    assert!(edit["newText"].as_str().is_some_and(|it| it.starts_with("# cachalot: ignore=") && it.ends_with("\r\n")));
}

#[test]
fn a_finding_that_the_client_names_has_its_actions_wherever_the_cursor_is() {
    let mut client = Client::pulling();
    client.open_text("FROM alpine\nRUN ls\n");
    let found = client.request("textDocument/diagnostic", json!({"textDocument": {"uri": URI}}))["result"].clone();
    let mut titles = |named: &Value| {
        let start = json!({"line": 0, "character": 0});
        let params = json!({"textDocument": {"uri": URI}, "range": {"start": start, "end": start}, "context": {"diagnostics": named}});
        client.request("textDocument/codeAction", params)["result"].to_string()
    };
    assert!(titles(&found["items"]).contains("explain untagged-base-image"));
    assert!(!titles(&json!([])).contains("explain untagged-base-image"));
}

#[test]
fn a_rule_is_silenced_and_explained_once_however_often_it_was_found() {
    let mut client = Client::pulling();
    client.open_text("FROM debian:12\nRUN apt-get install a && apt-get install b\nRUN apt-get install c\nUSER 1\n");
    let answer = client.at("codeAction", 4, 0);
    let actions = answer["result"].as_array().expect("a list");
    let about = |title: &str| actions.iter().filter(|it| it["title"] == title).collect::<Vec<_>>();
    let found = |it: &Value| it["diagnostics"].as_array().map_or(0, Vec::len);
    for title in ["ignore apt-missing-yes for this file", "explain apt-missing-yes"] {
        let all = about(title);
        assert_eq!((all.len(), found(all[0])), (1, 3), "{title}");
    }
    let here: Vec<usize> = about("ignore apt-missing-yes for this instruction").into_iter().map(found).collect();
    assert_eq!(here, [2, 1]);
}

#[test]
fn all_that_is_safe_is_fixed_by_one_action_with_the_edit_inside() {
    for (capabilities, way) in [
        (pulls(), "/edit/changes/untitled:Dockerfile/0"),
        (
            json!({"textDocument": {"diagnostic": {}}, "workspace": {"workspaceEdit": {"documentChanges": true}}}),
            "/edit/documentChanges/0/edits/0",
        ),
    ] {
        let mut client = Client::with(json!({"capabilities": capabilities}));
        client.open_text("FROM debian:12\nRUN sudo apt-get install curl\nUSER 1\n");
        let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 3, "character": 0}});
        let asked = json!({"textDocument": {"uri": URI}, "range": range, "context": {"diagnostics": [], "only": ["source.fixAll"]}});
        let answer = client.request("textDocument/codeAction", asked.clone());
        let actions = answer["result"].as_array().expect("a list");
        assert_eq!((actions.len(), &actions[0]["kind"]), (1, &json!("source.fixAll.cachalot")));
        let edit = actions[0].pointer(way).expect("an edit");
        let change = json!({"range": edit["range"], "text": edit["newText"]});
        let document = json!({"uri": URI, "version": 2});
        client.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": [change]}));
        assert_eq!(client.request("textDocument/codeAction", asked)["result"], json!([]), "once is enough");
    }
}

#[test]
fn diagnostics_say_what_could_go_what_is_outdated_and_what_they_are_about() {
    let mut client = Client::pulling();
    client.open_text("# cachalot: file-ignore=sudo-used\nFROM alpine:3.20\nMAINTAINER me\nCMD [\"a\"]\nCMD [\"b\"]\n");
    let answer = client.request("textDocument/diagnostic", json!({"textDocument": {"uri": URI}}));
    let items = answer["result"]["items"].as_array().expect("a list");
    let of_line = |line: u64| items.iter().filter(move |it| it["range"]["start"]["line"] == line);
    assert!(of_line(0).any(|it| it["tags"] == json!([1])), "{items:?}");
    assert!(of_line(2).any(|it| it["tags"] == json!([2])), "{items:?}");
    let related = |it: &Value| it["relatedInformation"][0]["location"]["uri"] == URI;
    assert!(of_line(3).any(related), "{items:?}");
}

#[test]
fn a_dockerfile_shown_in_a_document_is_linted_where_it_stands() {
    let mut client = Client::pulling();
    let uri = "untitled:README.md";
    client.open_as(uri, "markdown", "# App\n\n```dockerfile\nFROM alpine:3.20\nRUN sudo ls\n```\n");
    let answer = client.request("textDocument/diagnostic", json!({"textDocument": {"uri": uri}}));
    let items = answer["result"]["items"].as_array().expect("a list");
    assert!(items.iter().any(|it| it["code"] == "sudo-used" && it["range"]["start"]["line"] == 4), "{items:?}");
}

#[test]
fn completion_and_hover_know_the_language_and_the_file() {
    let mut client = Client::pulling();
    client.open_text("FROM alpine AS base\nENV WHO=you\nFROM base\nCOPY --from=\nRUN --mount=type=\nRUN echo $\n");
    assert!(labels(&client.at("completion", 3, 12)).contains(&"base"));
    assert!(labels(&client.at("completion", 4, 17)).contains(&"cache"));
    assert!(labels(&client.at("completion", 5, 10)).contains(&"WHO"));
    client.open_text("FROM alpine AS base\nENV WHO=you\nFROM base\nRUN --network=none echo $WHO\n");
    for (character, word) in [(1, "RUN"), (7, "network"), (26, "you")] {
        let hover = client.at("hover", 3, character);
        assert!(hover["result"]["contents"]["value"].as_str().is_some_and(|it| it.contains(word)), "{hover}");
    }
}

#[test]
fn names_are_found_and_renamed() {
    let mut client = Client::pulling();
    client.open_text("FROM alpine AS base\nARG A=1\nRUN echo $A ${A}\nFROM base\nCOPY --from=base /a /b\n");
    assert_eq!(client.at("definition", 4, 13)["result"][0]["range"]["start"], json!({"line": 0, "character": 15}));
    assert_eq!(client.at("references", 0, 16)["result"].as_array().map(Vec::len), Some(3));
    assert_eq!(client.at("documentHighlight", 2, 10)["result"].as_array().map(Vec::len), Some(3));
    assert_eq!(client.at("rename", 1, 4)["result"]["changes"][URI].as_array().map(Vec::len), Some(3));
}

#[test]
fn the_workspace_is_linted_and_searched_with_what_the_editor_has_open() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let put = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("writes");
    put("Dockerfile", "FROM alpine:3.20 AS first\nFOO x\n");
    put("other.dockerfile", "FROM alpine:3.20 AS second\nUSER 1\n");
    put("notes.md", "nothing\n");
    let uri = |name: &str| uri(&folder.path().join(name));
    let mut client = Client::new(&pulls(), &Value::Null, folder.path());
    let asked = |known: &Value| json!({"previousResultIds": known});
    let found = client.request("workspace/diagnostic", asked(&json!([])));
    let items = found["result"]["items"].as_array().expect("a list").clone();
    assert_eq!(items.len(), 2, "{items:?}");
    assert_eq!(items[0]["uri"], uri("Dockerfile"));
    assert!(tells_of_an_error(&items[0]["items"]));
    let known: Vec<Value> = items.iter().map(|it| json!({"uri": it["uri"], "value": it["resultId"]})).collect();
    let again = client.request("workspace/diagnostic", asked(&known.into()));
    assert!(again["result"]["items"].as_array().is_some_and(|all| all.iter().all(|it| it["kind"] == "unchanged")));
    client.open_as(&uri("Dockerfile"), "dockerfile", "FROM a AS third\n");
    let symbols = client.request("workspace/symbol", json!({"query": "rd"}));
    let names: Vec<&str> =
        symbols["result"].as_array().expect("a list").iter().filter_map(|it| it["name"].as_str()).collect();
    assert_eq!(names, ["third"]);
}

#[test]
fn paths_are_those_that_reach_the_builder() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let put = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("writes");
    std::fs::create_dir(folder.path().join("src")).expect("creates");
    put("src/main.rs", "");
    put("secret.pem", "");
    put("setup.cfg", "");
    put("read me.txt", "");
    put("Dockerfile", "FROM a\n");
    put(".dockerignore", "*.pem\n");
    let mut client = Client::pulling();
    let uri = uri(&folder.path().join("Dockerfile"));
    let text = "FROM a\nCOPY s\nCOPY src/\nRUN --mount=type=bind,source=se\nCOPY setup.cfg \nCOPY [\"re\nCOPY --from=a \nONBUILD COPY src/\nCOPY ./\n";
    client.open_as(&uri, "dockerfile", text);
    for (line, character, wanted) in [
        (1, 6, vec!["setup.cfg", "src/"]),
        (2, 9, vec!["src/main.rs"]),
        (3, 32, vec!["setup.cfg"]),
        // Where they go to comes first; a name with a blank needs quotes; nobody copies the Dockerfile.
        (4, 15, vec!["./", ".", "setup.cfg", "src/"]),
        (5, 8, vec!["read me.txt"]),
        (6, 14, vec![]),
        (7, 17, vec!["src/main.rs"]),
        (8, 7, vec!["setup.cfg", "src/"]),
    ] {
        let position = json!({"line": line, "character": character});
        let answer =
            client.request("textDocument/completion", json!({"textDocument": {"uri": uri}, "position": position}));
        assert_eq!(labels(&answer), wanted, "line {line}");
    }
}

#[test]
fn compose_and_bake_files_are_linted_whatever_the_editor_calls_them() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let put = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("writes");
    put("Dockerfile", "FROM alpine:3.20 AS app\nUSER 1\n");
    let compose = "services:\n  web:\n    build:\n      context: .\n      target: nowhere\n";
    let bake = "target \"web\" {\n  target = \"nowhere\"\n}\n";
    put("compose.yaml", compose);
    put("docker-bake.hcl", bake);
    let mut client = Client::new(&pulls(), &Value::Null, folder.path());
    let rules = |items: &Value| -> Vec<String> {
        items.as_array().into_iter().flatten().map(|it| it["code"].as_str().unwrap_or_default().to_string()).collect()
    };
    let all = client.request("workspace/diagnostic", json!({"previousResultIds": []}));
    let items = all["result"]["items"].as_array().expect("a list").clone();
    for (name, language, text, rule) in [
        ("compose.yaml", "dockercompose", compose, "compose-target-unknown"),
        ("compose.yaml", "dockerfile", compose, "compose-target-unknown"),
        ("docker-bake.hcl", "hcl", bake, "bake-target-unknown"),
    ] {
        let uri = uri(&folder.path().join(name));
        let closed = items.iter().find(|it| it["uri"] == uri).expect("its report");
        assert!(rules(&closed["items"]).contains(&rule.to_string()), "{closed}");
        client.open_as(&uri, language, text);
        let open = client.request("textDocument/diagnostic", json!({"textDocument": {"uri": uri}}));
        assert_eq!(rules(&open["result"]["items"]), [rule], "{name} as {language}");
        let symbols = client.request("textDocument/documentSymbol", json!({"textDocument": {"uri": uri}}));
        assert_eq!(symbols["result"], Value::Null, "no Dockerfile, no outline of ours");
    }
}

#[test]
fn tokens_are_told_as_what_has_changed() {
    let mut client = Client::pulling();
    client.open_text("FROM alpine\nRUN echo a\nUSER 1\n");
    let document = json!({"uri": URI});
    let full = client.request("textDocument/semanticTokens/full", json!({"textDocument": document}));
    let place = |character: u64| json!({"line": 1, "character": character});
    let change = json!({"range": {"start": place(4), "end": place(8)}, "text": "printf"});
    let changed = json!({"textDocument": {"uri": URI, "version": 2}, "contentChanges": [change]});
    client.notify("textDocument/didChange", changed);
    let asked = json!({"textDocument": document, "previousResultId": full["result"]["resultId"]});
    let delta = client.request("textDocument/semanticTokens/full/delta", asked.clone())["result"].clone();
    let mut data = full["result"]["data"].as_array().expect("numbers").clone();
    for edit in delta["edits"].as_array().expect("edits") {
        let [start, count] = ["start", "deleteCount"].map(|key| edit[key].as_u64().expect("a number") as usize);
        data.splice(start..start + count, edit["data"].as_array().expect("numbers").clone());
    }
    let fresh = client.request("textDocument/semanticTokens/full", json!({"textDocument": document}));
    assert_eq!(Value::from(data), fresh["result"]["data"]);
    let outdated = client.request("textDocument/semanticTokens/full/delta", asked);
    assert_eq!(outdated["result"]["data"], fresh["result"]["data"], "an unknown result is told whole");
}

#[test]
fn formatting_is_for_dockerfiles_alone() {
    let features = json!({"formatting": {"dynamicRegistration": true}});
    let mut client = Client::with(json!({"capabilities": {"textDocument": features}}));
    let asked = client.wait_for("client/registerCapability")["registrations"][0].clone();
    assert_eq!(asked["method"], "textDocument/formatting");
    assert_eq!(asked["registerOptions"]["documentSelector"][0], json!({"language": "dockerfile"}));
}

#[test]
fn settings_come_from_the_client_and_may_come_late() {
    let mut client = Client::with(json!({"capabilities": {"workspace": {"configuration": true}}}));
    client.open_text("FROM alpine\n");
    let asked = loop {
        let message = client.receive();
        if message["method"] == "workspace/configuration" {
            break message["id"].clone();
        }
    };
    let untagged = |message: &Value| message["params"]["diagnostics"].to_string().contains("untagged-base-image");
    let before = client.receive();
    assert!(untagged(&before), "{before}");
    let settings = json!({"ignore": ["untagged-base-image"]});
    client.raw(json!({"jsonrpc": "2.0", "id": asked, "result": [settings]}).to_string().as_bytes());
    let after = client.receive();
    assert!(after["params"]["diagnostics"].is_array() && !untagged(&after), "{after}");
}

#[test]
fn symbols_nest_and_stages_fold() {
    let mut client = Client::pulling();
    client.open_text("ARG A\nFROM alpine AS base\nRUN <<EOF\necho\nEOF\nFROM base\n");
    let symbols = client.at("documentSymbol", 0, 0);
    assert_eq!(symbols["result"][1]["name"], "base");
    assert_eq!(symbols["result"][1]["children"][0]["name"], "RUN <<EOF");
    let folds = client.at("foldingRange", 0, 0);
    assert!(
        folds["result"]
            .as_array()
            .is_some_and(|it| it.contains(&json!({"startLine": 1, "endLine": 4, "kind": "region"})))
    );
}

/// Every file of `fixtures/lsp`: a document, then requests with the answers that the server gives.
/// `UPDATE_LSP=1` writes the answers; read them.
#[test]
fn transcripts_are_answered_as_written() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/lsp");
    let mut faults = Vec::new();
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).expect("is there").map(|it| it.expect("readable").path()).collect();
    paths.sort();
    assert!(paths.len() >= 5);
    for path in paths {
        let written = std::fs::read_to_string(&path).expect("readable").replace("\r\n", "\n");
        let given = transcript(&written);
        if std::env::var_os("UPDATE_LSP").is_some() {
            std::fs::write(&path, &given).expect("writable");
        } else if given != written {
            faults.push(format!("{}:\n{given}", path.display()));
        }
    }
    assert!(faults.is_empty(), "answered differently:\n{}", faults.join("\n"));
}

/// The document with its requests, each followed by the answer.
fn transcript(written: &str) -> String {
    let mut sections = written.split("=== ");
    let text = sections.next().unwrap_or_default();
    let mut client = Client::pulling();
    client.open_text(text);
    let mut out = text.to_string();
    for section in sections {
        let line = section.lines().next().unwrap_or_default();
        let (method, rest) = line.split_once(' ').unwrap_or((line, ""));
        let mut params = json!({"textDocument": {"uri": URI}, "options": {}});
        let (place, more) = rest.split_at(rest.find('{').unwrap_or(rest.len()));
        if let Some((line, character)) = place.trim().split_once(':') {
            let number = |text: &str| text.parse::<u64>().expect("a number");
            params["position"] = json!({"line": number(line), "character": number(character)});
        }
        if !more.is_empty() {
            let more: serde_json::Map<String, Value> = serde_json::from_str(more).expect("JSON");
            params.as_object_mut().expect("an object").extend(more);
        }
        let answer = client.request(method, params);
        out += &format!("=== {line}\n{}", shown(text, &answer));
    }
    out
}

/// An answer as a person reads it: a line for each thing.
fn shown(text: &str, answer: &Value) -> String {
    let result = answer.get("result").unwrap_or(&answer["error"]);
    if let Some(data) = result.get("data").and_then(Value::as_array) {
        return tokens(text, data);
    }
    if let Some(items) = result.get("items").and_then(Value::as_array) {
        let word = |item: &Value, key: &str| item[key].as_str().unwrap_or_default().to_string();
        let line =
            |item: &Value| format!("{}  {}", word(item, "label"), word(item, "detail")).trim().to_string() + "\n";
        return items.iter().map(line).collect();
    }
    match result.as_array() {
        Some(all) if !all.is_empty() => all.iter().map(|it| format!("{it}\n")).collect(),
        _ => format!("{result}\n"),
    }
}

/// Semantic tokens with the words that they cover.
fn tokens(text: &str, data: &[Value]) -> String {
    let types =
        "keyword comment macro parameter variable string number class namespace function operator property enumMember";
    let types: Vec<&str> = types.split(' ').collect();
    let lines: Vec<Vec<u16>> = text.lines().map(|line| line.encode_utf16().collect()).collect();
    let (mut line, mut start, mut out) = (0, 0, String::new());
    for token in data.chunks(5) {
        let number = |at: usize| token[at].as_u64().expect("a number") as usize;
        (line, start) = (line + number(0), if number(0) == 0 { start + number(1) } else { number(1) });
        let word = String::from_utf16_lossy(&lines[line][start..start + number(2)]);
        let declared = if number(4) == 1 { " declaration" } else { "" };
        out += &format!("{line}:{start} {}{declared} {word}\n", types[number(3)]);
    }
    out
}

/// A small generator is enough, and the same everywhere.
fn random(state: &mut u64, below: usize) -> usize {
    *state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
    (*state >> 33) as usize % below.max(1)
}

#[test]
fn random_edits_end_where_a_fresh_open_ends() {
    let pieces = ["\n", "\r\n", "x", "\u{e9}", "\u{1f600}", "RUN a\n", "FROM b AS c\n", "$X", "\\\n", "# c\n", ""];
    let (mut edited, mut fresh) = (Client::pulling(), Client::pulling());
    let mut text = "FROM alpine\nRUN echo \u{1f600}\r\n".to_string();
    edited.open_text(&text);
    let mut state = 7;
    for round in 1..=20_000 {
        let mut border =
            |_| (0..=random(&mut state, text.len() + 1)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let (a, b) = (border(0), border(1));
        let (start, end) = (a.min(b), a.max(b).min(a.min(b) + 12));
        let end = (start..=end).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(start);
        let splits = |at: usize| text[..at].ends_with('\r') && text[at..].starts_with('\n');
        if splits(start) || splits(end) {
            continue;
        }
        let new = pieces[random(&mut state, pieces.len())];
        let change = json!({"range": {"start": position(&text, start), "end": position(&text, end)}, "text": new});
        let document = json!({"uri": URI, "version": round});
        edited.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": [change]}));
        text.replace_range(start..end, new);
        if round % 500 == 0 {
            fresh.open_text(&text);
            for feature in ["documentSymbol", "foldingRange", "semanticTokens/full", "formatting", "diagnostic"] {
                let mut answers = [edited.at(feature, 0, 0), fresh.at(feature, 0, 0)].map(|it| it["result"].clone());
                answers.iter_mut().filter_map(Value::as_object_mut).for_each(|it| drop(it.remove("resultId")));
                assert_eq!(answers[0], answers[1], "{text:?}");
            }
        }
    }
}

fn position(text: &str, offset: usize) -> Value {
    let (mut line, mut start) = (0, 0);
    for (at, c) in text[..offset].char_indices() {
        if c == '\n' || (c == '\r' && !text[at + 1..].starts_with('\n')) {
            (line, start) = (line + 1, at + 1);
        }
    }
    json!({"line": line, "character": text[start..offset].encode_utf16().count()})
}

fn tells_of_an_error(items: &Value) -> bool {
    items.as_array().is_some_and(|all| all.iter().any(|it| it["severity"] == 1))
}
