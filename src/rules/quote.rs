//! The user's own text as messages show it.

use crate::text::beginning;

/// The longest piece of a Dockerfile that a message repeats, in characters.
const LONGEST: usize = 60;

/// `text` on one line: continuations, line ends and runs of blanks become one blank, and what is
/// too long for a message is cut.
pub(super) fn one_line(text: &str) -> String {
    let words = text.split_whitespace().filter(|word| !matches!(*word, "\\" | "`"));
    beginning(&words.collect::<Vec<_>>().join(" "), LONGEST)
}

/// A JSON array of strings, as the exec form writes it.
pub(crate) fn json_array<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let strings: Vec<String> = words.into_iter().map(json_string).collect();
    format!("[{}]", strings.join(", "))
}

fn json_string(text: &str) -> String {
    serde_json::to_string(text).expect("any text is a JSON string")
}
