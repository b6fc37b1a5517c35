//! The instructions of a Dockerfile that stand for the steps of an image's history.

use std::collections::BTreeSet;

use super::created_by::{instruction, keyword, strip_shell};
use super::image::Image;
use crate::model::{BuildOptions, Model};
use crate::syntax::dockerfile::{Dockerfile, Keyword};

/// An instruction of the stage that is built, or of a stage that it is built on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// In upper case.
    pub keyword: String,
    /// The first line, from 1.
    pub line: u32,
    /// The instruction in one line.
    pub text: String,
}

/// The instructions that make the image's own layers, in the order in which they run.
pub fn written(dockerfile: &Dockerfile, text: &str, options: BuildOptions) -> Vec<Written> {
    let model = Model::new(dockerfile, text, options);
    let Some(target) = model.target_stage() else { return Vec::new() };
    let mut stages: Vec<_> = model.chain(target).collect();
    stages.sort_by_key(|stage| stage.index);
    let steps = stages.into_iter().flat_map(|stage| stage.steps.iter().filter(|step| !step.onbuild));
    steps
        .filter(|step| step.kind() != Keyword::From)
        .map(|step| {
            let text = step.instruction.logical.text.trim();
            let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
            Written {
                keyword: word.to_uppercase(),
                line: step.instruction.lines.0,
                text: format!("{} {}", word.to_uppercase(), rest.trim_start()),
            }
        })
        .collect()
}

/// For each step of the image's history, the index of the instruction that made it, where one did:
/// a longest common subsequence by keyword and text, matched from the end, for the base image's
/// steps come first.
pub fn align(image: &Image, instructions: &[Written]) -> Vec<Option<usize>> {
    let texts: Vec<String> = image.steps().iter().map(|step| image.instruction(*step)).collect();
    let words: Vec<&str> = texts.iter().map(|text| keyword(text).unwrap_or_default()).collect();
    let (rows, columns) = (texts.len().min(2000), instructions.len().min(2000));
    let (texts_from, written_from) = (texts.len() - rows, instructions.len() - columns);
    let weight = |a: usize, b: usize| {
        let written = &instructions[written_from + b];
        match () {
            () if words[texts_from + a] != written.keyword => 0,
            () if same_text(&texts[texts_from + a], &written.text) => 3,
            () => 1,
        }
    };
    let mut sums = vec![vec![0u32; columns + 1]; rows + 1];
    for a in 0..rows {
        for b in 0..columns {
            let both = match weight(a, b) {
                0 => 0,
                weight => sums[a][b] + weight,
            };
            sums[a + 1][b + 1] = both.max(sums[a][b + 1]).max(sums[a + 1][b]);
        }
    }
    let mut found = vec![None; texts.len()];
    let (mut a, mut b) = (rows, columns);
    while a > 0 && b > 0 {
        let weight = weight(a - 1, b - 1);
        if weight > 0 && sums[a][b] == sums[a - 1][b - 1] + weight {
            found[texts_from + a - 1] = Some(written_from + b - 1);
            (a, b) = (a - 1, b - 1);
        } else if sums[a - 1][b] >= sums[a][b - 1] {
            a -= 1;
        } else {
            b -= 1;
        }
    }
    found
}

/// Whether a history entry may be what a builder made of an instruction as it is written: quotes and
/// blanks do not count, and a variable stands for anything.
pub(super) fn same_text(history: &str, written: &str) -> bool {
    let written = without_flags(written);
    let written = if written.starts_with("RUN ") { instruction(&written, "") } else { written };
    let (mut history, pattern) = (plain(history), pattern(&written));
    let is_exec = written
        .split_once(' ')
        .is_some_and(|(_, words)| words.trim_start().starts_with('[') && words.trim_end().ends_with(']'));
    if let Some(command) = command_of_shell(&history).filter(|_| !is_exec) {
        history = command;
    }
    if let (Some(folder), [only]) = (history.strip_prefix("WORKDIR "), &pattern[..]) {
        // A relative folder stands in the history as the absolute one that it means.
        let given = only.trim_start_matches("WORKDIR").trim_start().trim_end_matches('/');
        return folder == given || !given.starts_with('/') && folder.ends_with(&format!("/{given}"));
    }
    if let (Some(before), [only]) = (history.strip_prefix("EXPOSE "), &pattern[..]) {
        let ports = |text: &str| -> BTreeSet<String> {
            text.split(' ').map(|it| it.trim_end_matches("/tcp").to_owned()).collect()
        };
        return ports(before) == ports(only.trim_start_matches("EXPOSE ").trim());
    }
    matches(&history, &pattern)
}

/// The instruction without the flags that builders do not write into the history.
fn without_flags(written: &str) -> String {
    let (keyword, mut rest) = written.split_once(' ').unwrap_or((written, ""));
    let mut kept = keyword.to_owned();
    while let Some(flag) = rest.strip_prefix("--") {
        let (flag, after) = flag.split_once(char::is_whitespace).unwrap_or((flag, ""));
        if keyword != "RUN" && ["chown", "chmod", "parents"].iter().any(|kept| flag.starts_with(kept)) {
            kept += &format!(" --{flag}");
        }
        rest = after.trim_start();
    }
    format!("{kept} {rest}")
}

