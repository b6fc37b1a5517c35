//! Lines as CI systems keep them: with colours, marks of their own and times in front.

use std::borrow::Cow;

/// Bytes before what the builder printed at most: times, names of jobs and of containers.
pub(super) const MAX_PREFIX: usize = 96;

/// The line without what steers a terminal or a CI system: escape sequences, and what a carriage
/// return writes over (GitLab's section marks).
pub(super) fn bare(line: &str) -> Cow<'_, str> {
    if !line.contains(['\u{1b}', '\r', '\u{7}']) {
        return Cow::Borrowed(line);
    }
    let text = without_escapes(line);
    let text = text.trim_end_matches('\r');
    Cow::Owned(text.rsplit('\r').next().unwrap_or_default().to_string())
}

fn without_escapes(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\u{1b}' {
            text.push(c);
            continue;
        }
        match chars.next() {
            // CSI: `ESC [ 0 ; 36 m`.
            Some('[') => drop(chars.by_ref().find(|c| ('@'..='~').contains(c))),
            // Strings up to BEL or `ESC \`: titles, links, Buildkite's times.
            Some(']' | '_' | 'P' | '^' | 'X') => {
                while let Some(c) = chars.next() {
                    if c == '\u{7}' || c == '\u{1b}' && chars.next_if_eq(&'\\').is_some() {
                        break;
                    }
                }
            }
            _ => {}
        }
    }
    text
}
