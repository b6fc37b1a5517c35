//! What completion writes, says and asks, as a client sees it.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::client::{Client, URI};
use crate::labels;

/// A client that pulls, and says this of its completion items.
fn client(item: Value, options: Value) -> Client {
    let features = json!({"diagnostic": {}, "completion": {"completionItem": item}});
    Client::with(json!({"capabilities": {"textDocument": features}, "initializationOptions": options}))
}

fn item<'a>(answer: &'a Value, label: &str) -> &'a Value {
    let items = answer["result"]["items"].as_array().expect("a list");
    items.iter().find(|it| it["label"] == label).unwrap_or_else(|| panic!("{label} in {answer}"))
}

#[test]
fn an_item_takes_the_place_of_what_was_typed() {
    let mut client = Client::pulling();
    client.open_text("FROM alpine AS base\nRUN --mou\nFROM ba\nRUN echo \u{1f600} ${PA\n");
    for (line, character, label, start) in [(1, 9, "--mount=", 4), (2, 7, "base", 5), (3, 16, "PATH", 14)] {
        let answer = client.at("completion", line, character);
        let edit = &item(&answer, label)["textEdit"];
        assert_eq!(edit["newText"], label);
        assert_eq!(edit["range"]["start"], json!({"line": line, "character": start}), "{label}");
        assert_eq!(edit["range"]["end"], json!({"line": line, "character": character}), "{label}");
    }
}

#[test]
fn the_rest_of_a_word_may_be_replaced_as_well() {
    let mut client = client(json!({"insertReplaceSupport": true}), Value::Null);
    client.open_text("FROM alpine AS base\nCOP . .\nRUN --mount=type=cache,tarxet=/x true\nFROM base:1\n");
    for (line, character, label, start, end) in
        [(1, 2, "COPY", 0, 3), (2, 25, "target=", 23, 30), (3, 7, "base", 5, 9), (3, 5, "alpine", 5, 9)]
    {
        let answer = client.at("completion", line, character);
        let edit = &item(&answer, label)["textEdit"];
        let place = |character: u64| json!({"line": line, "character": character});
        assert_eq!(edit["insert"], json!({"start": place(start), "end": place(character)}), "{label}");
        assert_eq!(edit["replace"], json!({"start": place(start), "end": place(end)}), "{label}");
    }
}

#[test]
fn words_are_explained_at_once_or_when_an_item_is_looked_at() {
    let mut at_once = Client::pulling();
    at_once.open_text("FROM a\n\n");
    let answer = at_once.at("completion", 1, 0);
    assert!(item(&answer, "COPY")["documentation"]["value"].as_str().is_some_and(|it| it.contains("build context")));

    let mut lazy = client(json!({"resolveSupport": {"properties": ["documentation"]}}), Value::Null);
    lazy.open_text("# cachalot: ignore=\nFROM a\n\n");
    let answer = lazy.at("completion", 2, 0);
    let copy = item(&answer, "COPY").clone();
    assert!(copy.get("documentation").is_none());
    let resolved = lazy.request("completionItem/resolve", copy.clone());
    assert_eq!(resolved["result"]["textEdit"], copy["textEdit"]);
    assert!(resolved["result"]["documentation"]["value"].as_str().is_some_and(|it| it.contains("build context")));
    // A rule is explained by its page.
    let answer = lazy.at("completion", 0, 19);
    let rule = item(&answer, "untagged-base-image").clone();
    let resolved = lazy.request("completionItem/resolve", rule);
    assert!(resolved["result"]["documentation"]["value"].as_str().is_some_and(|it| it.len() > 60), "{resolved}");
    // What was not offered comes back as it is.
    let strange = json!({"label": "strange", "data": 7});
    assert_eq!(lazy.request("completionItem/resolve", strange.clone())["result"], strange);
}

#[test]
fn a_client_that_reads_plain_text_gets_no_marks() {
    let mut client = client(json!({"documentationFormat": ["plaintext"]}), Value::Null);
    client.open_text("FROM a\n\n");
    let answer = client.at("completion", 1, 0);
    let about = &item(&answer, "COPY")["documentation"];
    assert_eq!(about["kind"], "plaintext");
    assert!(about["value"].as_str().is_some_and(|it| it.contains(": COPY [flags]")), "{about}");
    let mut client = Client::with(
        json!({"capabilities": {"textDocument": {"diagnostic": {}, "hover": {"contentFormat": ["plaintext"]}}}}),
    );
    client.open_text("FROM a\n");
    let hover = client.at("hover", 0, 1)["result"]["contents"].clone();
    assert_eq!(hover["kind"], "plaintext");
    assert!(hover["value"].as_str().is_some_and(|it| it.starts_with("FROM: Begins")), "{hover}");
}

