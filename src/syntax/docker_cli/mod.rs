//! The command lines of docker, podman, nerdctl and compose, as people write them into documents.
//!
//! A snippet (a code block or a code span) becomes logical lines, these become simple commands, and
//! those that start one of the known programs are read by a table of subcommands and flags. Nothing
//! fails: what is not understood is left out.

mod lines;
mod parse;
mod table;
mod words;

use crate::text::{Span, Spliced};

pub use table::{is_flag, is_switch, near_flag, near_subcommand};
pub use words::CliWord;

/// Which program is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// `docker`.
    Docker,
    /// `podman`.
    Podman,
    /// `nerdctl` and `finch`.
    Nerdctl,
    /// `docker-compose` and `podman-compose`, whose subcommands are those of `docker compose`.
    Compose,
}

/// What the called subcommand does, whichever of its spellings was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// `run`, `container run`.
    Run,
    /// `create`, `container create`.
    Create,
    /// `build`, `image build`, `builder build`, `buildx build`.
    Build,
    /// `tag`, `image tag`.
    Tag,
    /// Any subcommand of compose.
    Compose,
    /// Another subcommand that exists.
    Other,
    /// No such subcommand.
    Unknown,
}

/// Where a snippet stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a code block: the number of the block in the file, from 0.
    Block(usize),
    /// In a code span between words.
    Inline,
    /// Between words, without any mark.
    Prose,
}

/// A flag as used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlagUse {
    /// The long name without dashes, or the one letter of a flag that has no long name or is unknown.
    pub name: String,
    /// The bytes of the flag; of the letter alone in a cluster such as `-it`.
    pub span: Span,
    /// The value, for flags that take one.
    pub value: Option<CliWord>,
    /// False for a flag that the subcommand does not have.
    pub known: bool,
    /// True where its dash is a typographic one.
    pub typographic: bool,
}

/// One call of one of the programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    /// The program.
    pub program: Program,
    /// The program's word as written; it may be misspelt.
    pub program_word: CliWord,
    /// True where the program's name is misspelt, such as `docekr`.
    pub misspelt: bool,
    /// The words of the subcommand: `run`, or `container` and `run`.
    pub path: Vec<CliWord>,
    /// What it does.
    pub verb: Verb,
    /// The name under which the flags of the subcommand are known: `run` for `container run`; `None`
    /// where nothing is known of them.
    pub subcommand: Option<&'static str>,
    /// The flags behind the subcommand, in order.
    pub flags: Vec<FlagUse>,
    /// The words that are no flags. For `run`, `create` and `exec`: the image or container and
    /// everything behind it.
    pub args: Vec<CliWord>,
    /// From the program to the last word.
    pub span: Span,
    /// The text of the same, on one line.
    pub text: String,
    /// Where it stands.
    pub place: Place,
    /// The folder that `cd` before it in the same block leads to, as written; empty for none.
    pub folder: String,
    /// True where the line ends in `...` or the like: something is left out.
    pub elided: bool,
}

impl Invocation {
    /// The values of all uses of a flag.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a CliWord> {
        self.flags.iter().filter(move |flag| flag.name == name).filter_map(|flag| flag.value.as_ref())
    }

    /// True if the flag is used and not switched off.
    pub fn has(&self, name: &str) -> bool {
        let is_off = |flag: &FlagUse| flag.value.as_ref().is_some_and(|value| value.text == "false");
        self.flags.iter().any(|flag| flag.name == name && !is_off(flag))
    }

    /// The words of the program and its subcommand, as they ought to be written: `docker run`.
    pub fn command(&self) -> String {
        let program = if self.misspelt { "docker" } else { &self.program_word.text };
        let words = self.path.iter().map(|word| word.text.as_str());
        std::iter::once(program).chain(words).collect::<Vec<_>>().join(" ")
    }

    /// The image of `run` and `create`.
    pub fn image(&self) -> Option<&CliWord> {
        matches!(self.verb, Verb::Run | Verb::Create).then(|| self.args.first()).flatten()
    }
}

/// The calls in a snippet. `language` is the code block's language in lower case.
pub fn invocations(content: &Spliced, language: &str, place: Place) -> Vec<Invocation> {
    let mut found = Vec::new();
    let mut folder = String::new();
    let mut cloned = false;
    for line in lines::command_lines(content, language) {
        for command in words::commands(&line) {
            let word = |at: usize| command.get(at).map_or("", |word| word.text.as_str());
            if word(0) == "git" && word(1) == "clone" {
                cloned = true;
                continue;
            }
            if let ("cd", 2) = (word(0), command.len()) {
                // The first step into a fresh clone leads to the root of the repository.
                folder = match (std::mem::take(&mut cloned), folder.is_empty()) {
                    (true, _) => String::new(),
                    (false, true) => word(1).to_string(),
                    (false, false) => format!("{folder}/{}", word(1)),
                };
                continue;
            }
            if let Some(invocation) = parse::invocation(&line, &command, place, &folder) {
                found.push(invocation);
            }
        }
    }
    found
}

/// The call that a line of prose speaks of: one that it begins with, such as `docker run에서 --rm`, or a
/// misspelt one anywhere. Words that are no ASCII are left out.
pub fn in_prose(line: &Spliced) -> Option<Invocation> {
    let at = parse::program_in_prose(&line.text)?;
    let mut plain = line.sub(at as u32, line.text.len() as u32);
    // Each byte keeps its place.
    plain.text =
        plain.text.chars().map(|c| if c.is_ascii() { c.to_string() } else { " ".repeat(c.len_utf8()) }).collect();
    let words = words::commands(&plain).into_iter().next()?;
    parse::invocation(&plain, &words, Place::Prose, "").filter(|it| !it.path.is_empty())
}

/// True for a word that stands for something the reader fills in: `<image>`, `[name]`, `{tag}`,
/// `$IMAGE`, `YOUR_IMAGE`, `image-id`.
pub fn is_placeholder(text: &str) -> bool {
    let lower = text.to_lowercase();
    let upper_case = text.chars().any(|c| c.is_ascii_uppercase()) && text == text.to_uppercase();
    text.contains(['<', '>', '[', ']', '{', '}', '$', '%', '(', ')', '…', '*'])
        || text.contains("...")
        || !text.is_ascii()
        || upper_case
        || lower.contains("your")
        || lower.replace(['-', '_', ' '], "").contains("imageid")
        || lower.replace(['-', '_', ' '], "").contains("imagename")
        || matches!(
            lower.as_str(),
            "image" | "id" | "name" | "name:tag" | "image:tag" | "tag" | "my-image" | "container"
        )
}

#[cfg(test)]
mod tests;
