//! Rewrites the fences of a rule page that hold what the program says.

use std::fs;
use std::path::Path;

use cachalot::rules::{Example, Rule};

type Render<'a> = &'a dyn Fn(&Example) -> String;

/// Puts the real rendering into every `text` fence after a bad example, and the real result of the
/// fixes into every `dockerfile fixed` or `markdown fixed` fence.
pub(crate) fn update(rule: &Rule, rendered: Render, fixed: Render) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(rule.path);
    let page = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut out = String::new();
    let mut examples = rule.examples().into_iter();
    let mut current: Option<Example> = None;
    let mut names_file = false;
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        out.push_str(line);
        out.push('\n');
        let Some(info) = line.strip_prefix("```") else {
            if !line.trim().is_empty() {
                names_file = line.trim().starts_with('`') && line.trim().ends_with("`:");
            }
            continue;
        };
        let fence = "`".repeat(3 + info.len() - info.trim_start_matches('`').len());
        let old: Vec<&str> = lines.by_ref().take_while(|line| line.trim_end() != fence).collect();
        let info = info.trim_start_matches('`').trim();
        let is_file = std::mem::take(&mut names_file);
        let role = info.split_once(' ').map_or("", |(_, role)| role);
        if !is_file && matches!(role, "bad" | "good") {
            current = examples.next();
        }
        let new = match (info, role, &current) {
            ("text", _, Some(example)) if !is_file => Some(rendered(example)),
            (_, "fixed", Some(example)) if !is_file => Some(fixed(example)),
            _ => None,
        };
        let text = new.unwrap_or_else(|| old.iter().flat_map(|line| [line, "\n"]).collect());
        out.push_str(&text);
        out.push_str(&fence);
        out.push('\n');
    }
    if out != page {
        fs::write(&path, out).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
}
