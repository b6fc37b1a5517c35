//! Every output format holds to what its readers expect: JSON to a schema, XML to its shape, lines to
//! their grammar.

use std::collections::BTreeMap;
use std::path::Path;

use cachalot::config::{Loaded, Overrides};
use cachalot::diagnostic::Diagnostic;
use cachalot::lint::{FileKind, Input, lint};
use cachalot::report::{Format, Run, Style, write};
use cachalot::text::{Source, Sources};
use quick_xml::Reader;
use quick_xml::events::Event;
use regex_lite::Regex;
use serde_json::Value;

/// Files with all severities, awkward names and awkward texts, and a clean one.
const FILES: [(&str, &str); 4] = [
    ("clean/Dockerfile", "FROM alpine:3.20\nUSER 1000\nENTRYPOINT [\"/bin/true\"]\n"),
    (
        "a b/Docker,file:1%",
        "FROM ubuntu\nRUN apt-get update && \\\n  apt-get install curl\nRUN echo $x | tee \"/é<&>\"\nCMD x\n",
    ),
    ("broken/Dockerfile", "FROM debian:12\nRUNN \u{1b}[31m\u{7} <b>&amp;]]>\nCOPY --from=nowhere a b\n"),
    ("markdown/README.md", "# T\n\n```dockerfile\nFROM x\nMAINTAINER me | you\nADD a b\n```\n"),
];

fn found() -> (Sources, Vec<Diagnostic>, Vec<String>) {
    let loaded = Loaded::from_text("cachalot.toml", "preset = \"all\"").expect("is right");
    let config = loaded.resolve("Dockerfile", &Overrides::default()).expect("nothing is given");
    let mut sources = Sources::default();
    let mut diagnostics = Vec::new();
    for (name, text) in FILES {
        let file = sources.add(Source::new(name, text));
        let kind = FileKind::of(name).unwrap_or(FileKind::Dockerfile);
        diagnostics.extend(lint(&Input::new(&sources, file, kind, &config)));
    }
    let clean = |name: &str| name.starts_with("clean");
    diagnostics.retain(|it: &Diagnostic| !clean(&sources.get(it.primary.file).name));
    assert!(diagnostics.len() > 10, "there is something to report");
    (sources, diagnostics, FILES.iter().map(|(name, _)| name.to_string()).collect())
}

fn rendered(format: Format) -> String {
    let (sources, diagnostics, files) = found();
    let run = Run { sources: &sources, diagnostics: &diagnostics, files: &files, folder: "sub/" };
    bytes(format, &run)
}

fn empty(format: Format) -> String {
    let run = Run { sources: &Sources::default(), diagnostics: &[], files: &[], folder: "" };
    bytes(format, &run)
}

fn bytes(format: Format, run: &Run) -> String {
    let mut out = Vec::new();
    write(&mut out, format, run, Style::default()).expect("memory takes all");
    String::from_utf8(out).expect("formats are UTF-8")
}

fn schema(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas").join(name);
    serde_json::from_str(&std::fs::read_to_string(&path).expect("is there")).expect("is JSON")
}

