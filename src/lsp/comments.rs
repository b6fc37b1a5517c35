//! Completion inside comments: directives at the top of the file, and what silences rules anywhere.

use crate::rules;

use super::document::Snapshot;
use super::items::Items;
use super::words::{self, Word};

/// Comments that silence rules.
const PRAGMAS: &[Word] = &[
    ("cachalot: ignore=", "silences rules for the next instruction"),
    ("cachalot: file-ignore=", "silences rules for the file"),
    ("cachalot: stage-ignore=", "silences rules for the stage"),
    ("check=skip=", "silences checks of BuildKit for the next instruction"),
    ("hadolint ignore=", "silences rules by their codes, as hadolint does"),
];

/// Offers what fits a comment, from its `#` to the cursor. `at` is where its line begins.
pub(super) fn fill(document: &Snapshot, at: usize, comment: &str, items: &mut Items) {
    let comment = comment.trim_start_matches('#').trim_start();
    match comment.split_once('=') {
        None => beginning(is_at_top(&document.text[..at]), comment, items),
        Some((key, value)) => names(key.trim_end(), value, items),
    }
}

/// True where all lines above are directives: BuildKit reads one only there.
fn is_at_top(above: &str) -> bool {
    let is_directive = |line: &str| line.trim_start().starts_with('#') && line.contains('=');
    above.trim_start_matches('\u{feff}').lines().all(is_directive)
}

/// Most comments are prose: below the top nothing is offered before a letter is typed.
fn beginning(is_at_top: bool, comment: &str, items: &mut Items) {
    items.prefix = comment.to_string();
    if is_at_top {
        items.table(words::DIRECTIVES, 14);
    }
    if is_at_top || !comment.is_empty() {
        items.table(PRAGMAS, 14);
    }
}

/// What may stand behind the `=`. What the list has already is not offered again.
fn names(key: &str, value: &str, items: &mut Items) {
    items.prefix = value.rsplit(['=', ',']).next().unwrap_or_default().trim_start().to_string();
    let typed: Vec<&str> = value.split([',', '=']).map(str::trim).rev().skip(1).collect();
    let mut add = |label: &str, about: &str| {
        if !typed.contains(&label) {
            items.add(label, about, 12);
        }
    };
    match key {
        "syntax" => {
            add("docker/dockerfile:1", "the newest stable syntax, fetched when something is built");
            add("docker/dockerfile:1-labs", "with what is being tried out");
        }
        "escape" => {
            add("\\", "the default");
            add("`", "for Windows paths");
        }
        "check" if value.contains("skip=") => {
            add("all", "every check");
            rules::all()
                .iter()
                .filter_map(|rule| Some((rule.buildkit_name()?, rule.summary)))
                .for_each(|it| add(it.0, it.1));
        }
        "check" => {
            add("skip=", "checks to leave out");
            add("error=true", "fail on findings");
        }
        "cachalot: ignore" | "cachalot: file-ignore" | "cachalot: stage-ignore" => {
            rules::all().iter().for_each(|rule| add(rule.name, rule.summary));
        }
        _ if key.starts_with("hadolint") && key.ends_with("ignore") => {
            for (code, about) in codes() {
                add(code, about);
            }
        }
        _ => {}
    }
}

/// Hadolint's codes with what they are about, in their order.
fn codes() -> Vec<Word> {
    let is_code = |it: &&&str| it.starts_with("DL") && it[2..].bytes().all(|byte| byte.is_ascii_digit());
    let of_rule = |rule: &'static rules::Rule| rule.aliases.iter().filter(is_code).map(|code| (*code, rule.summary));
    let mut codes: Vec<Word> = rules::all().iter().flat_map(of_rule).collect();
    codes.sort_unstable();
    codes
}
