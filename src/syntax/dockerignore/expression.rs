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

/// Reads an expression made of the pieces above, literals, classes and escapes: its alternatives,
/// for `patternmatcher` leaves `|` and `{` of a pattern as they are. Inside a class of the user's,
/// the pieces are only characters: `[a*]` really is `[a[^/]*]`.
pub(super) fn parse(expression: &str) -> Result<Vec<Vec<Atom>>, BadPattern> {
    let mut alternatives = vec![Vec::new()];
    let mut atoms: Vec<Atom> = Vec::new();
    let mut rest = expression;
    while let Some(c) = rest.chars().next() {
        if c == '|' {
            alternatives.last_mut().expect("there is one").append(&mut atoms);
            alternatives.push(Vec::new());
            rest = &rest[1..];
        } else {
            piece(&mut rest, &mut atoms)?;
        }
    }
    alternatives.last_mut().expect("there is one").append(&mut atoms);
    Ok(alternatives.into_iter().map(anchored).collect())
}

/// An expression may match anywhere in the text, unless its ends say otherwise.
fn anchored(mut atoms: Vec<Atom>) -> Vec<Atom> {
    let anything = || Atom::Many(Set { negated: true, ranges: Vec::new() });
    match atoms.first() {
        Some(Atom::Start) => drop(atoms.remove(0)),
        _ => atoms.insert(0, anything()),
    }
    match atoms.last() {
        Some(Atom::End) => drop(atoms.pop()),
        _ => atoms.push(anything()),
    }
    atoms
}

fn piece(rest: &mut &str, atoms: &mut Vec<Atom>) -> Result<(), BadPattern> {
    if let Some(after) = rest.strip_prefix(FOLDERS) {
        // Twice in a row is no more than once.
        if atoms.last() != Some(&Atom::InFolders) {
            atoms.extend([Atom::Folders, Atom::InFolders]);
        }
        *rest = after;
        return Ok(());
    }
    if let Some(after) = rest.strip_prefix(ANYTHING) {
        atoms.push(Atom::Many(Set::not('\n')));
        *rest = after;
        return Ok(());
    }
    let atom = match next(rest)? {
        '[' => {
            let set = class(rest)?;
            let starred = rest.strip_prefix('*');
            *rest = starred.unwrap_or(rest);
            if starred.is_some() { Atom::Many(set) } else { Atom::One(set) }
        }
        '{' => repetition(rest, atoms)?,
        '\\' => escape(rest)?,
        '^' => Atom::Start,
        '$' => Atom::End,
        c => Atom::Char(c),
    };
    atoms.push(atom);
    Ok(())
}

/// `{2}` or `{2,3}` behind something repeats it. No path pattern means that, so we only tell it
/// from a plain brace.
fn repetition(rest: &mut &str, atoms: &[Atom]) -> Result<Atom, BadPattern> {
    let body = rest.split_once('}').map_or("", |(body, _)| body);
    let (least, most) = body.split_once(',').unwrap_or((body, ""));
    let is_number = |text: &str| !text.is_empty() && text.len() < 9 && text.bytes().all(|b| b.is_ascii_digit());
    if !is_number(least) || !(most.is_empty() || is_number(most)) {
        return Ok(Atom::Char('{'));
    }
    *rest = &rest[body.len() + 1..];
    match atoms.last() {
        None | Some(Atom::Many(_) | Atom::InFolders) => Err(BadPattern::Syntax),
        Some(_) => Ok(Atom::Never),
    }
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
