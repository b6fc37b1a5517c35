//! Parser directives: `# key=value` at the very top.

use nom::bytes::complete::{tag, take_while};
use nom::character::complete::{alpha1, alphanumeric0, char, multispace0};
use nom::combinator::{recognize, rest, verify};
use nom::sequence::delimited;
use nom::{IResult, Offset, Parser};

/// A directive in a line.
pub(super) struct Found<'t> {
    pub(super) key: String,
    pub(super) value: &'t str,
    /// Where the value begins in the line.
    pub(super) value_start: usize,
}

/// What a comment line turned out to be.
#[derive(Default)]
pub(super) struct Verdict<'t> {
    /// The directive in the line, if it has an effect.
    pub(super) effective: Option<Found<'t>>,
    /// True where BuildKit's parser drops the line from the comments.
    pub(super) dropped: bool,
    /// The key where it stood before.
    pub(super) repeated: Option<String>,
}

/// BuildKit reads directives twice: its parser, which alone obeys `escape`, accepts indented ones
/// but no `#!` line before them; its look-up of `syntax` and `check` does the opposite.
#[derive(Default)]
pub(super) struct Directives {
    parser_done: bool,
    parser_seen: Vec<String>,
    lookup_done: bool,
    lookup_seen: Vec<String>,
}

impl Directives {
    /// Reads a line that is a comment.
    pub(super) fn comment<'t>(&mut self, line: &'t str, number: u32) -> Verdict<'t> {
        if self.parser_done && self.lookup_done {
            return Verdict::default();
        }
        let found = directive(line);
        let indented = !line.starts_with('#');
        let for_parser = self.parser(found.as_ref());
        let for_lookup = if number == 1 && line.starts_with("#!") {
            false
        } else {
            self.lookup(found.as_ref().filter(|_| !indented))
        };
        let Some(found) = found else { return Verdict::default() };
        let (taken, repeated) = match for_parser {
            Ok(taken) => (taken, None),
            Err(()) => (false, Some(found.key.clone())),
        };
        let is_effective = if found.key == "escape" { taken } else { for_lookup };
        Verdict { effective: is_effective.then_some(found), dropped: taken, repeated }
    }

    /// Any other line ends the directives.
    pub(super) fn end(&mut self) {
        self.parser_done = true;
        self.lookup_done = true;
    }

    fn parser(&mut self, found: Option<&Found>) -> Result<bool, ()> {
        let Some(found) = found.filter(|_| !self.parser_done) else {
            self.parser_done = true;
            return Ok(false);
        };
        if self.parser_seen.contains(&found.key) {
            return Err(());
        }
        self.parser_seen.push(found.key.clone());
        Ok(true)
    }

    fn lookup(&mut self, found: Option<&Found>) -> bool {
        let found = found.filter(|found| !self.lookup_done && !self.lookup_seen.contains(&found.key));
        match found {
            Some(found) => self.lookup_seen.push(found.key.clone()),
            None => self.lookup_done = true,
        }
        found.is_some()
    }
}

/// True if the line would be a directive at the top of a file.
pub(super) fn is_directive(line: &str) -> bool {
    directive(line).is_some()
}

fn directive(line: &str) -> Option<Found<'_>> {
    let (_, (_, _, key, _, value)) = grammar(line.trim_start()).ok()?;
    let key = key.to_ascii_lowercase();
    let value_start = line.offset(value);
    let known = matches!(key.as_str(), "syntax" | "escape" | "check");
    known.then(|| Found { key, value: value.trim_end(), value_start })
}

type Parts<'t> = (&'t str, &'t str, &'t str, char, &'t str);

fn grammar(line: &str) -> IResult<&str, Parts<'_>> {
    let key = recognize((alpha1, alphanumeric0));
    let equals = delimited(multispace0, char('='), multispace0);
    let value = verify(rest, |value: &str| !value.trim_end().is_empty());
    (tag("#"), take_while(char::is_whitespace), key, equals, value).parse(line)
}

/// What BuildKit says to the options of a `check` directive, if it refuses them.
pub(super) fn check_error(value: &str) -> Option<String> {
    let options = value.split(' ').next().unwrap_or_default();
    options.splitn(3, ';').find_map(option_error).map(|error| format!("failed to parse check options: {error}"))
}

fn option_error(option: &str) -> Option<String> {
    let quoted = super::go_quote;
    let Some((key, value)) = option.split_once('=') else {
        return Some(format!("invalid check option {}", quoted(option)));
    };
    match key.trim() {
        "skip" | "experimental" => None,
        "error" if is_bool(value.trim()) => None,
        "error" => {
            let value = quoted(value.trim());
            Some(format!(
                "failed to parse check option {}: strconv.ParseBool: parsing {value}: invalid syntax",
                quoted(option)
            ))
        }
        key => Some(format!("invalid check option {}", quoted(key))),
    }
}

/// The words that Go's `strconv.ParseBool` takes.
pub(super) fn is_bool(word: &str) -> bool {
    matches!(word, "1" | "t" | "T" | "true" | "TRUE" | "True" | "0" | "f" | "F" | "false" | "FALSE" | "False")
}
