//! Documents in whichever markup: their code blocks, code spans and prose, in one form for all.
//!
//! Markdown is read by pulldown-cmark. Of AsciiDoc and reStructuredText only blocks of code and
//! spans are of interest, each with its bytes in the file. Two small readers of lines do that: they
//! know what begins and what ends a block, and nothing else of the two languages.

mod asciidoc;
mod lines;
mod restructured;

use super::markdown::{self, Code};

/// A language of documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Markup {
    /// `.md`, `.markdown`, `.mdx`.
    Markdown,
    /// `.adoc`, `.asciidoc`, `.asc`.
    AsciiDoc,
    /// `.rst`, `.rest`.
    ReStructuredText,
}

impl Markup {
    /// The language that a file's name tells, letters in any case.
    pub fn of(name: &str) -> Option<Markup> {
        let (_, ending) = name.rsplit_once('.')?;
        match ending.to_ascii_lowercase().as_str() {
            "md" | "markdown" | "mdx" => Some(Markup::Markdown),
            "adoc" | "asciidoc" | "asc" => Some(Markup::AsciiDoc),
            "rst" | "rest" => Some(Markup::ReStructuredText),
            _ => None,
        }
    }

    /// All code of a text, read in one pass.
    pub fn code(self, text: &str) -> Code {
        match self {
            Markup::Markdown => markdown::code(text),
            Markup::AsciiDoc => asciidoc::code(text),
            Markup::ReStructuredText => restructured::code(text),
        }
    }
}

#[cfg(test)]
mod tests;
