//! Matching one pattern in time linear in pattern times path, whatever the pattern.

/// Why the builder refuses a pattern; the text is the builder's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPattern {
    /// A bracket without its partner, an empty or reversed range, an escape of nothing.
    #[error("syntax error in pattern")]
    Syntax,
    /// A lone `!`.
    #[error("illegal exclusion pattern: \"!\"")]
    Exclamation,
}

impl BadPattern {
    /// What to do about it.
    pub(super) fn remedy(self) -> &'static str {
        match self {
            BadPattern::Syntax => "put `\\` before a `[`, `]`, `-` or `\\` that stands for itself",
            BadPattern::Exclamation => "name after `!` what shall be sent all the same, or drop the line",
        }
    }
}

/// Characters to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Set {
    pub(super) negated: bool,
    /// Inclusive; a reversed range holds nothing.
    pub(super) ranges: Vec<(char, char)>,
}

impl Set {
    pub(super) fn not(c: char) -> Set {
        Set { negated: true, ranges: vec![(c, c)] }
    }

    fn contains(&self, c: char) -> bool {
        self.ranges.iter().any(|&(low, high)| low <= c && c <= high) != self.negated
    }
}

/// One step of the automaton.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Atom {
    Char(char),
    One(Set),
    /// Any number of them.
    Many(Set),
    /// `(.*/)?`: nothing, or …
    Folders,
    /// … anything up to a `/`. Stands behind [`Atom::Folders`].
    InFolders,
    /// Takes nothing, holds only at the start.
    Start,
    /// Takes nothing, holds only at the end.
    End,
    /// Holds nowhere.
    Never,
}

/// A wildcard pattern ready to match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob {
    atoms: Vec<Atom>,
    /// What every match begins and ends with, to refuse most paths at once.
    prefix: String,
    suffix: String,
}

impl Glob {
    /// A pattern of Go's `path.Match`, as COPY sources are: `*` and `?` stay within one folder.
    pub fn new(pattern: &str) -> Result<Glob, BadPattern> {
        Ok(Glob::from_atoms(path_match_atoms(pattern)?))
    }

    pub(super) fn from_atoms(atoms: Vec<Atom>) -> Glob {
        let literal = |atom: &Atom| if let Atom::Char(c) = atom { Some(*c) } else { None };
        let prefix = atoms.iter().map_while(literal).collect();
        let suffix: Vec<char> = atoms.iter().rev().map_while(literal).collect();
        Glob { prefix, suffix: suffix.into_iter().rev().collect(), atoms }
    }

    /// True if the whole of `text` matches.
    pub fn is_match(&self, text: &str) -> bool {
        self.matches(text, &mut u64::MAX.clone())
    }

    /// As [`Glob::is_match`], counting steps down; a spent budget matches nothing.
    pub(super) fn matches(&self, text: &str, budget: &mut u64) -> bool {
        if !text.starts_with(&self.prefix) || !text.ends_with(&self.suffix) {
            return false;
        }
        // One bit for each atom and one for the end.
        let words = self.atoms.len() / 64 + 1;
        if words == 1 {
            return self.run(text, &mut [0], &mut [0], budget);
        }
        self.run(text, &mut vec![0; words], &mut vec![0; words], budget)
    }

