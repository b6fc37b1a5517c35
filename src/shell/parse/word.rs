//! Words as the shell evaluates them: quotes removed, constants put in, the rest left standing.

use std::cell::Cell;
use std::collections::HashMap;

use crate::text::Spliced;

/// Longer values are not put into words.
const MAX_VALUE: usize = 4096;
/// So many variables are remembered.
const MAX_CONSTANTS: usize = 256;
/// So many bytes are put into words in all: doubling variables must not fill the memory.
const MAX_EXPANDED: usize = 1 << 20;

/// Variables whose value is known at this point of the script.
#[derive(Default)]
pub(super) struct Constants {
    known: Vec<(String, String)>,
    expanded: Cell<usize>,
}

impl Constants {
    pub(super) fn bind(&mut self, name: &str, value: &str) {
        if value.len() <= MAX_VALUE && self.known.len() < MAX_CONSTANTS {
            self.known.push((name.to_string(), value.to_string()));
        }
    }

    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    /// Forgets all but the first `len`.
    pub(super) fn truncate(&mut self, len: usize) {
        self.known.truncate(len);
    }

    fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.known.iter().rev().find(|(known, _)| known == name)?;
        let expanded = self.expanded.get() + value.len();
        self.expanded.set(expanded);
        (expanded <= MAX_EXPANDED).then_some(value)
    }
}

/// A word without its quotes.
#[derive(Clone, Debug, Default)]
pub(super) struct Decoded {
    /// The word's text, mapped to the text it was read from. What cannot be known before the build
    /// (`$X`, `$(…)`) stands in it as written.
    pub(super) text: Spliced,
    /// What the program receives: several values where an unquoted constant is split, none where
    /// it is empty. Meaningless unless `known`.
    pub(super) fields: Vec<String>,
    /// True if `text` is exactly what the program receives.
    pub(super) known: bool,
    /// True if any part is quoted.
    pub(super) quoted: bool,
    /// The variables that it refers to.
    pub(super) variables: Vec<String>,
}

impl Decoded {
    /// A word that no shell looks at.
    pub(super) fn constant(text: &str, at: u32) -> Decoded {
        Decoded { text: Spliced::verbatim(text, at), fields: vec![text.to_string()], known: true, ..Decoded::default() }
    }
}

/// Reads the word `raw`, which stands at `at` of its text.
pub(super) fn decode(raw: &str, at: u32, constants: &Constants) -> Decoded {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./=:,@%+".contains(&byte);
    if raw.bytes().all(plain) {
        return Decoded::constant(raw, at);
    }
    let mut reader = Reader { raw, at, constants, out: Decoded { known: true, ..Decoded::default() }, field: None };
    reader.run();
    reader.out
}

struct Reader<'a> {
    raw: &'a str,
    at: u32,
    constants: &'a Constants,
    out: Decoded,
    field: Option<String>,
}

