use std::collections::HashMap;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::diagnostic::Diagnostic;
use crate::text::Sources;

/// Bytes of the source that take part in a fingerprint, at most.
const TEXT_LIMIT: usize = 4096;

/// A name for each diagnostic that outlives edits elsewhere in the file: the hash of its rule, the
/// words of the lines it covers, and how many equal ones came before it in the same file. Moving or
/// reindenting the lines keeps it.
pub fn fingerprints(sources: &Sources, diagnostics: &[Diagnostic]) -> Vec<String> {
    let mut seen = HashMap::new();
    diagnostics
        .iter()
        .map(|diagnostic| {
            let hash = hash(sources, diagnostic);
            let ordinal: &mut u32 = seen.entry((diagnostic.primary.file, hash.clone())).or_default();
            *ordinal += 1;
            format!("{hash}:{ordinal}")
        })
        .collect()
}

fn hash(sources: &Sources, diagnostic: &Diagnostic) -> String {
    let source = sources.get(diagnostic.primary.file);
    let (lines, span) = (source.lines(), diagnostic.primary.span);
    let last = lines.line_of(span.end.max(span.start + 1) - 1);
    let start = lines.line_range(lines.line_of(span.start)).start;
    let end = lines.line_range(last).end.min(source.text.len());
    let mut hasher = Sha256::new();
    hasher.update(diagnostic.rule);
    for word in clipped(source.text.get(start..end).unwrap_or("")).split_whitespace() {
        hasher.update([0]);
        hasher.update(word);
    }
    short_hex(hasher)
}

/// A fingerprint that also tells the files of a run apart, in hexadecimal.
pub(super) fn with_path(path: &str, print: &str) -> String {
    let mut hasher = Sha256::new();
    hasher.update(path);
    hasher.update([0]);
    hasher.update(print);
    short_hex(hasher)
}

fn short_hex(hasher: Sha256) -> String {
    hasher.finalize().iter().take(16).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn clipped(text: &str) -> &str {
    &text[..text.floor_char_boundary(TEXT_LIMIT)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Severity;
    use crate::text::{Source, Span};

    fn of(text: &str) -> Vec<String> {
        let mut sources = Sources::default();
        let file = sources.add(Source::new("Dockerfile", text));
        let at = |(start, _)| Span::new(start as u32, start as u32 + 4);
        let spans = text.match_indices("root").map(at);
        let diagnostics: Vec<_> =
            spans.map(|span| Diagnostic::new("last-user-root", Severity::Warning, file, span, "x")).collect();
        fingerprints(&sources, &diagnostics)
    }

    #[test]
    fn moved_and_reindented_lines_keep_their_fingerprints() {
        assert_eq!(of("FROM a\nUSER root\n"), of("# note\n\nFROM a\n  USER   root\r\n"));
    }

    #[test]
    fn equal_lines_differ_by_their_ordinal() {
        let both = of("USER root\nUSER root\n");
        assert_ne!(both[0], both[1]);
        assert_eq!(both[0].split(':').next(), both[1].split(':').next());
    }
}
