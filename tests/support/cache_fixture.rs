//! Fixtures of the cache: builds one after another with what BuildKit made of each step.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::cache_state::{File, NONCE, State};

/// A build as it stands in a fixture.
pub(crate) fn build_of(state: &State, seen: &BTreeMap<String, bool>) -> Value {
    let file = |file: &File| match file {
        File::Text(text, 0o644) => json!(text),
        File::Text(text, mode) => json!({"text": text, "mode": format!("{mode:o}")}),
        File::Archive(text) => json!({"archive": text}),
        File::Link(target) => json!({"link": target}),
        File::Folder(mode) => json!({"folder": format!("{mode:o}")}),
    };
    let files: BTreeMap<&String, Value> = state.files.iter().map(|(path, it)| (path, file(it))).collect();
    let is_step =
        |name: &str| name.starts_with('[') && !name.starts_with("[internal]") && !name.starts_with("[context ");
    let steps = seen.iter().filter(|(name, _)| is_step(name) && !name.contains("] FROM "));
    let hide = |text: &str| text.replace(&state.nonce, NONCE);
    let seen: BTreeMap<String, &str> =
        steps.map(|(name, cached)| (hide(name), if *cached { "cached" } else { "ran" })).collect();
    json!({
        "dockerfile": hide(&state.dockerfile()).lines().collect::<Vec<_>>(),
        "files": files,
        "ignore": state.ignore,
        "own_ignore": state.own_ignore,
        "options": state.options,
        "seen": seen,
    })
}

/// The state that a fixture's build describes, and what BuildKit made of each step.
pub(crate) fn state_of(build: &Value, nonce: &str) -> (State, BTreeMap<String, bool>) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
    let list = |value: &Value| value.as_array().into_iter().flatten().map(text).collect::<Vec<_>>();
    let octal = |value: &Value| u32::from_str_radix(value.as_str().unwrap_or("644"), 8).expect("an octal mode");
    let file = |value: &Value| match value {
        Value::String(text) => File::Text(text.clone(), 0o644),
        _ if value["archive"].is_string() => File::Archive(text(&value["archive"])),
        _ if value["link"].is_string() => File::Link(text(&value["link"])),
        _ if value["folder"].is_string() => File::Folder(octal(&value["folder"])),
        _ => File::Text(text(&value["text"]), octal(&value["mode"])),
    };
    let pairs = |value: &Value| value.as_object().cloned().unwrap_or_default();
    let state = State {
        files: pairs(&build["files"]).iter().map(|(path, value)| (path.clone(), file(value))).collect(),
        head: list(&build["dockerfile"]),
        options: pairs(&build["options"]).iter().map(|(name, value)| (name.clone(), text(value))).collect(),
        ignore: list(&build["ignore"]),
        own_ignore: build["own_ignore"] == true,
        nonce: nonce.to_string(),
        secret: "secret".to_string(),
        ..State::default()
    };
    let show = |name: &String| name.replace(NONCE, nonce);
    let seen = pairs(&build["seen"]).iter().map(|(name, value)| (show(name), value == "cached")).collect();
    (state, seen)
}
