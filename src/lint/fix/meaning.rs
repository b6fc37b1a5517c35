//! What a text means, instruction by instruction, and whether fixes changed more than they said.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::diagnostic::{Edit, Fix, Severity};
use crate::lint::{FileKind, Parsed, piece};
use crate::syntax::dockerfile::{self, Body, Dockerfile, Heredoc, Instruction};
use crate::text::{FileId, LineIndex, Span};

/// The meaning of a whole file, places left out of the comparison.
pub(super) struct Meaning {
    instructions: Vec<Said>,
    directives: Vec<(Span, String)>,
    /// What the parser calls errors, each with how often.
    errors: BTreeMap<String, u32>,
    /// Number of Dockerfiles in the file.
    pieces: usize,
    lines: LineIndex,
}

/// One instruction.
struct Said {
    span: Span,
    is_from: bool,
    /// The Dockerfile of the file, and the number of FROMs in it up to here.
    stage: (usize, usize),
    /// Digest of keyword, flags, arguments and heredoc bodies.
    what: u64,
}

impl Meaning {
    pub(super) fn of(text: &str, kind: FileKind) -> Meaning {
        Meaning::knowing(text, kind, None)
    }

    /// The same where a tree may be known; that of another text is passed over.
    pub(super) fn knowing(text: &str, kind: FileKind, known: Option<Parsed>) -> Meaning {
        let pieces = piece::pieces(text, kind);
        let mut meaning = Meaning {
            instructions: Vec::new(),
            directives: Vec::new(),
            errors: BTreeMap::new(),
            pieces: pieces.len(),
            lines: LineIndex::new(text),
        };
        for (at, piece) in pieces.iter().enumerate() {
            let own = OnceCell::new();
            let Parsed { tree, diagnostics, .. } = Parsed::or_new(known, FileId::default(), piece.text(), &own);
            for error in diagnostics.iter().filter(|it| it.severity == Severity::Error) {
                *meaning.errors.entry(format!("{}: {}", error.rule, error.message)).or_default() += 1;
            }
            let directive = |it: &dockerfile::Directive| (piece.span(it.span), format!("{}={}", it.key, it.value));
            meaning.directives.extend(tree.directives.iter().map(directive));
            meaning.add(at, piece, tree);
        }
        meaning
    }

    fn add(&mut self, at: usize, piece: &piece::Piece, tree: &Dockerfile) {
        let mut froms = 0;
        for instruction in &tree.instructions {
            let is_from = matches!(instruction.body, Body::From(_));
            froms += usize::from(is_from);
            self.instructions.push(Said {
                span: piece.span(instruction.span),
                is_from,
                stage: (at, froms),
                what: digest(instruction, piece.text()),
            });
        }
    }

    fn froms(&self) -> usize {
        self.instructions.iter().filter(|said| said.is_from).count()
    }
}

fn digest(instruction: &Instruction, text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    instruction.kind.hash(&mut hasher);
    for flag in &instruction.flags {
        (&flag.name.text, flag.value.as_ref().map(|value| &value.raw)).hash(&mut hasher);
    }
    instruction.args_text().trim().hash(&mut hasher);
    for Heredoc { name, body, expand, chomp, .. } in &instruction.heredocs {
        let body: Vec<&str> = body.slice(text).lines().collect();
        (&name.text, body, expand, chomp).hash(&mut hasher);
    }
    hasher.finish()
}

/// Why `fixes`, which made `after` of `before`, must not be let in; `None` if they did no harm.
pub(super) fn harm(text: &str, before: &Meaning, after: &Meaning, fixes: &[&Fix]) -> Option<String> {
    if let Some((error, _)) = after.errors.iter().find(|(error, count)| before.errors.get(*error).unwrap_or(&0) < count)
    {
        return Some(format!("the file would no longer parse: {error}"));
    }
    if before.pieces != after.pieces {
        return Some("a code block of the document would come or go".to_string());
    }
    let map = Map::new(text, fixes);
    directives_harm(before, after, &map).or_else(|| Comparison { before, after, map, fixes }.harm())
}

fn directives_harm(before: &Meaning, after: &Meaning, map: &Map) -> Option<String> {
    let kept = before.directives.iter().filter(|(span, _)| !map.is_edited(*span)).map(|(_, what)| what);
    let left = after.directives.iter().filter(|(span, _)| !map.is_new(*span)).map(|(_, what)| what);
    (!kept.eq(left)).then(|| "a directive at the top would come or go".to_string())
}

struct Comparison<'a> {
    before: &'a Meaning,
    after: &'a Meaning,
    map: Map,
    fixes: &'a [&'a Fix],
}

