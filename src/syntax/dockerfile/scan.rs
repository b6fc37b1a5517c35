//! The lexer that BuildKit runs over words: quotes, escapes, `$` forms. It finds; it does not expand.

/// Deeper nesting than any person writes; beyond it a word is not looked into.
const MAX_DEPTH: usize = 100;

/// A `$` form, as byte offsets in the scanned text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) name: (u32, u32),
    pub(super) operator: String,
}

/// What a text consists of.
#[derive(Clone, Debug, Default)]
pub(super) struct Scan {
    /// The `$` forms in order of their beginning.
    pub(super) references: Vec<Reference>,
    /// Unquoted white space, where BuildKit ends a word.
    pub(super) breaks: Vec<(u32, u32)>,
    /// True where BuildKit would refuse the text.
    pub(super) broken: bool,
}

/// Scans `text`, in which `escape` escapes.
pub(super) fn scan(text: &str, escape: char) -> Scan {
    let mut scanner = Scanner { text, at: 0, escape, stack: Vec::new(), out: Scan::default() };
    scanner.run();
    let end = text.len() as u32;
    for reference in scanner.out.references.iter_mut().filter(|reference| reference.end == 0) {
        reference.end = end;
    }
    scanner.out
}

enum Frame {
    /// Between double quotes.
    Quoted,
    /// The word after an operator, up to `stop`; then perhaps another up to `}`.
    Operand { reference: usize, stop: char, more: bool },
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    escape: char,
    stack: Vec<Frame>,
    out: Scan,
}

impl Scanner<'_> {
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    fn run(&mut self) {
        while self.stack.len() <= MAX_DEPTH {
            let before = self.at;
            let Some(c) = self.next() else {
                self.out.broken |= !self.stack.is_empty();
                return;
            };
            match self.stack.last() {
                Some(Frame::Quoted) => self.in_quotes(c),
                Some(&Frame::Operand { reference, stop, more }) if c == stop => self.close(reference, more),
                _ => self.unquoted(c, before),
            }
        }
        self.out.broken = true;
    }

    fn in_quotes(&mut self, c: char) {
        if c == '"' {
            self.stack.pop();
        } else if c == '$' {
            self.dollar();
        } else if c == self.escape && self.peek().is_some_and(|next| matches!(next, '"' | '$') || next == c) {
            self.next();
        }
    }

    fn unquoted(&mut self, c: char, at: usize) {
        match c {
            '\'' => match memchr::memchr(b'\'', &self.text.as_bytes()[self.at..]) {
                Some(len) => self.at += len + 1,
                None => {
                    self.at = self.text.len();
                    self.out.broken = true;
                }
            },
            '"' => self.stack.push(Frame::Quoted),
            '$' => self.dollar(),
            '<' if self.eat('<') => while self.eat(' ') || self.eat('\t') || self.eat('\r') {},
            c if c == self.escape => {
                self.next();
            }
            c if c.is_whitespace() => self.out.breaks.push((at as u32, self.at as u32)),
            _ => {}
        }
    }

    /// Reads what follows a `$`.
    fn dollar(&mut self) {
        let start = self.at - 1;
        if !self.eat('{') {
            let name = self.name();
            if name.0 < name.1 {
                self.open(start, name, String::new());
                self.end_last();
            }
            return;
        }
        if matches!(self.peek(), None | Some('{' | '}' | ':')) {
            self.out.broken = true;
            return;
        }
        let name = self.name();
        let Some(c) = self.next() else {
            self.open(start, name, String::new());
            self.out.broken = true;
            return;
        };
        if c == '}' {
            self.open(start, name, String::new());
            return self.end_last();
        }
        self.operator(start, name, c);
    }

    fn operator(&mut self, start: usize, name: (u32, u32), first: char) {
        let mut operator = String::from(first);
        match first {
            ':' => operator.extend(self.next()),
            // The second one belongs to the pattern for the lexer, to the operator for people.
            '#' | '%' if self.peek() == Some(first) => operator.push(first),
            '/' if self.eat('/') => operator.push('/'),
            _ => {}
        }
        self.out.broken |=
            !matches!(operator.as_str(), ":-" | ":+" | ":?" | "-" | "+" | "?" | "#" | "##" | "%" | "%%" | "/" | "//");
        let reference = self.out.references.len();
        self.open(start, name, operator);
        let (stop, more) = if first == '/' { ('/', true) } else { ('}', false) };
        self.stack.push(Frame::Operand { reference, stop, more });
    }

    fn close(&mut self, reference: usize, more: bool) {
        self.stack.pop();
        if more {
            self.stack.push(Frame::Operand { reference, stop: '}', more: false });
        } else {
            self.out.references[reference].end = self.at as u32;
        }
    }

    fn open(&mut self, start: usize, name: (u32, u32), operator: String) {
        self.out.references.push(Reference { start: start as u32, end: 0, name, operator });
    }

    fn end_last(&mut self) {
        let at = self.at as u32;
        if let Some(last) = self.out.references.last_mut() {
            last.end = at;
        }
    }

    /// A name, digits, or one of the shell's special parameters.
    fn name(&mut self) -> (u32, u32) {
        let rest = &self.text[self.at..];
        let len = match rest.chars().next() {
            Some(c) if c.is_numeric() => rest.find(|c: char| !c.is_numeric()).unwrap_or(rest.len()),
            Some('@' | '*' | '#' | '?' | '-' | '$' | '!') => 1,
            _ => rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len()),
        };
        let start = self.at as u32;
        self.at += len;
        (start, self.at as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> String {
        let scan = scan(text, '\\');
        let list = scan.references.iter().map(|found| {
            let name = &text[found.name.0 as usize..found.name.1 as usize];
            format!("{name}{}@{}..{}", found.operator, found.start, found.end)
        });
        let list: Vec<_> = list.collect();
        list.join(" ") + if scan.broken { " broken" } else { "" }
    }

    #[test]
    fn finds_every_form() {
        assert_eq!(names("a$b${c}d"), "b@1..3 c@3..7");
        assert_eq!(names("${a:-$b/${c}}"), "a:-@0..13 b@5..7 c@8..12");
        assert_eq!(names("${a##x}${a%%x}${a//b/$c}"), "a##@0..7 a%%@7..14 a//@14..24 c@21..23");
        assert_eq!(names("'$a' \"$b\" \\$c \"\\$d\""), "b@6..8");
        assert_eq!(names("\"${a:-'$b'\"$c\"}\""), "a:-@1..15 c@11..13");
        assert_eq!(names("$1a $@ $$"), "1@0..2 @@4..6 $@7..9");
        assert_eq!(names("$ $. x$"), "");
    }

    #[test]
    fn survives_what_is_broken() {
        assert_eq!(names("$${{{"), "$@0..2");
        assert_eq!(names("${"), " broken");
        assert_eq!(names("${a"), "a@0..3 broken");
        assert_eq!(names("${a:-$b"), "a:-@0..7 b@5..7 broken");
        assert_eq!(names("it's $a"), " broken");
        assert!(scan(&"${a:-".repeat(10_000), '\\').broken);
    }
}