impl Reader<'_> {
    fn run(&mut self) {
        let bytes = self.raw.as_bytes();
        let mut at = 0;
        let mut double = false;
        while at < bytes.len() {
            let next = bytes.get(at + 1).copied();
            match bytes[at] {
                b'"' => {
                    double = !double;
                    self.quote();
                    at += 1;
                }
                b'\'' if !double => at = self.single(at + 1),
                b'$' if !double && next == Some(b'\'') => at = self.ansi(at + 2),
                b'$' if !double && next == Some(b'"') => at += 1,
                b'\\' => at = self.escape(at, double),
                b'$' | b'`' => at = self.expansion(at, double),
                _ => {
                    let end = memchr_special(bytes, at + 1);
                    self.copy(at, end);
                    at = end;
                }
            }
        }
        self.out.fields.extend(self.field.take());
    }

    fn quote(&mut self) {
        self.out.quoted = true;
        self.field.get_or_insert_default();
    }

    /// Takes over `from..to` as it stands.
    fn copy(&mut self, from: usize, to: usize) {
        let piece = &self.raw[from..to];
        self.out.text.push(piece, self.at + from as u32);
        self.field.get_or_insert_default().push_str(piece);
    }

    fn single(&mut self, from: usize) -> usize {
        self.quote();
        let end = self.raw[from..].find('\'').map_or(self.raw.len(), |len| from + len);
        self.copy(from, end);
        (end + 1).min(self.raw.len())
    }

    /// `$'…'` with its escapes.
    fn ansi(&mut self, mut at: usize) -> usize {
        self.quote();
        let bytes = self.raw.as_bytes();
        while at < bytes.len() && bytes[at] != b'\'' {
            let decoded = (bytes[at] == b'\\').then(|| bytes.get(at + 1)).flatten().and_then(|byte| match byte {
                b'n' => Some("\n"),
                b't' => Some("\t"),
                b'r' => Some("\r"),
                b'\\' => Some("\\"),
                b'\'' => Some("'"),
                b'"' => Some("\""),
                _ => None,
            });
            if let Some(decoded) = decoded {
                self.put(decoded);
                at += 2;
            } else {
                let end = next_char(self.raw, at);
                self.copy(at, end);
                at = end;
            }
        }
        (at + 1).min(bytes.len())
    }

    /// Text that does not stand in the word like this.
    fn put(&mut self, text: &str) {
        self.out.text.push_synthetic(text);
        self.field.get_or_insert_default().push_str(text);
    }

    fn escape(&mut self, at: usize, double: bool) -> usize {
        let Some(next) = self.raw[at + 1..].chars().next() else {
            self.copy(at, at + 1);
            return at + 1;
        };
        let end = at + 1 + next.len_utf8();
        match next {
            '\n' => {}
            '$' | '`' | '"' | '\\' => self.copy(at + 1, end),
            _ if double => self.copy(at, end),
            _ => self.copy(at + 1, end),
        }
        self.out.quoted |= !double;
        end
    }

    fn expansion(&mut self, at: usize, double: bool) -> usize {
        let end = expansion_end(self.raw, at);
        if end == at + 1 {
            self.copy(at, end);
            return end;
        }
        let body = &self.raw[at..end];
        variables(body, &mut self.out.variables);
        let name = body.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).unwrap_or(&body[1..]);
        match self.constants.get(name) {
            Some(value) => self.value(value, double),
            None => {
                self.out.known = false;
                self.copy(at, end);
            }
        }
        end
    }

    /// Puts a constant's value in; outside quotes it is split at blanks.
    fn value(&mut self, value: &str, double: bool) {
        self.out.text.push_synthetic(value);
        if double {
            return self.field.get_or_insert_default().push_str(value);
        }
        for char in value.chars() {
            if char.is_ascii_whitespace() {
                self.out.fields.extend(self.field.take());
            } else {
                self.field.get_or_insert_default().push(char);
            }
        }
    }
}

fn memchr_special(bytes: &[u8], from: usize) -> usize {
    let special = |byte: &u8| matches!(byte, b'"' | b'\'' | b'$' | b'`' | b'\\');
    bytes[from..].iter().position(special).map_or(bytes.len(), |len| from + len)
}

fn next_char(text: &str, at: usize) -> usize {
    at + text[at..].chars().next().map_or(1, char::len_utf8)
}

/// Where the expansion that begins at `at` with `$` or a backquote ends; `at + 1` if it is none.
fn expansion_end(raw: &str, at: usize) -> usize {
    let bytes = raw.as_bytes();
    match (bytes[at], bytes.get(at + 1)) {
        (b'`', _) => balanced(bytes, at + 1, b'`'),
        (_, Some(b'(')) => balanced(bytes, at + 2, b')'),
        (_, Some(b'{')) => balanced(bytes, at + 2, b'}'),
        (_, Some(byte)) if is_name_start(*byte) => at + 1 + name_len(&bytes[at + 1..]),
        (_, Some(byte)) if byte.is_ascii_digit() || b"@*#?-$!".contains(byte) => at + 2,
        _ => at + 1,
    }
}

