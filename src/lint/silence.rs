//! Comments that silence what is reported, put where they silence no more than that.

use std::collections::BTreeMap;

use super::fix::fix_with;
use super::piece::{self, Piece};
use super::{Fixed, Input, docs, unit};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use crate::syntax::dockerfile::{self, Dockerfile, Instruction};
use crate::text::{LineIndex, Span};

/// What is to be mended instead, or cannot be silenced.
const NOT_SILENCED: [&str; 2] = ["unused-suppression", "internal-error"];

/// Silences every diagnostic of a file with a comment that gives the reason: above the line within a
/// continuation, else above the instruction. What no comment can silence stays.
///
/// `reason` is one line that does not begin with a comma.
pub fn add_ignores(input: &Input, reason: &str) -> Fixed {
    fix_with(input, Applicability::Safe, &|sources| comments(&Input { sources, ..*input }, reason))
}

/// A carrier of the edit for each place that gets a comment.
fn comments(input: &Input, reason: &str) -> Vec<Diagnostic> {
    let source = input.sources.get(input.file);
    let document = piece::document(input);
    let own = docs::subject(input, document.as_ref());
    let near = own.as_ref().map(|own| &own.docs).or(input.docs);
    let mut out = Vec::new();
    for piece in piece::pieces_of(&source.text, input.kind, document.as_deref()) {
        let mut found = unit::lint(&Input { docs: near, ..*input }, &piece);
        found.retain(|it| it.primary.file == input.file && !NOT_SILENCED.contains(&it.rule));
        if !found.is_empty() {
            let place = |edit| piece.place(carrier(input, edit), source);
            out.extend(edits(&piece, input, reason, &found).into_iter().map(place));
        }
    }
    out
}

fn carrier(input: &Input, edit: Edit) -> Diagnostic {
    let rule = crate::rules::by_name("unused-suppression").map_or("unused-suppression", |rule| rule.name);
    let fix = Fix::safe(edit.text.trim(), vec![edit.clone()]);
    Diagnostic::new(rule, crate::diagnostic::Severity::Info, input.file, edit.span, edit.text.trim()).fix(fix)
}

fn edits(piece: &Piece, input: &Input, reason: &str, found: &[Diagnostic]) -> Vec<Edit> {
    let text = piece.text();
    let (tree, _) = dockerfile::parse(input.file, text);
    let page = Page { text, lines: LineIndex::new(text), tree: &tree, reason };
    let mut names: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for diagnostic in found {
        let Some(line) = page.places(diagnostic.primary.span.start).find(|line| !page.says(*line, diagnostic.rule))
        else {
            continue;
        };
        let names = names.entry(line).or_default();
        if !names.contains(&diagnostic.rule) {
            names.push(diagnostic.rule);
        }
    }
    names.into_iter().map(|(line, names)| page.edit(line, &names)).collect()
}

struct Page<'a> {
    text: &'a str,
    lines: LineIndex,
    tree: &'a Dockerfile,
    reason: &'a str,
}