#[test]
fn snippets_are_for_clients_that_have_places_to_fill_in() {
    let mut plain = Client::pulling();
    plain.open_text("\n");
    assert!(!plain.at("completion", 0, 0)["result"].to_string().contains("insertTextFormat"));

    let mut client = client(json!({"snippetSupport": true}), Value::Null);
    client.open_text("\n");
    let answer = client.at("completion", 0, 0);
    assert!(!labels(&answer).contains(&"HEALTHCHECK … CMD"), "nothing can stand before the first FROM");
    let go = item(&answer, "FROM … Go");
    assert_eq!((&go["kind"], &go["insertTextFormat"]), (&json!(15), &json!(2)));
    assert!(go["textEdit"]["newText"].as_str().is_some_and(|it| it.contains("${1:") && it.contains("go mod download")));
    // A file that has a stage needs no skeleton.
    client.open_text("FROM a\n\nRUN --\n");
    let answer = client.at("completion", 1, 0);
    assert!(!labels(&answer).contains(&"FROM … Go") && labels(&answer).contains(&"HEALTHCHECK … CMD"));
    let answer = client.at("completion", 2, 6);
    let mount = item(&answer, "--mount=type=cache");
    assert_eq!(mount["textEdit"]["newText"], "--mount=type=cache,target=${1:/root/.cache}");
    assert_eq!(mount["textEdit"]["range"]["start"]["character"], 4);
}

const DIGEST: &str = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

/// A registry with one repository, whose only manifest is `{}`. Gives its address and how often it was asked.
fn registry() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("127.0.0.1:{}", listener.local_addr().expect("an address").port());
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
            let request = lines.next().unwrap_or_default();
            lines.take_while(|line| !line.is_empty()).for_each(drop);
            count.fetch_add(1, Ordering::SeqCst);
            let (status, body) = match request.split(' ').nth(1).unwrap_or_default() {
                path if path.starts_with("/v2/app/tags/list") => {
                    ("200 OK", r#"{"name": "app", "tags": ["1.9", "1.10", "latest", "sha256-00.sig"]}"#)
                }
                "/v2/app/manifests/1.10" => ("200 OK", "{}"),
                "/v2/" => ("200 OK", ""),
                _ => ("404 Not Found", ""),
            };
            let kind = "application/vnd.oci.image.manifest.v1+json";
            let head = format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n", body.len());
            // A client that has gone is no fault of the registry's.
            let _ = write!(&stream, "{head}Docker-Content-Digest: {DIGEST}\r\nConnection: close\r\n\r\n{body}");
        }
    });
    (address, asked)
}

/// Asks until there is no more to come.
fn complete(client: &mut Client, line: u64, character: usize) -> Value {
    for _ in 0..600 {
        let answer = client.at("completion", line, character as u64);
        if answer["result"]["isIncomplete"] == false {
            return answer;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("the registry does not answer")
}

#[test]
fn tags_and_digests_come_from_a_registry_where_the_settings_say_so() {
    let (address, asked) = registry();
    let tagged = format!("FROM {address}/app:");
    let pinned = format!("FROM {address}/app:1.10@");
    let text = format!("{tagged}\n{pinned}\nFROM {address}/none:\n");

    let mut client = client(Value::Null, json!({"registries": true}));
    client.open_text(&text);
    let first = client.at("completion", 0, tagged.len() as u64);
    assert_eq!(first["result"], json!({"isIncomplete": true, "items": []}), "nobody waits for a registry");
    let tags = complete(&mut client, 0, tagged.len());
    assert_eq!(labels(&tags), ["1.10", "1.9", "latest"], "the highest version first");
    assert!(item(&tags, "1.10")["sortText"].as_str() < item(&tags, "1.9")["sortText"].as_str());
    assert_eq!(labels(&complete(&mut client, 1, pinned.len())), [DIGEST]);
    let count = asked.load(Ordering::SeqCst);
    complete(&mut client, 0, tagged.len());
    assert_eq!(asked.load(Ordering::SeqCst), count, "an answer is remembered");
    let missing = complete(&mut client, 2, format!("FROM {address}/none:").len());
    assert_eq!(missing["result"]["items"], json!([]));
}

#[test]
fn no_registry_is_asked_unless_the_settings_say_so() {
    let (address, asked) = registry();
    let text = format!("FROM {address}/app:");
    let mut client = Client::pulling();
    client.open_text(&text);
    assert_eq!(client.at("completion", 0, text.len() as u64)["result"]["isIncomplete"], false);
    assert!(client.request("textDocument/diagnostic", json!({"textDocument": {"uri": URI}}))["result"].is_object());
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}
