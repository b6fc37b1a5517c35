//! A command line to simple commands and their words.

use crate::text::{Span, Spliced};

/// A word of a command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CliWord {
    /// The word without its quotes.
    pub text: String,
    /// Its bytes in the file.
    pub span: Span,
    /// Where it begins and ends in the joined line.
    pub(super) range: (u32, u32),
    /// True where a part of it is quoted.
    pub quoted: bool,
}

/// Longest placeholder with blanks in it: `<name of the image>`.
const MAX_PLACEHOLDER: usize = 40;
/// Longest `$(…)` that is read as one word.
const MAX_SUBSTITUTION: usize = 2_000;

/// The simple commands of a line: cut at `&&`, `||`, `|`, `;` and `&`; comments and redirections
/// left out.
pub(super) fn commands(line: &Spliced) -> Vec<Vec<CliWord>> {
    let mut reader = Reader { line, text: &line.text, at: 0, commands: vec![Vec::new()] };
    reader.read();
    reader.commands.retain(|words| !words.is_empty());
    reader.commands
}

struct Reader<'a> {
    line: &'a Spliced,
    text: &'a str,
    at: usize,
    commands: Vec<Vec<CliWord>>,
}

impl Reader<'_> {
    fn read(&mut self) {
        while let Some(c) = self.rest().chars().next() {
            match c {
                _ if c.is_whitespace() => self.at += c.len_utf8(),
                '#' => return,
                ';' | '&' | '|' => {
                    self.at += self.rest().len() - self.rest().trim_start_matches([';', '&', '|']).len();
                    self.commands.push(Vec::new());
                }
                '>' => self.redirect(),
                '<' if self.placeholder().is_none() => self.redirect(),
                _ => self.word(),
            }
        }
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    /// Skips `> file`, `2>&1`, `< file`.
    fn redirect(&mut self) {
        let rest = self.rest();
        let skip = rest.len() - rest.trim_start_matches(['>', '<', '&', '|']).trim_start().len();
        self.at += skip.max(1);
        let rest = self.rest();
        self.at += rest.find(|c: char| c.is_whitespace() || ";&|".contains(c)).unwrap_or(rest.len());
    }

    /// Length of the `<…>` that begins here.
    fn placeholder(&self) -> Option<usize> {
        let rest = self.rest();
        let end = rest.char_indices().take(MAX_PLACEHOLDER).find(|(_, c)| *c == '>')?.0;
        let inner = &rest[1..end];
        let is_plain = !inner.is_empty() && !inner.starts_with([' ', '(']) && !inner.contains(['<', '|', '&', ';']);
        is_plain.then_some(end + 1)
    }

    fn word(&mut self) {
        let start = self.at;
        let mut text = String::new();
        let mut quoted = false;
        while let Some(c) = self.rest().chars().next() {
            match c {
                '\'' | '"' => {
                    let inner = &self.rest()[1..];
                    let Some(end) = inner.find(c) else {
                        // An apostrophe, or a quote that was forgotten.
                        text.push(c);
                        self.at += 1;
                        continue;
                    };
                    quoted = true;
                    text.push_str(&inner[..end]);
                    self.at += end + 2;
                }
                '\\' => {
                    self.at += 1;
                    let next = self.rest().chars().next();
                    // A Windows path keeps its backslashes.
                    if next.is_none_or(|c| c.is_alphanumeric()) {
                        text.push('\\');
                    }
                }
                '$' if self.rest().starts_with("$(") => self.take(balanced(self.rest(), '(', ')'), &mut text),
                '$' if self.rest().starts_with("${") => self.take(balanced(self.rest(), '{', '}'), &mut text),
                '`' => {
                    let end = self.rest()[1..].find('`').map_or(1, |end| end + 2);
                    self.take(end, &mut text);
                }
                '<' => match self.placeholder() {
                    Some(len) => self.take(len, &mut text),
                    None => break,
                },
                '{' if self.at == start && self.rest().starts_with("{{") => {
                    self.take(balanced(self.rest(), '{', '}'), &mut text);
                }
                '[' if self.at == start => self.take(bracketed(self.rest()), &mut text),
                _ if c.is_whitespace() || ";&|".contains(c) => break,
                '>' if text.chars().all(|c| c.is_ascii_digit()) => {
                    self.redirect();
                    return;
                }
                '>' => break,
                _ => {
                    text.push(c);
                    self.at += c.len_utf8();
                }
            }
        }
        let range = (start as u32, self.at as u32);
        let word = CliWord { text, span: self.line.span(range.0, range.1), range, quoted };
        if let Some(command) = self.commands.last_mut() {
            command.push(word);
        }
    }

    fn take(&mut self, len: usize, text: &mut String) {
        text.push_str(&self.text[self.at..self.at + len]);
        self.at += len;
    }
}

/// Length of `$(…)` or `${…}`, or of the opening alone where it is never closed.
fn balanced(text: &str, open: char, close: char) -> usize {
    let mut depth = 0;
    for (at, c) in text.char_indices().take(MAX_SUBSTITUTION) {
        if c == open {
            depth += 1;
        } else if c == close {
            depth -= 1;
            if depth == 0 {
                return at + 1;
            }
        }
    }
    2.min(text.len())
}

/// Length of `[OPTIONS]` or `[container id]`.
fn bracketed(text: &str) -> usize {
    text.char_indices().take(MAX_PLACEHOLDER).find(|(_, c)| *c == ']').map_or(1, |(at, _)| at + 1)
}