impl Page<'_> {
    /// The lines, from 0, above which a comment may silence what is at `offset`, best first.
    fn places(&self, offset: u32) -> impl Iterator<Item = usize> + use<> {
        let after = self.tree.instructions.partition_point(|it| it.span.end < offset);
        let instruction = self.tree.instructions.get(after);
        let inner = instruction.and_then(|it| self.continued(it, offset));
        inner.into_iter().chain(instruction.map(|it| self.above(it)))
    }

    /// The line of `offset`, if it is one of an instruction's continuations; a heredoc's lines are not.
    fn continued(&self, instruction: &Instruction, offset: u32) -> Option<usize> {
        let first = self.lines.line_of(instruction.span.start);
        let end = instruction.logical.segments.last().map(|it| it.source + it.len.max(1) - 1)?;
        let line = self.lines.line_of(offset);
        (line > first && line <= self.lines.line_of(end)).then_some(line)
    }

    /// The line of the instruction, or that of hadolint's comments right above it: hadolint reads only
    /// the line before the instruction.
    fn above(&self, instruction: &Instruction) -> usize {
        let mut line = self.lines.line_of(instruction.span.start);
        let is_theirs = |line: usize| {
            let text = self.line(line).trim_start();
            text.strip_prefix('#').is_some_and(|text| text.trim_start().starts_with("hadolint "))
        };
        while line > 0 && is_theirs(line - 1) {
            line -= 1;
        }
        line
    }

    fn line(&self, line: usize) -> &str {
        self.text.get(self.lines.line_range(line)).unwrap_or("")
    }

    /// The names in the comment above a line, if it is ours and for the same reason.
    fn comment(&self, line: usize) -> Option<(Span, Vec<&str>)> {
        let above = self.line(line.checked_sub(1)?);
        let inner = above.trim().strip_prefix("# cachalot: ignore=")?;
        let names = inner.strip_suffix(self.reason)?.strip_suffix(' ')?;
        let start = self.lines.line_start(line - 1) + above.find("ignore=")? as u32 + "ignore=".len() as u32;
        (!names.contains(' ')).then(|| (Span::new(start, start + names.len() as u32), names.split(',').collect()))
    }

    fn says(&self, line: usize, rule: &str) -> bool {
        self.comment(line).is_some_and(|(_, names)| names.contains(&rule))
    }

    fn edit(&self, line: usize, names: &[&str]) -> Edit {
        if let Some((span, before)) = self.comment(line) {
            return Edit::replace(span, [&before, names].concat().join(","));
        }
        let text = self.line(line);
        let indentation = &text[..text.len() - text.trim_start_matches([' ', '\t']).len()];
        let comment = format!("{indentation}# cachalot: ignore={} {}\n", names.join(","), self.reason);
        Edit::insert(self.lines.line_start(line), comment)
    }
}

#[cfg(test)]
mod tests {
    use crate::config::{Loaded, Overrides};
    use crate::lint::{FileKind, Input, add_ignores, lint};
    use crate::text::{Source, Sources};

    fn silenced(text: &str) -> String {
        let mut sources = Sources::default();
        let file = sources.add(Source::new("Dockerfile", text));
        let config = "preset = \"buildkit\"\nselect = [\"DL3004\", \"DL3043\", \"unused-suppression\"]";
        let loaded = Loaded::from_text("cachalot.toml", config).expect("is right");
        let config = loaded.resolve("Dockerfile", &Overrides::default()).expect("no command line");
        let fixed = add_ignores(&Input::new(&sources, file, FileKind::Dockerfile, &config), "why");
        assert!(fixed.converged && fixed.refused.is_empty(), "{fixed:?}");
        sources.replace(file, fixed.text.clone());
        let after = Input::new(&sources, file, FileKind::Dockerfile, &config);
        assert_eq!(add_ignores(&after, "why").text, fixed.text, "once is enough");
        assert!(!lint(&after).iter().any(|it| it.rule == "sudo-used"), "{}", fixed.text);
        fixed.text
    }

    #[test]
    fn comments_stand_where_they_cover_least() {
        let cases = [
            ("FROM a:1\nRUN sudo x\n", "FROM a:1\n# C sudo-used R\nRUN sudo x\n"),
            (
                "FROM a:1\nRUN x \\\n  && sudo y \\\n  && z\n",
                "FROM a:1\nRUN x \\\n  # C sudo-used R\n  && sudo y \\\n  && z\n",
            ),
            // A heredoc's lines belong to a shell: there it would be its comment.
            ("FROM a:1\nRUN <<E\nsudo x\nE\n", "FROM a:1\n# C sudo-used R\nRUN <<E\nsudo x\nE\n"),
            // The same reason joins the list; another one stays alone.
            ("FROM a:1\n# C x R\nRUN sudo x\n", "FROM a:1\n# C x,sudo-used R\nRUN sudo x\n"),
            ("FROM a:1\n# C x other\nRUN sudo x\n", "FROM a:1\n# C x other\n# C sudo-used R\nRUN sudo x\n"),
            // hadolint reads only the line above the instruction.
            (
                "FROM a:1\n# hadolint ignore=DL3001\nRUN sudo x\n",
                "FROM a:1\n# C sudo-used R\n# hadolint ignore=DL3001\nRUN sudo x\n",
            ),
            ("FROM a:1\nRUN x && \\\n\tsudo y", "FROM a:1\nRUN x && \\\n\t# C sudo-used R\n\tsudo y"),
        ];
        for (text, expected) in cases {
            let full = |text: &str| text.replace("# C ", "# cachalot: ignore=").replace(" R\n", " why\n");
            assert_eq!(silenced(&full(text)), full(expected), "{text}");
        }
    }
}
