//! Heredoc markers in a logical line.

use nom::IResult;
use nom::Parser;
use nom::bytes::complete::{tag, take_while};
use nom::character::complete::{char, digit0, multispace0};
use nom::combinator::{opt, rest, verify};

use super::scan::scan;

/// `3<<-"NAME"` in a logical line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Marker {
    /// Where the word begins and ends in the line.
    pub(super) range: (u32, u32),
    /// Where the name as written begins, quotes included.
    pub(super) name_start: u32,
    /// The name without quotes and escapes.
    pub(super) name: String,
    pub(super) descriptor: String,
    pub(super) chomp: bool,
    pub(super) expand: bool,
}

/// The heredocs of a logical line, keyword and flags included, in order. BuildKit always takes `\`
/// for the escape character here, and finds none in a line whose quotes do not match.
pub(super) fn markers(line: &str) -> Vec<Marker> {
    if memchr::memmem::find(line.as_bytes(), b"<<").is_none() {
        return Vec::new();
    }
    let scan = scan(line, '\\');
    if scan.broken {
        return Vec::new();
    }
    let end = line.len() as u32;
    let starts = std::iter::once(0).chain(scan.breaks.iter().map(|found| found.1));
    let ends = scan.breaks.iter().map(|found| found.0).chain([end]);
    starts.zip(ends).filter_map(|(start, end)| marker(&line[start as usize..end as usize], start)).collect()
}

/// True if BuildKit takes a word of COPY or ADD for a heredoc.
pub(super) fn is_marker(word: &str) -> bool {
    marker(word, 0).is_some()
}

fn marker(word: &str, at: u32) -> Option<Marker> {
    let (_, (descriptor, _, dash, _, written)) = grammar(word).ok()?;
    let (name, was_quoted) = unquoted(written)?;
    Some(Marker {
        range: (at, at + word.len() as u32),
        name_start: at + (word.len() - written.len()) as u32,
        name,
        descriptor: descriptor.to_string(),
        chomp: dash.is_some(),
        expand: !was_quoted,
    })
}

type Parts<'t> = (&'t str, &'t str, Option<char>, &'t str, &'t str);

fn grammar(word: &str) -> IResult<&str, Parts<'_>> {
    let name = verify(rest, |name: &str| !name.is_empty() && !name.contains('<'));
    (digit0, tag("<<"), opt(char('-')), multispace0, name).parse(word)
}

/// The name without its quotes and escapes, and whether it had quotes; `None` if it is not exactly
/// one word.
fn unquoted(written: &str) -> Option<(String, bool)> {
    let scan = scan(written, '\\');
    if scan.broken || !scan.breaks.is_empty() {
        return None;
    }
    let mut name = String::new();
    let mut quote = None;
    let mut was_quoted = false;
    let mut chars = written.chars().peekable();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (None, '\'' | '"') => {
                quote = Some(c);
                was_quoted = true;
            }
            (Some(open), c) if c == open => quote = None,
            (None, '\\') => name.extend(chars.next()),
            (Some('"'), '\\') if matches!(chars.peek(), Some('"' | '$' | '\\')) => name.extend(chars.next()),
            _ => name.push(c),
        }
    }
    (!name.is_empty()).then_some((name, was_quoted))
}

/// The end of the blanks at the beginning of a terminator's line that do not count after `<<-`.
pub(super) fn without_tabs(line: &str) -> &str {
    let tabs: IResult<&str, &str> = take_while(|c| c == '\t').parse(line);
    tabs.map_or(line, |(rest, _)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str) -> Vec<String> {
        let show = |marker: Marker| {
            let flags = [(marker.chomp, "-"), (marker.expand, "$")].map(|(on, flag)| if on { flag } else { "" });
            format!("{}{}{}", marker.descriptor, marker.name, flags.concat())
        };
        markers(line).into_iter().map(show).collect()
    }

    #[test]
    fn markers_in_all_forms() {
        assert_eq!(found("RUN <<EOF"), ["EOF$"]);
        assert_eq!(found("RUN cat <<-EOF 3<<'A B' >x"), ["EOF-$", "3A B"]);
        assert_eq!(found("COPY << EOF \"<<no\" <<\"E\"F /x"), ["EOF$", "EF"]);
        assert_eq!(found("RUN a<<EOF <<<x <<\\E"), ["E$"]);
        assert_eq!(found("RUN <<EOF it's"), [""; 0]);
        assert_eq!(found("RUN << "), [""; 0]);
        assert_eq!(found("RUN cat <<\"\""), [""; 0]);
    }
}