    fn run<'s>(&self, text: &str, mut now: &'s mut [u64], mut next: &'s mut [u64], budget: &mut u64) -> bool {
        self.enter(now, 0, true, text.is_empty());
        for (at, c) in text.char_indices() {
            let last = at + c.len_utf8() == text.len();
            next.fill(0);
            for (word, bits) in now.iter().enumerate() {
                let mut bits = *bits;
                *budget = budget.saturating_sub(1 + u64::from(bits.count_ones()));
                while bits != 0 {
                    self.step(next, word * 64 + bits.trailing_zeros() as usize, c, last);
                    bits &= bits - 1;
                }
            }
            if *budget == 0 || next.iter().all(|word| *word == 0) {
                return false;
            }
            std::mem::swap(&mut now, &mut next);
        }
        let end = self.atoms.len();
        now[end / 64] & (1 << (end % 64)) != 0
    }

    /// Takes `c` in state `at`.
    fn step(&self, next: &mut [u64], at: usize, c: char, last: bool) {
        match self.atoms.get(at) {
            Some(Atom::Char(expected)) if *expected == c => self.enter(next, at + 1, false, last),
            Some(Atom::One(set)) if set.contains(c) => self.enter(next, at + 1, false, last),
            Some(Atom::Many(set)) if set.contains(c) => self.enter(next, at, false, last),
            Some(Atom::InFolders) if c != '\n' => {
                self.enter(next, at, false, last);
                if c == '/' {
                    self.enter(next, at + 1, false, last);
                }
            }
            _ => {}
        }
    }

    /// Enters state `at` and those that it leads to without taking anything.
    fn enter(&self, set: &mut [u64], mut at: usize, first: bool, last: bool) {
        loop {
            let (word, bit) = (at / 64, 1 << (at % 64));
            if set[word] & bit != 0 {
                return;
            }
            set[word] |= bit;
            match self.atoms.get(at) {
                Some(Atom::Many(_)) => at += 1,
                Some(Atom::Start) if first => at += 1,
                Some(Atom::End) if last => at += 1,
                Some(Atom::Folders) => {
                    set[(at + 1) / 64] |= 1 << ((at + 1) % 64);
                    at += 2;
                }
                _ => return,
            }
        }
    }
}

/// What `patternmatcher` refuses before matching: it asks Go whether the pattern matches `.`, and
/// Go reads a pattern only as far as it needs to, one piece between stars at a time.
pub(super) fn check_syntax(pattern: &str) -> Result<(), BadPattern> {
    let mut rest = pattern;
    let mut dot_is_left = true;
    while !rest.is_empty() {
        let bare = rest.trim_start_matches('*');
        let starred = bare.len() < rest.len();
        let (chunk, after) = bare.split_at(chunk_len(bare));
        if starred && chunk.is_empty() {
            return Ok(());
        }
        let atoms = path_match_atoms(chunk)?;
        let takes_dot = match &atoms[..] {
            [Atom::Char(c)] => *c == '.',
            [Atom::One(set)] => set.contains('.'),
            _ => false,
        };
        if !(dot_is_left && takes_dot) {
            return Ok(());
        }
        dot_is_left = false;
        rest = after;
    }
    Ok(())
}

/// Bytes up to the next `*` outside brackets.
fn chunk_len(pattern: &str) -> usize {
    let mut in_brackets = false;
    let mut chars = pattern.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            '[' => in_brackets = true,
            ']' => in_brackets = false,
            '*' if !in_brackets => return at,
            _ => {}
        }
    }
    pattern.len()
}

fn path_match_atoms(pattern: &str) -> Result<Vec<Atom>, BadPattern> {
    let mut atoms = Vec::new();
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        atoms.push(match c {
            '*' if matches!(atoms.last(), Some(Atom::Many(_))) => continue,
            '*' => Atom::Many(Set::not('/')),
            '?' => Atom::One(Set::not('/')),
            '[' => Atom::One(path_match_set(&mut rest)?),
            '\\' => Atom::Char(rest.next().ok_or(BadPattern::Syntax)?),
            c => Atom::Char(c),
        });
    }
    Ok(atoms)
}

/// The characters between `[` and `]` by the rules of `path.Match`: `-` and `]` need a `\`.
fn path_match_set(rest: &mut std::str::Chars) -> Result<Set, BadPattern> {
    let negated = rest.as_str().starts_with('^');
    if negated {
        rest.next();
    }
    let mut ranges = Vec::new();
    loop {
        if rest.as_str().starts_with(']') && !ranges.is_empty() {
            rest.next();
            return Ok(Set { negated, ranges });
        }
        let low = path_match_char(rest)?;
        let mut high = low;
        if rest.as_str().starts_with('-') {
            rest.next();
            high = path_match_char(rest)?;
        }
        ranges.push((low, high));
    }
}

fn path_match_char(rest: &mut std::str::Chars) -> Result<char, BadPattern> {
    match rest.next() {
        Some('\\') => rest.next().ok_or(BadPattern::Syntax),
        None | Some('-' | ']') => Err(BadPattern::Syntax),
        Some(c) => Ok(c),
    }
}
