//! Words on their way to becoming names, arguments and wrappers.

use shuck_ast::{StmtSeq, Word};

use super::super::Arg;
use super::bodies;
use super::walk::{Layer, Walker};
use super::word::{self, Decoded};
use crate::text::Spliced;

/// One word that a program receives.
pub(super) struct Token<'a> {
    /// As written.
    pub(super) raw: &'a str,
    /// Its offsets in the script's text.
    pub(super) range: (u32, u32),
    /// What the program receives, where that is known.
    pub(super) text: Option<String>,
    /// The word without quotes, mapped to the text of its layer.
    pub(super) body: Spliced,
    pub(super) quoted: bool,
    pub(super) variables: Vec<String>,
    /// The substitutions in it.
    pub(super) bodies: Vec<&'a StmtSeq>,
}

impl<'a> Token<'a> {
    /// A word of the exec form, as it stands.
    pub(super) fn constant(raw: &'a str, at: u32) -> Token<'a> {
        Token::new(raw, (at, at + raw.len() as u32), Decoded::constant(raw, at))
    }

    fn new(raw: &'a str, range: (u32, u32), decoded: Decoded) -> Token<'a> {
        Token {
            raw,
            range,
            text: decoded.known.then(|| decoded.fields.concat()),
            body: decoded.text,
            quoted: decoded.quoted,
            variables: decoded.variables,
            bodies: Vec::new(),
        }
    }

    /// The same word once more, without its substitutions.
    pub(super) fn borrowed(&self) -> Token<'a> {
        Token {
            raw: self.raw,
            range: self.range,
            text: self.text.clone(),
            body: self.body.clone(),
            quoted: self.quoted,
            variables: self.variables.clone(),
            bodies: Vec::new(),
        }
    }

    pub(super) fn known(&self) -> &str {
        self.text.as_deref().unwrap_or_default()
    }

    /// The base name of the program that the word names: `pip` also for `$VENV/bin/pip`. Empty if
    /// it is not known.
    pub(super) fn program(&self) -> &str {
        let Some(text) = &self.text else {
            let plain = |char: char| char.is_ascii_alphanumeric() || "._+-".contains(char);
            let (_, name) = self.body.text.rsplit_once('/').unwrap_or_default();
            return if name.chars().all(plain) { name } else { "" };
        };
        text.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or(text)
    }

    /// The known text, or else the word as written, for telling options from operands.
    pub(super) fn text_or_raw(&self) -> &str {
        self.text.as_deref().unwrap_or(self.raw)
    }
}

impl Walker<'_> {
    /// The words that `word` becomes: usually one, more or none for an unquoted constant.
    pub(super) fn token<'a>(&self, word: &'a Word, layer: &Layer<'a>) -> Vec<Token<'a>> {
        let (start, end) = (word.span.start.offset(), word.span.end.offset());
        let Some(raw) = layer.text.get(start..end) else { return Vec::new() };
        let range = layer.range(start, end);
        let decoded = word::decode(raw, start as u32, &self.constants);
        if decoded.known && decoded.fields.len() != 1 {
            let variables = decoded.variables;
            let fields = decoded.fields.into_iter().map(|field| Token {
                raw,
                range,
                body: Spliced { text: field.clone(), segments: Vec::new() },
                text: Some(field),
                quoted: decoded.quoted,
                variables: variables.clone(),
                bodies: Vec::new(),
            });
            return fields.collect();
        }
        let mut token = Token::new(raw, range, decoded);
        token.bodies = bodies::of_word(word);
        vec![token]
    }

    /// The word at `start..end`, which is never split.
    pub(super) fn token_at<'a>(&self, start: usize, end: usize, layer: &Layer<'a>) -> Token<'a> {
        let raw = layer.text.get(start..end).unwrap_or_default();
        let mut decoded = word::decode(raw, start as u32, &self.constants);
        decoded.fields = vec![decoded.text.text.clone()];
        Token::new(raw, layer.range(start, end), decoded)
    }

    pub(super) fn arg(&self, token: &Token) -> Arg {
        Arg {
            raw: token.raw.to_string(),
            text: token.text.clone(),
            span: self.script.span(token.range.0, token.range.1),
            range: token.range,
            quoted: token.quoted,
            variables: token.variables.clone(),
        }
    }
}