fn check(schema: &Value, value: &Value) {
    let validator = jsonschema::validator_for(schema).expect("is a schema");
    let errors: Vec<String> = validator.iter_errors(value).map(|it| format!("{}: {it}", it.instance_path())).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

#[test]
fn whole_documents_hold_to_their_schemas() {
    let cases = [(Format::Sarif, "sarif.json"), (Format::Gitlab, "gitlab.json"), (Format::Sonarqube, "sonarqube.json")];
    for (format, name) in cases.into_iter().chain([(Format::Rdjson, "rdjson.json")]) {
        for text in [rendered(format), empty(format)] {
            check(&schema(name), &serde_json::from_str(&text).expect("is JSON"));
        }
    }
}

#[test]
fn the_schemas_refuse_what_is_wrong() {
    let cases = [
        ("sarif.json", r#"{"version":"2.1.0","runs":[{}]}"#),
        ("gitlab.json", r#"[{"description":"x"}]"#),
        ("sonarqube.json", r#"{"issues":[]}"#),
        ("rdjson.json", r#"{"source":{},"diagnostics":[{"message":"x"}]}"#),
        ("ndjson.json", r#"{"type":"file","version":1}"#),
    ];
    for (name, wrong) in cases {
        let value = serde_json::from_str(wrong).expect("is JSON");
        assert!(!jsonschema::is_valid(&schema(name), &value), "{name} takes {wrong}");
    }
}

#[test]
fn sarif_refers_to_its_rules() {
    let log: Value = serde_json::from_str(&rendered(Format::Sarif)).expect("is JSON");
    let run = &log["runs"][0];
    for result in run["results"].as_array().expect("results") {
        let rule = &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().expect("an index") as usize];
        assert_eq!(rule["id"], result["ruleId"]);
    }
}

#[test]
fn streams_are_objects_one_by_one() {
    let codeclimate = rendered(Format::Codeclimate);
    assert!(codeclimate.ends_with('\0'));
    let mut item = schema("gitlab.json");
    item["$ref"] = "#/definitions/issue".into();
    ["type", "items"].iter().for_each(|key| drop(item.as_object_mut().expect("an object").remove(*key)));
    for issue in codeclimate.trim_end_matches('\0').split('\0') {
        check(&item, &serde_json::from_str(issue).expect("is JSON"));
    }
    let text = rendered(Format::Ndjson);
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("is JSON")).collect();
    lines.iter().for_each(|line| check(&schema("ndjson.json"), line));
    assert_eq!(lines.iter().filter(|line| line["type"] == "file").count(), FILES.len());
    for line in rendered(Format::Codacy).lines() {
        let object: Value = serde_json::from_str(line).expect("is JSON");
        let keys: Vec<&String> = object.as_object().expect("an object").keys().collect();
        assert_eq!(keys, ["filename", "line", "message", "patternId"]);
    }
}

#[test]
fn fingerprints_are_unique() {
    let issues: Vec<Value> = serde_json::from_str(&rendered(Format::Gitlab)).expect("is JSON");
    let mut prints: Vec<&str> = issues.iter().filter_map(|it| it["fingerprint"].as_str()).collect();
    prints.sort_unstable();
    prints.dedup();
    assert_eq!(prints.len(), issues.len());
}

/// Every element with its attributes, after reading the whole document.
fn elements(xml: &str) -> Vec<(String, BTreeMap<String, String>)> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = true;
    let mut out = Vec::new();
    let mut open = 0;
    loop {
        match reader.read_event().unwrap_or_else(|error| panic!("{error} in {xml}")) {
            Event::Eof => break,
            Event::End(_) => open -= 1,
            event @ (Event::Start(_) | Event::Empty(_)) => {
                open += i32::from(matches!(event, Event::Start(_)));
                let (Event::Start(tag) | Event::Empty(tag)) = event else { unreachable!() };
                let text = |text: &str| text.to_string();
                let attributes = tag.attributes().map(|it| {
                    let it = it.expect("an attribute");
                    (text(it.key.as_ref()), text(&it.value))
                });
                out.push((text(tag.name().as_ref()), attributes.collect()));
            }
            _ => {}
        }
    }
    assert_eq!(open, 0, "every element is closed");
    assert!(xml.chars().all(|c| c == '\n' || c >= ' ' && c != '\u{ffff}'), "no character that XML forbids");
    out
}

#[test]
fn checkstyle_has_files_with_errors() {
    assert_eq!(elements(&empty(Format::Checkstyle)).len(), 1);
    let found = elements(&rendered(Format::Checkstyle));
    let of = |name: &str| found.iter().filter(|(it, _)| it == name).collect::<Vec<_>>();
    assert_eq!((found[0].0.as_str(), of("file").len()), ("checkstyle", FILES.len()));
    for (_, attributes) in of("error") {
        assert!(["error", "warning", "info"].contains(&attributes["severity"].as_str()), "{attributes:?}");
        let number = |key: &str| attributes[key].parse::<u32>().expect("a number");
        assert!(number("line") > 0 && number("column") > 0 && !attributes["source"].is_empty());
        assert!(attributes.contains_key("message"));
    }
    assert_eq!(of("error").len() + of("file").len() + 1, found.len());
}

#[test]
fn junit_counts_what_it_holds() {
    elements(&empty(Format::Junit));
    let found = elements(&rendered(Format::Junit));
    let count = |name: &str| found.iter().filter(|(it, _)| it == name).count();
    let (_, root) = &found[0];
    assert_eq!(root["tests"], count("testcase").to_string());
    assert_eq!(root["failures"], count("failure").to_string());
    assert_eq!(count("testsuite"), FILES.len());
    let sum: usize =
        found.iter().filter(|(it, _)| it == "testsuite").filter_map(|(_, it)| it["tests"].parse::<usize>().ok()).sum();
    assert_eq!(sum, count("testcase"));
    for (_, case) in found.iter().filter(|(it, _)| it == "testcase") {
        assert!(["name", "classname", "file", "time"].iter().all(|key| case.contains_key(*key)), "{case:?}");
    }
}

#[test]
fn line_formats_hold_to_their_grammar() {
    let cases = [
        (
            Format::Github,
            r"^::(error|warning|notice) file=[^,:]+(,(line|endLine|col|endColumn)=[1-9][0-9]*)+,title=[a-zA-Z0-9-]+::[^\r\n]+$",
        ),
        (
            Format::Azure,
            r"^##vso\[task\.logissue type=(error|warning);sourcepath=[^;\]]+;linenumber=[0-9]+;columnnumber=[0-9]+;code=[a-zA-Z0-9-]+\].+$",
        ),
        (Format::Gnu, r"^.+:[0-9]+\.[0-9]+(-([0-9]+\.)?[0-9]+)?: (error|warning|info|hint): .+ \[[a-zA-Z0-9-]+\]$"),
        (Format::Compact, r"^.+:[0-9]+:[0-9]+: (error|warning|info|hint)\[[a-zA-Z0-9-]+\]: .+$"),
    ];
    let count = found().1.len();
    for (format, grammar) in cases {
        let grammar = Regex::new(grammar).expect("is a pattern");
        let text = rendered(format);
        assert_eq!(text.lines().count(), count);
        text.lines().for_each(|line| assert!(grammar.is_match(line), "{format:?}: {line}"));
        assert_eq!(empty(format), "");
    }
}

#[test]
fn services_get_paths_from_the_root_of_the_repository() {
    assert!(rendered(Format::Github).contains("file=sub/a b/Docker%2Cfile%3A1%25,"));
    assert!(rendered(Format::Azure).contains("sourcepath=sub/a b/Docker,file:1%AZP25;"));
    let issues: Value = serde_json::from_str(&rendered(Format::Gitlab)).expect("is JSON");
    assert_eq!(issues[0]["location"]["path"], "sub/a b/Docker,file:1%");
}

#[test]
fn tap_says_how_many_and_which_failed() {
    let text = rendered(Format::Tap);
    let mut lines = text.lines();
    assert_eq!((lines.next(), lines.next()), (Some("TAP version 14"), Some("1..4")));
    let tests: Vec<&str> = lines.clone().filter(|line| !line.starts_with(' ')).collect();
    assert!(tests.contains(&"ok 3 - clean/Dockerfile") && tests.contains(&"not ok 2 - broken/Dockerfile"), "{tests:?}");
    assert!(lines.all(|line| line.starts_with("  ") || line.starts_with("ok ") || line.starts_with("not ok ")));
    assert_eq!(empty(Format::Tap), "TAP version 14\n1..0\n");
}

#[test]
fn nothing_of_a_file_is_markup() {
    let page = rendered(Format::Html);
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
    assert!(!page.contains("<b>&amp;]]>") && page.contains("&lt;b&gt;"), "texts are escaped");
    let table = rendered(Format::Markdown);
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with('|')).collect();
    assert_eq!(rows.len(), found().1.len() + 2);
    for row in rows {
        assert_eq!(row.replace("\\|", "").matches('|').count(), 5, "{row}");
    }
}
