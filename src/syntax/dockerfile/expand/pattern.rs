//! The patterns of `${name#p}`, `${name%p}` and `${name/p/r}`: literals, `?` and `*`.

use super::error::Cause;

/// What one piece of a pattern takes. As in the regular expressions that BuildKit makes of these
/// patterns, a wildcard never takes a newline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    Char(char),
    One,
    Many,
}

/// A pattern ready to search with; `greedy` says which way a `*` leans.
pub(super) struct Pattern {
    pieces: Vec<Piece>,
    greedy: bool,
}

impl Pattern {
    /// Reads `text`; the message of a failure is BuildKit's.
    pub(super) fn new(text: &str, greedy: bool) -> Result<Pattern, Cause> {
        let invalid =
            |c: char| Cause::Refused(format!("invalid pattern ({text}) in substitution: invalid escape '\\{c}'"));
        let mut pieces = Vec::new();
        let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text).chars().peekable();
        while let Some(c) = rest.next() {
            pieces.push(match c {
                '*' => Piece::Many,
                '?' => Piece::One,
                // `}` and `/` are escaped for the substitution's sake; the escape is not of the pattern.
                '\\' if matches!(rest.peek(), Some('}' | '/')) => continue,
                '\\' => match rest.next() {
                    Some(c @ ('*' | '?' | '\\')) => Piece::Char(c),
                    other => return Err(invalid(other.unwrap_or(char::REPLACEMENT_CHARACTER))),
                },
                _ => Piece::Char(c),
            });
        }
        Ok(Pattern { pieces, greedy })
    }

    /// Removes the match at the beginning of `value`.
    pub(super) fn trim_prefix(&self, value: &str, budget: &mut usize) -> Result<String, Cause> {
        let value: Vec<char> = value.chars().collect();
        let end = Search::new(self, &value, budget).matches_at(0)?.unwrap_or(0);
        Ok(value[end..].iter().collect())
    }

    /// Replaces the first match by `replacement`, taken literally.
    pub(super) fn replace_first(&self, value: &str, replacement: &str, budget: &mut usize) -> Result<String, Cause> {
        let value: Vec<char> = value.chars().collect();
        let Some((start, end)) = Search::new(self, &value, budget).find(0)? else {
            return Ok(value.iter().collect());
        };
        let mut out: String = value[..start].iter().collect();
        out.push_str(replacement);
        out.extend(&value[end..]);
        Ok(out)
    }

    /// Replaces every match. BuildKit hands `replacement` to Go's `ReplaceAllString`, where `$0` is
    /// the match and any other `$name` is empty.
    pub(super) fn replace_all(&self, value: &str, replacement: &str, budget: &mut usize) -> Result<String, Cause> {
        let value: Vec<char> = value.chars().collect();
        let mut out = String::new();
        let mut search = Search::new(self, &value, budget);
        let (mut from, mut copied) = (0, 0);
        while from <= value.len() {
            let Some((start, end)) = search.find(from)? else { break };
            out.extend(&value[copied..start]);
            // An empty match right behind another match is none.
            if end > copied || start == 0 {
                let matched: String = value[start..end].iter().collect();
                expand_template(&mut out, replacement, &matched);
            }
            if out.len() > super::MAX_EXPANSION {
                return Err(Cause::TooLong);
            }
            copied = end;
            from = if end > from { end } else { from + 1 };
            search.forget();
        }
        out.extend(&value[copied.min(value.len())..]);
        Ok(out)
    }
}

/// `pattern` turned around for a search from the end, escapes kept before what they escape.
pub(super) fn reversed(pattern: &str) -> String {
    let chars: Vec<char> = pattern.chars().collect();
    let mut groups: Vec<&[char]> = Vec::with_capacity(chars.len());
    let mut at = 0;
    while at < chars.len() {
        let len = if chars[at] == '\\' && at + 1 < chars.len() { 2 } else { 1 };
        groups.push(&chars[at..at + len]);
        at += len;
    }
    groups.into_iter().rev().flatten().collect()
}