impl Comparison<'_> {
    fn harm(&self) -> Option<String> {
        let touched = self.touched();
        let same_stages = self.before.froms() == self.after.froms();
        let mut matched = vec![false; self.after.instructions.len()];
        for (said, _) in self.before.instructions.iter().zip(&touched).filter(|(_, touched)| !**touched) {
            let line = self.before.lines.line_of(said.span.start) + 1;
            let Some(found) = self.counterpart(said, &matched) else {
                return Some(format!(
                    "the instruction of line {line} would change, which the fix does not mean to touch"
                ));
            };
            if same_stages && self.after.instructions[found].stage != said.stage {
                return Some(format!("the instruction of line {line} would move to another stage"));
            }
            matched[found] = true;
        }
        let stranger = (0..matched.len()).find(|&at| !matched[at] && !self.is_explained(at, &touched))?;
        let line = self.after.lines.line_of(self.after.instructions[stranger].span.start) + 1;
        Some(format!("an instruction would appear on line {line} that nothing put there"))
    }

    /// For each old instruction, whether a fix means to change it.
    fn touched(&self) -> Vec<bool> {
        let mut touched = vec![false; self.before.instructions.len()];
        for fix in self.fixes {
            for line in &fix.touches {
                let starts = |said: &Said| self.before.lines.line_of(said.span.start) as u32 + 1;
                let at = self.before.instructions.partition_point(|said| starts(said) < *line);
                let same = (at..touched.len()).take_while(|&at| starts(&self.before.instructions[at]) == *line);
                same.for_each(|at| touched[at] = true);
            }
            for edit in fix.edits.iter().filter(|_| fix.touches.is_empty()) {
                let first = self.before.instructions.partition_point(|said| said.span.end < edit.span.start);
                let over = |said: &Said| said.span.start < edit.span.end || said.span.contains_offset(edit.span.start);
                let olds = self.before.instructions.iter().zip(&mut touched).skip(first);
                for (said, touched) in olds.take_while(|(said, _)| over(said)) {
                    // An insertion right before an instruction leaves it as it is.
                    *touched |= !edit.span.is_empty() || edit.span.start != said.span.start;
                }
            }
        }
        touched
    }

    /// The new instruction that an untouched old one became.
    fn counterpart(&self, said: &Said, matched: &[bool]) -> Option<usize> {
        let same = |at: usize| !matched[at] && self.after.instructions[at].what == said.what;
        match self.map.forward(said.span.start) {
            Place::At(start) => {
                let at = self.after.instructions.partition_point(|it| it.span.start < start);
                let hit = self.after.instructions.get(at).is_some_and(|it| it.span.start == start);
                (hit && same(at)).then_some(at)
            }
            Place::Within(span) => {
                let first = self.after.instructions.partition_point(|it| it.span.start < span.start);
                let inside = |at: &usize| self.after.instructions[*at].span.start <= span.end;
                (first..matched.len()).take_while(inside).find(|&at| same(at))
            }
        }
    }

    /// True if a new instruction comes out of an edit or out of an instruction meant to change.
    fn is_explained(&self, at: usize, touched: &[bool]) -> bool {
        let span = self.after.instructions[at].span;
        if self.map.is_new(span) {
            return true;
        }
        let old = self.map.backward(span.start);
        let at = self.before.instructions.partition_point(|it| it.span.end <= old);
        self.before.instructions.get(at).is_some_and(|it| it.span.contains_offset(old)) && touched[at]
    }
}

/// Offsets before and after the edits.
struct Map {
    /// Old span and new span of each edit, in order.
    edits: Vec<(Span, Span)>,
}

enum Place {
    At(u32),
    /// The old place was replaced; what came of it is in here.
    Within(Span),
}

impl Map {
    fn new(text: &str, fixes: &[&Fix]) -> Map {
        let crlf = text.contains("\r\n");
        let mut edits: Vec<&Edit> = fixes.iter().flat_map(|fix| &fix.edits).collect();
        edits.sort();
        let mut delta = 0i64;
        let place = |edit: &Edit| {
            let bare = edit.text.replace("\r\n", "\n");
            let len = if crlf { bare.len() + bare.matches('\n').count() } else { edit.text.len() };
            let start = (i64::from(edit.span.start) + delta) as u32;
            delta += len as i64 - i64::from(edit.span.len());
            (edit.span, Span::new(start, start + len as u32))
        };
        Map { edits: edits.into_iter().map(place).collect() }
    }

    fn forward(&self, offset: u32) -> Place {
        let after = self.edits.partition_point(|(old, _)| old.end <= offset);
        match self.edits.get(after) {
            Some((old, new)) if old.start <= offset => Place::Within(*new),
            _ => Place::At(match after.checked_sub(1).map(|at| self.edits[at]) {
                Some((old, new)) => offset - old.end + new.end,
                None => offset,
            }),
        }
    }

    fn backward(&self, offset: u32) -> u32 {
        let after = self.edits.partition_point(|(_, new)| new.end <= offset);
        match after.checked_sub(1).map(|at| self.edits[at]) {
            Some((old, new)) => offset - new.end + old.end,
            None => offset,
        }
    }

    /// True if an edit lies in, or touches, the old span.
    fn is_edited(&self, span: Span) -> bool {
        let at = self.edits.partition_point(|(old, _)| old.end < span.start);
        self.edits.get(at).is_some_and(|(old, _)| old.start <= span.end)
    }

    /// True if the new span holds, or touches, what an edit put there.
    fn is_new(&self, span: Span) -> bool {
        let at = self.edits.partition_point(|(_, new)| new.end < span.start);
        self.edits.get(at).is_some_and(|(_, new)| new.start <= span.end)
    }
}
