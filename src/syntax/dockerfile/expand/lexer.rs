use std::collections::BTreeSet;
use std::iter::Peekable;
use std::str::Chars;

use super::error::Cause;
use super::pattern::{Pattern, reversed};
use super::{Env, Lex, MAX_EXPANSION, MAX_NESTING};

/// Steps that the patterns of one word may take together.
const PATTERN_BUDGET: usize = 4_000_000;

/// One pass over a raw word.
pub(super) struct Lexer<'a> {
    lex: Lex,
    rest: Peekable<Chars<'a>>,
    env: &'a dyn Env,
    raw_escapes: bool,
    depth: usize,
    budget: usize,
    /// The word being gathered for `words`. BuildKit shares this buffer between the levels of a
    /// nested substitution, so that `a${b:-c}` yields the word `c`; so do we.
    gathered: String,
    pub(super) matched: BTreeSet<String>,
    pub(super) unmatched: BTreeSet<String>,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(lex: Lex, raw: &'a str, env: &'a dyn Env) -> Lexer<'a> {
        Lexer {
            lex,
            rest: raw.strip_prefix('\u{feff}').unwrap_or(raw).chars().peekable(),
            env,
            raw_escapes: lex.raw_escapes,
            depth: 0,
            budget: PATTERN_BUDGET,
            gathered: String::new(),
            matched: BTreeSet::new(),
            unmatched: BTreeSet::new(),
        }
    }

    /// Processes the whole word: its text, and its text split into words.
    pub(super) fn run(&mut self) -> Result<(String, Vec<String>), Cause> {
        self.until(None)
    }

    /// Reads up to `stop`, which is consumed, or up to the end where there is none.
    fn until(&mut self, stop: Option<char>) -> Result<(String, Vec<String>), Cause> {
        let mut text = String::new();
        let mut words = Vec::new();
        self.gathered.clear();
        while let Some(&c) = self.rest.peek() {
            if Some(c) == stop {
                self.rest.next();
                self.finish_word(&mut words);
                return Ok((text, words));
            }
            self.piece(c, &mut text, &mut words)?;
            if text.len() > MAX_EXPANSION {
                return Err(Cause::TooLong);
            }
        }
        if let Some(stop) = stop {
            return Cause::refused(format!("unexpected end of statement while looking for matching {stop}"));
        }
        self.finish_word(&mut words);
        Ok((text, words))
    }

    fn piece(&mut self, c: char, text: &mut String, words: &mut Vec<String>) -> Result<(), Cause> {
        let special = match c {
            '$' => self.dollar()?,
            '<' => self.heredoc_marker(),
            '\'' if !self.lex.ignore_quotes => self.single_quoted()?,
            '"' if !self.lex.ignore_quotes => self.double_quoted()?,
            _ => {
                self.plain(text, words);
                return Ok(());
            }
        };
        text.push_str(&special);
        if c == '$' {
            special.chars().for_each(|c| self.gather(c, words));
        } else {
            self.gathered.push_str(&special);
        }
        Ok(())
    }

    fn plain(&mut self, text: &mut String, words: &mut Vec<String>) {
        let Some(c) = self.rest.next() else { return };
        if c != self.lex.escape {
            text.push(c);
            return self.gather(c, words);
        }
        if self.raw_escapes {
            text.push(c);
            self.gathered.push(c);
        }
        // An escape at the very end is dropped.
        if let Some(c) = self.rest.next() {
            text.push(c);
            self.gathered.push(c);
        }
    }

    fn gather(&mut self, c: char, words: &mut Vec<String>) {
        if c.is_whitespace() {
            self.finish_word(words);
        } else {
            self.gathered.push(c);
        }
    }

    fn finish_word(&mut self, words: &mut Vec<String>) {
        if !self.gathered.is_empty() {
            words.push(std::mem::take(&mut self.gathered));
        }
    }

    fn single_quoted(&mut self) -> Result<String, Cause> {
        let mut text = String::new();
        let quote = self.rest.next();
        text.extend(quote.filter(|_| self.lex.raw_quotes));
        for c in self.rest.by_ref() {
            if c != '\'' {
                text.push(c);
                continue;
            }
            text.extend(Some(c).filter(|_| self.lex.raw_quotes));
            return Ok(text);
        }
        Cause::refused("unexpected end of statement while looking for matching single-quote")
    }

    fn double_quoted(&mut self) -> Result<String, Cause> {
        let mut text = String::new();
        let quote = self.rest.next();
        text.extend(quote.filter(|_| self.lex.raw_quotes));
        while let Some(&c) = self.rest.peek() {
            if c == '$' {
                text.push_str(&self.dollar()?);
                if text.len() > MAX_EXPANSION {
                    return Err(Cause::TooLong);
                }
                continue;
            }
            self.rest.next();
            match c {
                '"' => {
                    text.extend(Some(c).filter(|_| self.lex.raw_quotes));
                    return Ok(text);
                }
                _ if c == self.lex.escape => self.escaped_in_quotes(c, &mut text),
                _ => text.push(c),
            }
        }
        Cause::refused("unexpected end of statement while looking for matching double-quote")
    }

    /// In double quotes only `"`, `$` and the escape itself can be escaped.
    fn escaped_in_quotes(&mut self, escape: char, text: &mut String) {
        if self.raw_escapes {
            text.push(escape);
        }
        let Some(&next) = self.rest.peek() else { return };
        if next == '"' || next == '$' || next == escape {
            self.rest.next();
            text.push(next);
        } else {
            text.push(escape);
        }
    }

    /// `<<` and the blanks behind it, which do not split a word.
    fn heredoc_marker(&mut self) -> String {
        let mut text = String::from("<");
        self.rest.next();
        if self.rest.next_if_eq(&'<').is_some() {
            text.push('<');
            while let Some(blank) = self.rest.next_if(|c| matches!(c, '\t' | '\r' | ' ')) {
                text.push(blank);
            }
        }
        text
    }

    /// `$name` or `${…}`.
    fn dollar(&mut self) -> Result<String, Cause> {
        self.rest.next();
        if self.rest.next_if_eq(&'{').is_some() {
            self.depth += 1;
            if self.depth > MAX_NESTING {
                return Err(Cause::TooDeep);
            }
            let value = self.braced();
            self.depth -= 1;
            return value;
        }
        let name = self.name();
        if name.is_empty() {
            return Ok("$".to_string());
        }
        Ok(match self.lookup(&name) {
            None if self.lex.keep_unset => format!("${name}"),
            value => value.unwrap_or_default(),
        })
    }

    /// What follows `${`.
    fn braced(&mut self) -> Result<String, Cause> {
        match self.rest.peek() {
            None => return Cause::refused("syntax error: missing '}'"),
            Some('{' | '}' | ':') => return Cause::refused("syntax error: bad substitution"),
            Some(_) => {}
        }
        let name = self.name();
        match self.rest.next() {
            Some('}') => Ok(match self.lookup(&name) {
                None if self.lex.keep_unset => format!("${{{name}}}"),
                value => value.unwrap_or_default(),
            }),
            Some(':') => {
                let operator = self.rest.next();
                self.with_word(&name, true, operator)
            }
            Some(operator @ ('+' | '-' | '?' | '#' | '%')) => self.with_word(&name, false, Some(operator)),
            Some('/') => self.replacement(&name),
            other => unsupported(false, other),
        }
    }

    /// `${name-word}`, `${name:+word}`, `${name%word}` and the like, behind the operator.
    fn with_word(&mut self, name: &str, colon: bool, operator: Option<char>) -> Result<String, Cause> {
        let trims = matches!(operator, Some('#' | '%'));
        if colon && trims {
            return unsupported(colon, operator);
        }
        let word = self.nested('}', trims, "syntax error: missing '}'")?;
        let value = self.lookup(name);
        if self.lex.keep_unset && value.is_none() {
            let colon = if colon { ":" } else { "" };
            return Ok(format!("${{{name}{colon}{}{word}}}", operator.unwrap_or(char::REPLACEMENT_CHARACTER)));
        }
        let filled = value.as_deref().filter(|value| !(colon && value.is_empty())).is_some();
        match operator {
            Some('-') if filled => Ok(value.unwrap_or_default()),
            Some('-') => Ok(word),
            Some('+') => Ok(if filled { word } else { String::new() }),
            Some('?') if filled => Ok(value.unwrap_or_default()),
            Some('?') => {
                let state = if value.is_none() { "unset" } else { "empty" };
                let message = if word.is_empty() { format!("is not allowed to be {state}") } else { word };
                Cause::refused(format!("{name}: {message}"))
            }
            Some(operator @ ('#' | '%')) => self.trim(operator, &word, &value.unwrap_or_default()),
            _ => unsupported(colon, operator),
        }
    }

    fn trim(&mut self, operator: char, word: &str, value: &str) -> Result<String, Cause> {
        let (pattern, greedy) = match word.strip_prefix(operator) {
            Some(pattern) => (pattern, true),
            None => (word, false),
        };
        self.spend(value.len() + pattern.len())?;
        if operator == '#' {
            return Pattern::new(pattern, greedy)?.trim_prefix(value, &mut self.budget);
        }
        let backwards: String = value.chars().rev().collect();
        let kept = Pattern::new(&reversed(pattern), greedy)?.trim_prefix(&backwards, &mut self.budget)?;
        Ok(kept.chars().rev().collect())
    }

    /// `${name/pattern/replacement}` and `${name//pattern/replacement}`, behind the first `/`.
    fn replacement(&mut self, name: &str) -> Result<String, Cause> {
        let all = self.rest.next_if_eq(&'/').is_some();
        let pattern = self.nested('/', true, "syntax error: missing '/' in ${}")?;
        let replacement = self.nested('}', true, "syntax error: missing '}'")?;
        let Some(value) = self.lookup(name).or_else(|| (!self.lex.keep_unset).then(String::new)) else {
            return Ok(format!("${{{name}/{pattern}/{replacement}}}"));
        };
        self.spend(value.len() + pattern.len() + replacement.len())?;
        let pattern = Pattern::new(&pattern, true)?;
        if all {
            pattern.replace_all(&value, &replacement, &mut self.budget)
        } else {
            pattern.replace_first(&value, &replacement, &mut self.budget)
        }
    }

    /// A word inside `${…}`. A failure that used up the text is told as `unclosed`.
    fn nested(&mut self, stop: char, raw_escapes: bool, unclosed: &str) -> Result<String, Cause> {
        let outer = std::mem::replace(&mut self.raw_escapes, raw_escapes);
        let result = self.until(Some(stop));
        self.raw_escapes = outer;
        match result {
            Ok((text, _)) => Ok(text),
            Err(Cause::Refused(_)) if self.rest.peek().is_none() => Cause::refused(unclosed),
            Err(cause) => Err(cause),
        }
    }

    /// A name: letters, digits and `_`; or only digits; or one of the shell's special characters.
    fn name(&mut self) -> String {
        let mut name = String::new();
        if let Some(special) = self.rest.next_if(|c| matches!(c, '@' | '*' | '#' | '?' | '-' | '$' | '!' | '0')) {
            // BuildKit asks for a digit first, so a `0` begins a number.
            name.push(special);
            if special != '0' {
                return name;
            }
        }
        let number = name == "0" || self.rest.peek().is_some_and(char::is_ascii_digit);
        let belongs = |c: &char| if number { c.is_ascii_digit() } else { c.is_alphanumeric() || *c == '_' };
        while let Some(c) = self.rest.next_if(belongs) {
            name.push(c);
        }
        name
    }

    fn lookup(&mut self, name: &str) -> Option<String> {
        let value = self.env.get(name);
        let names = if value.is_some() { &mut self.matched } else { &mut self.unmatched };
        if !names.contains(name) {
            names.insert(name.to_string());
        }
        value.map(str::to_string)
    }

    fn spend(&mut self, work: usize) -> Result<(), Cause> {
        self.budget = self.budget.checked_sub(work).ok_or(Cause::TooLong)?;
        Ok(())
    }
}

fn unsupported(colon: bool, operator: Option<char>) -> Result<String, Cause> {
    let colon = if colon { ":" } else { "" };
    // Go prints the end of the text as U+FFFD.
    let operator = operator.unwrap_or(char::REPLACEMENT_CHARACTER);
    Cause::refused(format!("unsupported modifier ({colon}{operator}) in substitution"))
}
