use crate::rules::DocsCx;
use crate::syntax::dockerfile::{self, Keyword};
use crate::text::{FileId, Span, Spliced};

/// Instructions that two Dockerfiles have in common at least, for one to be a copy of the other.
const COMMON_AT_LEAST: usize = 4;
/// Instructions that differ at most, for it still to be meant as a copy.
const DIFFERENT_AT_MOST: usize = 3;

pub(in crate::rules) fn check(cx: &mut DocsCx) {
    let (Some(doc), Some(project)) = (cx.document, cx.project) else { return };
    for shown in doc.whole() {
        let Some(path) = shown.claims.as_ref().and_then(|claim| project.path(claim)) else { continue };
        let Some(real) = project.read(&path) else { continue };
        let Some((span, line)) = difference(&shown.content, &real) else { continue };
        cx.report(span, format!("the Dockerfile shown here is not `{path}` any more")).note(if line.is_empty() {
            format!("`{path}` has no such line")
        } else {
            format!("`{path}` says `{line}`")
        });
    }
}

/// Where a copy first differs from the real file, and what stands there; `None` where they say the same, or
/// differ so much that it is no copy.
fn difference(shown: &Spliced, real: &str) -> Option<(Span, String)> {
    let (ours, theirs) = (instructions(&shown.text), instructions(real));
    let from_start = ours.iter().zip(&theirs).take_while(|(a, b)| a.0 == b.0).count();
    let from_end = ours.iter().rev().zip(theirs.iter().rev()).take_while(|(a, b)| a.0 == b.0).count();
    let shorter = ours.len().min(theirs.len());
    let common = (from_start + from_end).min(shorter);
    let different = ours.len().max(theirs.len()) - common;
    if different == 0 || different > DIFFERENT_AT_MOST || common < COMMON_AT_LEAST {
        return None;
    }
    let (_, span) = ours.get(from_start).or(ours.last())?;
    let line = if ours.len() < theirs.len() || theirs.len() - from_end > from_start {
        theirs.get(from_start).map(|(text, _)| text.clone()).unwrap_or_default()
    } else {
        String::new()
    };
    Some((shown.span(span.start, span.end), line.chars().take(100).collect()))
}

/// The instructions as they read without comments, continuations and spacing.
fn instructions(text: &str) -> Vec<(String, Span)> {
    let (tree, _) = dockerfile::parse(FileId::default(), text);
    let said = tree.instructions.iter().filter(|it| !matches!(it.kind, Keyword::Label | Keyword::Maintainer));
    let plain = |text: &str| {
        let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
        let words = lines.flat_map(|line| line.trim_end_matches('\\').split_whitespace());
        words.collect::<Vec<_>>().join(" ").replace(['"', '\''], "\"")
    };
    said.map(|it| (plain(&text[it.span.range()]), it.span)).collect()
}