/// `CMD a` stands in the history with the shell that runs it.
fn command_of_shell(history: &str) -> Option<String> {
    let (keyword, words) = history.split_once(' ')?;
    let is_command = matches!(keyword, "CMD" | "ENTRYPOINT");
    strip_shell(words).filter(|_| is_command).map(|command| format!("{keyword} {command}"))
}

/// Without quotes, backslashes and runs of blanks; `ENV a b` becomes `ENV a=b`, and a list is its
/// words, which builders print as `["a" "b"]` or as `[a b]`.
fn plain(text: &str) -> String {
    let is_list = ["CMD ", "ENTRYPOINT ", "SHELL ", "VOLUME "].iter().any(|keyword| text.starts_with(keyword));
    let goes = |letter: char| matches!(letter, '"' | '\'' | '\\') || is_list && "[],".contains(letter);
    let text: String = match is_list {
        // `["a","b"]` has no blank between its words.
        true => text.replace("\",\"", " ").chars().filter(|&letter| !goes(letter)).collect(),
        false => text.chars().filter(|&letter| !goes(letter)).collect(),
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    match words[..] {
        ["ENV" | "LABEL", name, _, ..] if !name.contains('=') => {
            format!("{} {name}={}", words[0], words[2..].join(" "))
        }
        _ => words.join(" "),
    }
}

/// The plain text cut at its variables.
fn pattern(written: &str) -> Vec<String> {
    let text = plain(written);
    let mut parts = vec![String::new()];
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let is_name = |letter: &char| letter.is_ascii_alphanumeric() || *letter == '_';
        match letters.peek() {
            Some('{') if letter == '$' => {
                let mut depth = 0;
                for letter in letters.by_ref() {
                    depth += i32::from(letter == '{') - i32::from(letter == '}');
                    if depth == 0 {
                        break;
                    }
                }
                parts.push(String::new());
            }
            Some(next) if letter == '$' && is_name(next) => {
                while letters.next_if(is_name).is_some() {}
                parts.push(String::new());
            }
            _ => parts.last_mut().expect("there is one from the start").push(letter),
        }
    }
    parts
}

/// The parts in this order with anything between them, in linear time.
fn matches(text: &str, parts: &[String]) -> bool {
    let [first, inner @ .., last] = parts else { return parts.first().is_some_and(|only| only == text) };
    let Some(mut rest) = text.strip_prefix(first.as_str()) else { return false };
    for part in inner {
        let Some(at) = rest.find(part.as_str()) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::dockerfile::parse;
    use crate::text::FileId;

    #[test]
    fn instructions_of_the_last_stage_and_what_it_is_built_on() {
        let text = "FROM alpine AS base\nENV A 1\nFROM golang AS build\nRUN go\nFROM base\ncopy a b\nRUN x \\\n  y\n";
        let (dockerfile, _) = parse(FileId(0), text);
        let found = written(&dockerfile, text, BuildOptions::default());
        let lines: Vec<(u32, &str)> = found.iter().map(|it| (it.line, &it.text[..])).collect();
        assert_eq!(lines, [(2, "ENV A 1"), (6, "COPY a b"), (7, "RUN x   y")]);
    }

    #[test]
    fn texts_of_builders() {
        let same = [
            ("ENV A=1 B=two words", "ENV A=1 B=\"two words\""),
            ("ENV A=two words", "ENV A two words"),
            ("WORKDIR /app", "WORKDIR ${ROOT:-/app}"),
            ("COPY a1 /x", "COPY a$V /x"),
            ("RUN echo $V", "RUN echo $V"),
            ("WORKDIR /app/sub", "WORKDIR sub/"),
            ("COPY --chown=1 a b", "COPY --from=x --link --chown=1 a b"),
            ("EXPOSE 443/tcp 80/tcp", "EXPOSE 80 443"),
            ("RUN ls", "RUN --mount=type=cache,target=/c ls"),
            ("CMD [\"sleep\" \"1\"]", "CMD [\"sleep\",\"1\"]"),
            ("CMD [\"/bin/sh\" \"-c\" \"a, b\"]", "CMD a, b"),
            ("CMD [\"/bin/sh\" \"-c\" \"[ -f a ] && b\"]", "CMD [ -f a ] && b"),
            ("ENTRYPOINT [\"/bin/bash\" \"-o\" \"pipefail\" \"-c\" \"exec $A\"]", "ENTRYPOINT exec $A"),
            ("CMD [\"/bin/sh\" \"-c\" \"a\"]", "CMD [ \"/bin/sh\", \"-c\", \"a\" ]"),
            ("SHELL [/bin/bash -c]", "SHELL [\"/bin/bash\", \"-c\"]"),
            ("VOLUME [/a /b]", "VOLUME /a /b"),
            ("VOLUME [/a]", "VOLUME [\"/a\"]"),
        ];
        for (history, written) in same {
            assert!(same_text(history, written), "{history} / {written}");
        }
        let other = [
            ("ENV A=1", "ENV A=2"),
            ("COPY a /x", "COPY a /y"),
            ("RUN a", "RUN b"),
            ("CMD [\"/bin/sh\" \"-c\" \"a\"]", "CMD [\"a\"]"),
            ("CMD [\"a\" \"b\"]", "CMD [\"a\", \"c\"]"),
            ("VOLUME [/a]", "VOLUME /b"),
        ];
        for (history, written) in other {
            assert!(!same_text(history, written), "{history} / {written}");
        }
    }
}