/// A backtracking search that enters every (piece, place) at most once, so it is linear in the
/// product of both lengths, which `budget` bounds.
struct Search<'a> {
    pattern: &'a Pattern,
    value: &'a [char],
    seen: Vec<u64>,
    entered: Vec<usize>,
    stack: Vec<(usize, usize)>,
    budget: &'a mut usize,
}

impl<'a> Search<'a> {
    fn new(pattern: &'a Pattern, value: &'a [char], budget: &'a mut usize) -> Search<'a> {
        Search { pattern, value, seen: Vec::new(), entered: Vec::new(), stack: Vec::new(), budget }
    }

    /// The leftmost match at or after `from`.
    fn find(&mut self, from: usize) -> Result<Option<(usize, usize)>, Cause> {
        for start in from..=self.value.len() {
            if let Some(end) = self.matches_at(start)? {
                return Ok(Some((start, end)));
            }
        }
        Ok(None)
    }

    /// Where the preferred match that begins at `start` ends.
    fn matches_at(&mut self, start: usize) -> Result<Option<usize>, Cause> {
        self.stack.clear();
        self.stack.push((0, start));
        while let Some((piece, at)) = self.stack.pop() {
            *self.budget = self.budget.checked_sub(1).ok_or(Cause::TooLong)?;
            let Some(&kind) = self.pattern.pieces.get(piece) else { return Ok(Some(at)) };
            if self.first_visit(piece, at)? {
                self.step(kind, piece, at);
            }
        }
        Ok(None)
    }

    fn step(&mut self, kind: Piece, piece: usize, at: usize) {
        let next = self.value.get(at).copied();
        let wild = next.is_some_and(|c| c != '\n');
        match kind {
            Piece::Char(c) if next == Some(c) => self.stack.push((piece + 1, at + 1)),
            Piece::One if wild => self.stack.push((piece + 1, at + 1)),
            // What is pushed last is tried first.
            Piece::Many if wild && self.pattern.greedy => self.stack.extend([(piece + 1, at), (piece, at + 1)]),
            Piece::Many if wild => self.stack.extend([(piece, at + 1), (piece + 1, at)]),
            Piece::Many => self.stack.push((piece + 1, at)),
            Piece::Char(_) | Piece::One => {}
        }
    }

    fn first_visit(&mut self, piece: usize, at: usize) -> Result<bool, Cause> {
        // Only a `*` can bring the search to one place twice in a way that matters.
        if self.pattern.pieces[piece] != Piece::Many {
            return Ok(true);
        }
        if self.seen.is_empty() {
            let bits = self.pattern.pieces.len().saturating_mul(self.value.len() + 1);
            if bits / 64 > *self.budget {
                return Err(Cause::TooLong);
            }
            *self.budget -= bits / 64;
            self.seen = vec![0; bits / 64 + 1];
        }
        let bit = piece * (self.value.len() + 1) + at;
        let (word, mask) = (bit / 64, 1u64 << (bit % 64));
        let first = self.seen[word] & mask == 0;
        self.seen[word] |= mask;
        self.entered.push(word);
        Ok(first)
    }

    /// Forgets the places of the last search: those on the way of a match were no dead ends.
    fn forget(&mut self) {
        for word in self.entered.drain(..) {
            self.seen[word] = 0;
        }
    }
}

/// Go's replacement templates for an expression without groups.
fn expand_template(out: &mut String, template: &str, matched: &str) {
    let mut rest = template;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            out.push('$');
            rest = after;
            continue;
        }
        let Some((name, after)) = template_name(rest) else {
            out.push('$');
            continue;
        };
        if name.bytes().all(|b| b == b'0') && name.len() == 1 {
            out.push_str(matched);
        }
        rest = after;
    }
    out.push_str(rest);
}

fn template_name(text: &str) -> Option<(&str, &str)> {
    let braced = text.strip_prefix('{');
    let body = braced.unwrap_or(text);
    let len = body.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(body.len());
    let (name, after) = body.split_at(len);
    let after = if braced.is_some() { after.strip_prefix('}')? } else { after };
    (!name.is_empty()).then_some((name, after))
}
