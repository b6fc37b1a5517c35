//! The native engine: the linter's crate and some checks of our own.

mod bang;
mod codes;
mod engine;
mod facts;

use super::super::parse::guarded;
use super::super::{Memo, Script, ShellError};
use super::Draft;
use crate::diagnostic::Severity;

/// Longer scripts are not checked.
const MAX_BYTES: usize = 64 << 10;
/// Nor are those with more commands: some checks take quadratic time.
const MAX_COMMANDS: usize = 600;
/// Nor are those with more opening brackets in one word: looking for the ends of globs takes quadratic time.
const MAX_BRACKETS: usize = 100;
/// Broken scripts longer than this get no more than their first error.
const MAX_BROKEN_BYTES: usize = 8 << 10;

pub(super) fn run(script: &Script, memo: Option<&Memo>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    if !is_small(script) || !engine::is_known(script.dialect) {
        return drafts;
    }
    if script.error.is_none() || script.text.text.len() <= MAX_BROKEN_BYTES {
        let engine = || {
            let mut found = Vec::new();
            guarded(&script.text.text, || found = engine::run(script));
            found
        };
        drafts = memo.map_or_else(engine, |memo| memo.drafts(script, engine));
    }
    match &script.error {
        // What broken code means is anybody's guess: only the errors themselves count.
        Some(error) => {
            drafts.retain(|draft| draft.code < 2000);
            drafts.extend(syntax_error(script, error, &drafts));
        }
        None => {
            drafts.extend(facts::run(script));
            drafts.extend(bang::run(script));
        }
    }
    drafts
}

fn is_small(script: &Script) -> bool {
    let text = script.text.text.as_str();
    let brackets = |word: &str| memchr::memchr_iter(b'[', word.as_bytes()).count();
    text.len() <= MAX_BYTES
        && script.commands.len() <= MAX_COMMANDS
        && text.split_ascii_whitespace().all(|word| brackets(word) <= MAX_BRACKETS)
}

pub(super) fn codes() -> Vec<u16> {
    let mut codes = [codes::CODES, codes::OWN].concat();
    codes.retain(|code| !codes::RENAMED.contains(code));
    codes.sort_unstable();
    codes
}

fn syntax_error(script: &Script, error: &ShellError, drafts: &[Draft]) -> Option<Draft> {
    let text = &script.text.text;
    let at = (0..=text.len()).find(|at| script.text.to_source(*at as u32) >= error.span.start)?;
    let end = at + text.get(at..)?.chars().next().map_or(0, char::len_utf8);
    // Where ShellCheck stops for a reason with a code of its own, that says all.
    let told = drafts.iter().any(|draft| matches!(draft.code, 1036 | 1089));
    let message = error.message.strip_prefix("syntax error: ").unwrap_or(&error.message).to_string();
    (!told).then_some(Draft { code: 1072, level: Severity::Error, message, range: (at, end), fix: None })
}
