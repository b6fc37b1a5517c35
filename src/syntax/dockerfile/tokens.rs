use super::ast::{Token, TokenKind};
use crate::text::{Span, Spliced};

/// The pieces of the file that the parser has named so far; the rest is words and blanks.
#[derive(Debug, Default)]
pub(super) struct Marks(Vec<Token>);

impl Marks {
    pub(super) fn add(&mut self, kind: TokenKind, span: Span) {
        if !span.is_empty() {
            self.0.push(Token { kind, span });
        }
    }

    /// Marks `start..end` of a logical line, in pieces where it was continued.
    pub(super) fn add_logical(&mut self, kind: TokenKind, line: &Spliced, start: u32, end: u32) {
        for segment in line.sub(start, end).segments {
            self.add(kind, Span::new(segment.source, segment.source + segment.len));
        }
    }

    /// The tokens of `text`: the marks, and between them words, blanks and line ends.
    pub(super) fn tile(mut self, text: &str) -> Vec<Token> {
        self.0.sort_unstable_by_key(|token| token.span);
        let mut tokens = Vec::with_capacity(self.0.len() * 3);
        let mut at = 0;
        for mark in self.0 {
            // An overlap would be a fault of the parser; the tiling holds nevertheless.
            debug_assert!(mark.span.start >= at, "{mark:?} begins before {at}");
            if mark.span.end <= at {
                continue;
            }
            let start = mark.span.start.max(at);
            fill(&mut tokens, text, at, start);
            tokens.push(Token { kind: mark.kind, span: Span::new(start, mark.span.end) });
            at = mark.span.end;
        }
        fill(&mut tokens, text, at, text.len() as u32);
        tokens
    }
}

fn fill(tokens: &mut Vec<Token>, text: &str, start: u32, end: u32) {
    let mut at = start as usize;
    let end = end as usize;
    while at < end {
        let rest = &text[at..end];
        let (kind, len) = first(rest);
        tokens.push(Token { kind, span: Span::from(at..at + len) });
        at += len;
    }
}

fn first(rest: &str) -> (TokenKind, usize) {
    let line_end = rest.len() - rest.trim_start_matches('\r').len();
    if rest[line_end..].starts_with('\n') {
        return (TokenKind::Newline, line_end + 1);
    }
    let is_space = |c: char| c.is_whitespace() && c != '\n' && c != '\r';
    let len = |stop: &dyn Fn(char) -> bool| rest.find(stop).unwrap_or(rest.len());
    match rest.chars().next() {
        Some('\r') => (TokenKind::Whitespace, line_end),
        Some(c) if is_space(c) => (TokenKind::Whitespace, len(&|c| !is_space(c))),
        _ => (TokenKind::Text, len(&char::is_whitespace)),
    }
}