/// Where the bracket closed by `closer` ends, brackets and quotes inside it respected.
fn balanced(bytes: &[u8], mut at: usize, closer: u8) -> usize {
    let mut open = vec![closer];
    while at < bytes.len() {
        let byte = bytes[at];
        let top = open.last().copied().unwrap_or_default();
        if byte == b'\\' && top != b'\'' {
            at += 1;
        } else if byte == top {
            open.pop();
            if open.is_empty() {
                return at + 1;
            }
        } else if top != b'\'' {
            match byte {
                b'\'' if top != b'"' => open.push(b'\''),
                b'"' | b'`' => open.push(byte),
                b'(' if top != b'"' || bytes[at - 1] == b'$' => open.push(b')'),
                b'{' if bytes[at - 1] == b'$' => open.push(b'}'),
                _ => {}
            }
        }
        at += 1;
    }
    bytes.len()
}

/// Adds the names that `body`, an expansion, refers to, but not those inside a `$(…)`.
fn variables(body: &str, names: &mut Vec<String>) {
    if !body.starts_with("${") {
        let name = &body[1..];
        if name.bytes().next().is_some_and(is_name_start) {
            add(names, name);
        }
        return;
    }
    let bytes = body.as_bytes();
    for at in memchr::memchr_iter(b'$', bytes) {
        let braced = bytes.get(at + 1) == Some(&b'{');
        let start = at + 1 + usize::from(braced);
        // `${#NAME}` and `${!NAME}`
        let start = start + usize::from(braced && matches!(bytes.get(start), Some(b'#' | b'!')));
        let Some(rest) = bytes.get(start..) else { continue };
        if rest.first().copied().is_some_and(is_name_start) {
            add(names, &body[start..start + name_len(rest)]);
        }
    }
}

fn add(names: &mut Vec<String>, name: &str) {
    if !names.iter().any(|known| known == name) {
        names.push(name.to_string());
    }
}

fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_'
}

fn name_len(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count()
}

/// Splits `NAME=value`; `None` where the text is no assignment.
pub(super) fn assignment(text: &str) -> Option<(&str, &str)> {
    let (name, value) = text.split_once('=')?;
    let whole = name_len(name.as_bytes()) == name.len();
    (whole && name.bytes().next().is_some_and(is_name_start)).then_some((name, value))
}

/// How often each name of a script seems to be given a value; rather too often than too rarely.
pub(super) fn assigned(script: &str) -> HashMap<&str, u32> {
    let mut counts = HashMap::new();
    let bytes = script.as_bytes();
    let mut at = 0;
    // After `read`, `unset` and the like every name up to the end of the command may change.
    let mut all = false;
    while at < bytes.len() {
        if !is_name_start(bytes[at]) {
            all &= !matches!(bytes[at], b';' | b'&' | b'|' | b'\n');
            at += if bytes[at].is_ascii_digit() { name_len(&bytes[at..]) } else { 1 };
            continue;
        }
        let end = at + name_len(&bytes[at..]);
        let name = &script[at..end];
        let rest = &script[end..];
        let written = ["=", "+=", ":=", "++", "--", "-=", "["].iter().any(|operator| rest.starts_with(operator));
        let twice = all || before_is(script, at, "for") || before_is(script, at, "select");
        if written || twice {
            *counts.entry(name).or_insert(0) += if twice { 2 } else { 1 };
        }
        all |= matches!(name, "read" | "unset" | "mapfile" | "readarray" | "getopts" | "local" | "let");
        at = end;
    }
    counts
}

fn before_is(script: &str, at: usize, word: &str) -> bool {
    script[..at].trim_end_matches(' ').ends_with(word)
}
