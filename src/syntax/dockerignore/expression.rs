//! The regular expressions that `patternmatcher` makes of patterns: which texts they hold, without
//! an engine for all others.

use super::glob::{Atom, BadPattern, Set};

/// What stands for `**` before something.
pub(super) const FOLDERS: &str = "(.*/)?";
/// What stands for `**` at the end.
pub(super) const ANYTHING: &str = ".*";
/// What stands for `*`.
pub(super) const NAME: &str = "[^/]*";
/// What stands for `?`.
pub(super) const NAME_CHAR: &str = "[^/]";

/// Reads an expression made of the pieces above, literals, classes and escapes. Inside a class of
/// the user's, those pieces are only characters: `[a*]` really is `[a[^/]*]`.
pub(super) fn parse(expression: &str) -> Result<Vec<Atom>, BadPattern> {
    let mut atoms = Vec::new();
    let mut rest = expression;
    while let Some(c) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix(FOLDERS) {
            // Twice in a row is no more than once.
            if atoms.last() != Some(&Atom::InFolders) {
                atoms.extend([Atom::Folders, Atom::InFolders]);
            }
            rest = after;
        } else if let Some(after) = rest.strip_prefix(ANYTHING) {
            atoms.push(Atom::Many(Set::not('\n')));
            rest = after;
        } else {
            rest = &rest[c.len_utf8()..];
            match c {
                '[' => {
                    let set = class(&mut rest)?;
                    let starred = rest.strip_prefix('*');
                    atoms.push(if starred.is_some() { Atom::Many(set) } else { Atom::One(set) });
                    rest = starred.unwrap_or(rest);
                }
                '\\' => atoms.push(escape(&mut rest)?),
                '^' => atoms.push(Atom::Start),
                c => atoms.push(Atom::Char(c)),
            }
        }
    }
    Ok(atoms)
}

fn escape(rest: &mut &str) -> Result<Atom, BadPattern> {
    let c = next(rest)?;
    Ok(match c {
        'A' => Atom::Start,
        'z' => Atom::End,
        // Word boundaries, quoting, Unicode classes and codes: legal there, and of no use in a path.
        'b' | 'B' | 'Q' | 'E' | 'p' | 'P' | 'x' | '0' => Atom::Never,
        _ => match perl_class(c) {
            Some(set) => Atom::One(set),
            None => Atom::Char(escaped_char(c)?),
        },
    })
}

/// `\d` and its kin, which an escaped letter of a pattern turns into.
fn perl_class(c: char) -> Option<Set> {
    let ranges = match c.to_ascii_lowercase() {
        'd' => vec![('0', '9')],
        's' => vec![('\t', '\n'), ('\u{c}', '\r'), (' ', ' ')],
        'w' => WORD.to_vec(),
        _ => return None,
    };
    Some(Set { negated: c.is_ascii_uppercase(), ranges })
}

const WORD: [(char, char); 4] = [('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];

fn escaped_char(c: char) -> Result<char, BadPattern> {
    Ok(match c {
        'a' => '\u{7}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        _ if c.is_ascii() && !c.is_ascii_alphanumeric() => c,
        _ => return Err(BadPattern::Syntax),
    })
}

/// A class behind its `[`, as Go's regexp reads it.
fn class(rest: &mut &str) -> Result<Set, BadPattern> {
    let negated = rest.starts_with('^');
    *rest = rest.strip_prefix('^').unwrap_or(rest);
    let mut ranges = Vec::new();
    let mut first = true;
    loop {
        if let (Some(after), false) = (rest.strip_prefix(']'), first) {
            *rest = after;
            return Ok(Set { negated, ranges });
        }
        first = false;
        if named_class(rest, &mut ranges)? {
            continue;
        }
        let low = class_char(rest)?;
        let ranged = rest.strip_prefix('-').filter(|after| !after.is_empty() && !after.starts_with(']'));
        let high = match ranged {
            Some(after) => {
                *rest = after;
                class_char(rest)?
            }
            None => low,
        };
        if high < low {
            return Err(BadPattern::Syntax);
        }
        ranges.push((low, high));
    }
}

/// `[:alpha:]` or `\d` within a class.
fn named_class(rest: &mut &str, ranges: &mut Vec<(char, char)>) -> Result<bool, BadPattern> {
    if let Some((name, after)) = rest.strip_prefix("[:").and_then(|body| body.split_once(":]")) {
        add(ranges, posix_class(name)?);
        *rest = after;
        return Ok(true);
    }
    let escaped = rest.strip_prefix('\\').and_then(|after| after.chars().next());
    let Some(set) = escaped.and_then(perl_class) else { return Ok(false) };
    add(ranges, set);
    *rest = &rest[2..];
    Ok(true)
}

fn posix_class(name: &str) -> Result<Set, BadPattern> {
    let (negated, name) = name.strip_prefix('^').map_or((false, name), |name| (true, name));
    let ranges: &[(char, char)] = match name {
        "alnum" => &[('0', '9'), ('A', 'Z'), ('a', 'z')],
        "alpha" => &[('A', 'Z'), ('a', 'z')],
        "ascii" => &[('\0', '\u{7f}')],
        "blank" => &[('\t', '\t'), (' ', ' ')],
        "cntrl" => &[('\0', '\u{1f}'), ('\u{7f}', '\u{7f}')],
        "digit" => &[('0', '9')],
        "graph" => &[('!', '~')],
        "lower" => &[('a', 'z')],
        "print" => &[(' ', '~')],
        "punct" => &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
        "space" => &[('\t', '\r'), (' ', ' ')],
        "upper" => &[('A', 'Z')],
        "word" => &WORD,
        "xdigit" => &[('0', '9'), ('A', 'F'), ('a', 'f')],
        _ => return Err(BadPattern::Syntax),
    };
    Ok(Set { negated, ranges: ranges.to_vec() })
}

/// Adds `set` to a union; a negated one as the gaps between its ranges, which are sorted.
fn add(ranges: &mut Vec<(char, char)>, set: Set) {
    if !set.negated {
        return ranges.extend(set.ranges);
    }
    let mut from = '\0';
    for (low, high) in set.ranges {
        if let Some(before) = char::from_u32((low as u32).wrapping_sub(1)).filter(|before| from <= *before) {
            ranges.push((from, before));
        }
        from = char::from_u32(high as u32 + 1).unwrap_or(char::MAX);
    }
    ranges.push((from, char::MAX));
}

fn class_char(rest: &mut &str) -> Result<char, BadPattern> {
    match next(rest)? {
        '\\' => next(rest).and_then(escaped_char),
        c => Ok(c),
    }
}

fn next(rest: &mut &str) -> Result<char, BadPattern> {
    let c = rest.chars().next().ok_or(BadPattern::Syntax)?;
    *rest = &rest[c.len_utf8()..];
    Ok(c)
}
