//! What is said about a built image, one file per format.

mod compared;
mod dive;
mod html;
mod json;
mod layers;
mod listing;
mod losses;
mod markdown;
mod rows;
mod series;
mod stale;
mod table;
mod text;

use crate::image::analysis::Files;
use crate::image::base::Base;
use crate::image::cache::{Origin, Trust};
use crate::image::compare::Comparison;
use crate::image::stale::Stale;
use crate::image::{Image, PathId};

pub use crate::image::bytes;
pub use compared::{comparison_text, diff_text};
pub use dive::dive_json;
pub use html::html;
pub use json::{diff_json, json, series_json};
pub use listing::listing;
pub use markdown::markdown;
pub use rows::{Row, rows};
pub use series::series_text;
pub use text::text;

/// Everything known about one image.
pub struct ImageReport<'a> {
    /// The image.
    pub image: &'a Image,
    /// Where the base ends.
    pub base: &'a Base,
    /// What its times tell about caches.
    pub origins: &'a (Trust, Vec<Origin>),
    /// Its files; `None` where layers were not read.
    pub files: Option<&'a Files>,
    /// The older build that it was compared with.
    pub against: Option<(&'a Image, &'a Comparison)>,
    /// The bounds that were asked for.
    pub gates: &'a [Gate],
    /// Per history step, the line of the Dockerfile, from 1.
    pub lines: &'a [Option<u32>],
    /// What a build of the working tree would do.
    pub stale: Option<&'a Stale>,
    /// How many files, folders and losses are listed.
    pub top: usize,
    /// Whether the base image's waste counts.
    pub include_base: bool,
    /// Columns that the text may take.
    pub width: usize,
}

impl ImageReport<'_> {
    /// The lowest layer whose doings count.
    pub fn first_own(&self) -> usize {
        if self.include_base { 0 } else { self.base.border() }
    }
}

/// A bound and whether the image keeps it.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Gate {
    /// The option's name, such as `max-wasted`.
    pub name: String,
    /// The bound as the user wrote it.
    pub bound: String,
    /// What was measured, in the same unit.
    pub actual: String,
    /// True where the bound is kept; `None` where the image does not tell.
    pub passed: Option<bool>,
}

/// A share for people.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// Text from an image without what could steer a terminal; line ends become blanks.
pub(crate) fn printable(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, letter| {
        match letter {
            '\n' | '\r' | '\t' => out.push(' '),
            letter if letter.is_control() || is_steering(letter) => out.extend(letter.escape_unicode()),
            letter => out.push(letter),
        }
        out
    })
}

/// Marks that turn the direction of writing, with which text can be made to look like another.
fn is_steering(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
}

/// The first `width` characters, with an ellipsis where some are missing.
pub(crate) fn shortened(text: &str, width: usize) -> String {
    let mut letters = text.chars();
    let mut out: String = letters.by_ref().take(width).collect();
    if letters.next().is_some() {
        out.pop();
        out.push('…');
    }
    out
}

/// A path for people.
pub(crate) fn path(files: &Files, id: PathId) -> String {
    printable(&files.trees.paths.display(id))
}

/// Words to `width` columns, later lines indented by as much as the first has before its words.
pub(crate) fn wrapped(lead: &str, text: &str, width: usize) -> String {
    let indent = lead.chars().count();
    let mut out = lead.to_owned();
    let mut column = indent;
    for word in text.split(' ') {
        let length = word.chars().count();
        if column > indent && column + 1 + length > width {
            out += &format!("\n{:indent$}", "");
            column = indent;
        } else if column > indent {
            out.push(' ');
            column += 1;
        }
        out += word;
        column += length;
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(printable("a\u{1b}[2J\nb\u{202e}"), "a\\u{1b}[2J b\\u{202e}");
        assert_eq!(shortened("abcdef", 4), "abc…");
    }
}
