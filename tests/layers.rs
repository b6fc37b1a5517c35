//! The layers as `src/lib.rs` lists them: a module uses only what stands above it, and the pure
//! ones touch neither disk nor environment.

use std::fs;
use std::path::{Path, PathBuf};

/// The first module that may touch the world.
const FIRST_IMPURE: &str = "host";
const WORLD: [&str; 6] = ["std::fs", "std::env", "std::process", "std::net", "SystemTime", "Instant::now"];

#[test]
fn modules_use_only_what_stands_above_them() {
    let layers = layers();
    let mut faults = Vec::new();
    for (at, layer) in layers.iter().enumerate() {
        for (place, line) in code_of(layer) {
            for used in line.split("crate::").skip(1).filter_map(first_word) {
                if layers.iter().position(|other| *other == used).is_some_and(|other| other > at) {
                    faults
                        .push(format!("{place}: `{layer}` must not use `{used}`, which stands below it in src/lib.rs"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn pure_modules_leave_the_world_alone() {
    let mut faults = Vec::new();
    for layer in layers().iter().take_while(|layer| *layer != FIRST_IMPURE) {
        for (place, line) in code_of(layer) {
            for thing in WORLD.iter().filter(|thing| line.contains(*thing)) {
                faults.push(format!("{place}: `{layer}` is pure, `{thing}` belongs into `host`"));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn the_order_is_the_design() {
    let expected = [
        "text",
        "diagnostic",
        "syntax",
        "shell",
        "model",
        "cache",
        "image",
        "rules",
        "config",
        "lint",
        "refactor",
        "format",
        "report",
    ];
    let edges = ["host", "lsp", "cli"];
    let wanted: Vec<&str> = expected.into_iter().chain(edges).collect();
    let found = layers();
    let mut last = 0;
    for layer in &found {
        let at = wanted.iter().position(|name| name == layer);
        let at = at.unwrap_or_else(|| panic!("`{layer}` is no layer of the design: add it to this test's list"));
        assert!(at >= last, "`{layer}` stands at the wrong place in src/lib.rs");
        last = at;
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn layers() -> Vec<String> {
    let text = fs::read_to_string(root().join("src/lib.rs")).expect("src/lib.rs is there");
    let module = |line: &str| Some(line.trim().strip_prefix("pub mod ")?.strip_suffix(';')?.to_string());
    text.lines().filter_map(module).collect()
}

/// Every line of a module's code with its place; unit tests and comments are left out.
fn code_of(layer: &str) -> Vec<(String, String)> {
    let mut files = Vec::new();
    rust_files(&root().join("src").join(layer), &mut files);
    files.extend(Some(root().join(format!("src/{layer}.rs"))).filter(|path| path.is_file()));
    files.iter().flat_map(|path| lines(path)).collect()
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|it| it == "rs") && path.file_stem().is_some_and(|it| it != "tests") {
            found.push(path);
        }
    }
}

fn lines(path: &Path) -> Vec<(String, String)> {
    let text = fs::read_to_string(path).expect("source is readable");
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let name = path.strip_prefix(root()).unwrap_or(path).display().to_string();
    let place = |at: usize| format!("{name}:{}", at + 1);
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    let lines = code.lines().enumerate().filter(|(_, line)| is_code(line));
    lines.map(|(at, line)| (place(at), line.to_string())).collect()
}

fn first_word(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len());
    (end > 0).then(|| &text[..end])
}
