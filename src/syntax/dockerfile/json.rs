//! The JSON form of an instruction's arguments: an array of strings, or no JSON at all.

use nom::branch::alt;
use nom::bytes::complete::{take_while, take_while_m_n, take_while1};
use nom::character::complete::{char, one_of};
use nom::combinator::{all_consuming, map, opt};
use nom::multi::{fold_many0, separated_list0};
use nom::sequence::{delimited, preceded, terminated};
use nom::{IResult, Offset, Parser};

/// What a text that may be in JSON form is.
pub(super) enum Json {
    /// An array of strings: each with its range in the text, quotes included, and its parts.
    Strings(Vec<JsonItem>),
    /// A JSON array with something else in it, at this range: an error to Docker.
    NotString(usize, usize),
    /// No JSON array: Docker reads the text as if JSON had not been meant.
    No,
}

/// One string of the array.
pub(super) struct JsonItem {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) parts: Vec<Part>,
}

/// A piece of a string.
pub(super) enum Part {
    /// Text that stands there as it is, as a range.
    Raw(usize, usize),
    /// A decoded escape.
    Char(char),
}

/// Reads `text`, which BuildKit has trimmed.
pub(super) fn json(text: &str) -> Json {
    let body = text.trim_start();
    if !body.starts_with('[') {
        return Json::No;
    }
    let base = text.offset(body);
    match array(text, body) {
        Some(items) => Json::Strings(items),
        None if serde_json::from_str::<Vec<serde::de::IgnoredAny>>(body).is_err() => Json::No,
        None => {
            let (start, end) = first_other(body);
            Json::NotString(base + start, base + end)
        }
    }
}

/// The string at the beginning of `text` and what follows the array it opens, for text behind a
/// JSON array: `["a"] # comment` gives ` # comment`.
pub(super) fn behind_array(text: &str) -> Option<&str> {
    let body = text.trim_start();
    let mut found = delimited(opening, separated_list0(comma, string(body)), closing);
    found.parse(body).ok().map(|(rest, _)| rest)
}

fn array(text: &str, body: &str) -> Option<Vec<JsonItem>> {
    let items = separated_list0(comma, string(text));
    let mut whole = all_consuming(terminated(delimited(opening, items, closing), blank));
    whole.parse(body).ok().map(|(_, items)| items)
}

/// The range of the first element that is not a string.
fn first_other(body: &str) -> (usize, usize) {
    let strings = opt(terminated(separated_list0(comma, string(body)), opt(comma)));
    let rest = preceded(opening, strings).parse(body).map_or(body, |(rest, _)| rest);
    let len = rest.find([',', ']']).unwrap_or(rest.len());
    let start = body.offset(rest);
    (start, start + rest[..len].trim_end().len())
}

fn blank(input: &str) -> IResult<&str, &str> {
    take_while(|c| matches!(c, ' ' | '\t' | '\r' | '\n')).parse(input)
}

fn opening(input: &str) -> IResult<&str, char> {
    terminated(char('['), blank).parse(input)
}

fn comma(input: &str) -> IResult<&str, char> {
    delimited(blank, char(','), blank).parse(input)
}

fn closing(input: &str) -> IResult<&str, char> {
    preceded(blank, char(']')).parse(input)
}

/// A string; the ranges count from the beginning of `base`.
fn string(base: &str) -> impl Fn(&str) -> IResult<&str, JsonItem> + '_ {
    move |input| {
        let plain = take_while1(|c: char| c != '"' && c != '\\' && c >= ' ');
        let raw = map(plain, |raw: &str| {
            let start = base.offset(raw);
            Part::Raw(start, start + raw.len())
        });
        let parts = fold_many0(alt((raw, map(escape, Part::Char))), Vec::new, |mut parts, part| {
            parts.push(part);
            parts
        });
        let (rest, parts) = delimited(char('"'), parts, char('"')).parse(input)?;
        let start = base.offset(input);
        Ok((rest, JsonItem { start, end: start + input.offset(rest), parts }))
    }
}

fn escape(input: &str) -> IResult<&str, char> {
    let simple = map(one_of("\"\\/bfnrt"), |c| match c {
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        c => c,
    });
    preceded(char('\\'), alt((simple, unicode))).parse(input)
}

/// `uXXXX`, or two of them that make a surrogate pair; a lone surrogate becomes U+FFFD.
fn unicode(input: &str) -> IResult<&str, char> {
    let (rest, first) = unit(input)?;
    if let Some(c) = char::from_u32(first) {
        return Ok((rest, c));
    }
    if let Ok((after, second)) = preceded(char('\\'), unit).parse(rest)
        && let Some(Ok(c)) = char::decode_utf16([first as u16, second as u16]).next()
    {
        return Ok((after, c));
    }
    Ok((rest, char::REPLACEMENT_CHARACTER))
}

fn unit(input: &str) -> IResult<&str, u32> {
    let digits = take_while_m_n(4, 4, |c: char| c.is_ascii_hexdigit());
    map(preceded(char('u'), digits), |hex: &str| u32::from_str_radix(hex, 16).unwrap_or(0)).parse(input)
}
