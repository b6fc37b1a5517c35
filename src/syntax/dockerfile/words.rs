//! How BuildKit cuts a logical line: keyword, flags, and three kinds of words.

use std::ops::Range;

use nom::branch::alt;
use nom::bytes::complete::{tag, take_till, take_while, take_while1};
use nom::character::complete::{anychar, char};
use nom::combinator::{opt, recognize, verify};
use nom::multi::many0_count;
use nom::{IResult, Offset, Parser};

/// The blanks that end a keyword and separate plain words; no others do.
pub(super) fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{b}' | '\u{c}' | '\r')
}

/// The keyword at the beginning of `line` and where the rest begins.
pub(super) fn keyword(line: &str) -> (usize, usize) {
    let parts: IResult<&str, (&str, &str)> = (take_till(is_blank), take_while(is_blank)).parse(line);
    let Ok((rest, (keyword, _))) = parts else { return (line.len(), line.len()) };
    (keyword.len(), line.offset(rest))
}

/// The first word at or after `at` of a list that knows no quotes.
pub(super) fn plain_word(text: &str, at: usize) -> Option<Range<usize>> {
    let word: IResult<&str, &str> =
        nom::sequence::preceded(take_while(is_blank), take_till(is_blank)).parse(&text[at..]);
    range_in(text, word.ok()?.1)
}

/// The first word at or after `at` of ENV, LABEL or ARG: quotes and escapes keep blanks together
/// and stay in the word. An escape character at the very end belongs to no word.
pub(super) fn quoted_word(text: &str, at: usize, escape: char) -> Option<Range<usize>> {
    let piece = alt((recognize(plain_run(escape)), single_quoted, double_quoted(escape), escaped(escape)));
    let word = recognize(many0_count(piece));
    let found: IResult<&str, &str> = nom::sequence::preceded(take_while(char::is_whitespace), word).parse(&text[at..]);
    range_in(text, found.ok()?.1)
}

fn range_in(text: &str, word: &str) -> Option<Range<usize>> {
    let start = text.offset(word);
    (!word.is_empty()).then_some(start..start + word.len())
}

fn plain_run(escape: char) -> impl Fn(&str) -> IResult<&str, &str> {
    move |input| take_while1(|c: char| !c.is_whitespace() && c != '\'' && c != '"' && c != escape).parse(input)
}

fn escaped(escape: char) -> impl Fn(&str) -> IResult<&str, &str> {
    move |input| recognize((char(escape), anychar)).parse(input)
}

/// To the closing quote or the end of the text.
fn single_quoted(input: &str) -> IResult<&str, &str> {
    recognize((char('\''), take_till(|c| c == '\''), opt(char('\'')))).parse(input)
}

fn double_quoted(escape: char) -> impl Fn(&str) -> IResult<&str, &str> {
    move |input| {
        let inner = alt((recognize(take_while1(|c| c != '"' && c != escape)), escaped(escape)));
        recognize((char('"'), many0_count(inner), opt(char('"')))).parse(input)
    }
}

/// A `--flag` word: its range, and the ranges of what is left of it without quotes and escapes.
pub(super) struct FlagWord {
    pub(super) range: Range<usize>,
    pub(super) kept: Vec<Range<usize>>,
}

/// The flag that begins at or after `at`; a lone `--` is one too.
pub(super) fn flag_word(text: &str, at: usize, escape: char) -> Option<FlagWord> {
    let rest = text[at..].trim_start_matches(is_flag_blank);
    let dashes: IResult<&str, &str> = verify(tag("--"), |_: &str| true).parse(rest);
    dashes.ok()?;
    let start = text.offset(rest);
    let mut kept: Vec<Range<usize>> = Vec::new();
    let mut quote = None;
    let mut chars = rest.char_indices();
    let mut end = text.len();
    while let Some((offset, c)) = chars.next() {
        let here = start + offset;
        match quote {
            None if is_flag_blank(c) => {
                end = here;
                break;
            }
            None if c == '\'' || c == '"' => quote = Some(c),
            Some(open) if c == open => quote = None,
            _ if c == escape => {
                if let Some((offset, c)) = chars.next() {
                    keep(&mut kept, start + offset, c);
                }
            }
            _ => keep(&mut kept, here, c),
        }
    }
    Some(FlagWord { range: start..end, kept })
}

/// BuildKit looks at single bytes here; beyond ASCII we keep characters whole.
fn is_flag_blank(c: char) -> bool {
    c.is_ascii() && c.is_whitespace()
}

fn keep(kept: &mut Vec<Range<usize>>, at: usize, c: char) {
    match kept.last_mut() {
        Some(last) if last.end == at => last.end += c.len_utf8(),
        _ => kept.push(at..at + c.len_utf8()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(text: &str) -> Vec<&str> {
        let next = |at: &usize| quoted_word(text, *at, '\\').map(|word| word.end);
        let ends = std::iter::successors(next(&0), next);
        let mut at = 0;
        ends.map(|end| text[std::mem::replace(&mut at, end)..end].trim_start()).collect()
    }

    #[test]
    fn words_keep_their_quotes() {
        assert_eq!(quoted("a=b  c='d e' f=\"g \\\" h\" i\\ j"), ["a=b", "c='d e'", "f=\"g \\\" h\"", "i\\ j"]);
        assert_eq!(quoted("a='b c"), ["a='b c"]);
        assert_eq!(quoted("a b\\"), ["a", "b"]);
        assert_eq!(quoted("\\"), [""; 0]);
    }

    #[test]
    fn flags_lose_their_quotes() {
        let text = "--a='b c'\\ d \"e";
        let flag = flag_word(text, 0, '\\').expect("a flag");
        let kept: String = flag.kept.iter().map(|range| &text[range.clone()]).collect();
        assert_eq!((kept.as_str(), flag.range), ("--a=b c d", 0..12));
        assert!(flag_word(text, 12, '\\').is_none());
    }
}
