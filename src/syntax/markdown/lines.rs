//! The logical lines of something that may be a Dockerfile: just enough to tell what each is.

use std::ops::Range;

/// One logical line: continuations and heredoc bodies belong to it.
pub(super) struct Line<'t> {
    /// Its bytes, newline included.
    pub(super) range: Range<usize>,
    /// The first physical line without the blanks around it.
    pub(super) head: &'t str,
    pub(super) kind: LineKind,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum LineKind {
    /// A keyword and its arguments.
    Instruction(&'static str),
    /// `#` and blank lines.
    Silent,
    /// `...`, which stands for what the author left out.
    Ellipsis,
    /// A prompt, a command for a terminal, or what a build prints.
    Transcript,
    Other,
}

const KEYWORDS: [&str; 18] = [
    "FROM",
    "RUN",
    "CMD",
    "LABEL",
    "MAINTAINER",
    "EXPOSE",
    "ENV",
    "ADD",
    "COPY",
    "ENTRYPOINT",
    "VOLUME",
    "USER",
    "WORKDIR",
    "ARG",
    "ONBUILD",
    "STOPSIGNAL",
    "HEALTHCHECK",
    "SHELL",
];

/// Cuts `text` into logical lines.
pub(super) fn logical_lines(text: &str) -> Vec<Line<'_>> {
    let mut lines: Vec<Line> = Vec::new();
    let mut physical = text.split_inclusive('\n').peekable();
    let mut at = 0;
    let mut escape = '\\';
    while let Some(first) = physical.next() {
        let start = at;
        at += first.len();
        let head = first.trim();
        let kind = kind(head);
        if matches!(kind, LineKind::Silent) && head.replace(' ', "").eq_ignore_ascii_case("#escape=`") {
            escape = '`';
        }
        if matches!(kind, LineKind::Instruction(_)) {
            let mut last = first;
            // A comment may stand between continued lines.
            while last.trim_end().ends_with(escape)
                || (last.trim_start().starts_with('#') && !std::ptr::eq(last, first))
            {
                let Some(next) = physical.next() else { break };
                at += next.len();
                last = next;
            }
            for end in heredocs(&text[start..at], kind) {
                for next in physical.by_ref() {
                    at += next.len();
                    if next.trim_matches(['\t', '\r', '\n', ' ']) == end {
                        break;
                    }
                }
            }
        }
        lines.push(Line { range: start..at, head, kind });
    }
    lines
}

fn kind(head: &str) -> LineKind {
    if head.is_empty() || (head.starts_with('#') && !is_build_log(head)) {
        return LineKind::Silent;
    }
    let bare = head.trim_matches(['[', ']', '(', ')', '<', '>', '/', ' ', '*']);
    if !bare.is_empty() && bare.chars().all(|c| c == '.' || c == '…') {
        return LineKind::Ellipsis;
    }
    let word = head.split_whitespace().next().unwrap_or("");
    match KEYWORDS.iter().find(|keyword| keyword.eq_ignore_ascii_case(word)) {
        Some(keyword) => LineKind::Instruction(keyword),
        None if is_transcript(head) => LineKind::Transcript,
        None => LineKind::Other,
    }
}

/// True for a line that is typed into or printed by a terminal.
fn is_transcript(head: &str) -> bool {
    const COMMANDS: [&str; 7] = ["docker", "docker-compose", "podman", "buildah", "nerdctl", "sudo", "kubectl"];
    const OUTPUT: [&str; 6] =
        ["[+] Building", "Sending build context", "Successfully ", "Removing intermediate", "=>", "--->"];
    let word = head.split_whitespace().next().unwrap_or("");
    prompt(head).is_some()
        || COMMANDS.contains(&word)
        || OUTPUT.iter().any(|start| head.starts_with(start))
        || (word == "Step" && head.contains(" : "))
        || is_build_log(head)
}

/// `#7 [2/4] WORKDIR /app` of a plain build log.
fn is_build_log(head: &str) -> bool {
    let digits = head.strip_prefix('#').map_or("", |rest| rest.split(' ').next().unwrap_or(""));
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) && head.len() > digits.len() + 2
}

/// What is typed behind a prompt: `$ `, `% `, `> `, `➜`, `PS C:\x>`, `C:\x>`, `me@host:~$ `, `[box] $`.
pub(super) fn prompt(head: &str) -> Option<&str> {
    if let Some(rest) = head.strip_prefix(['$', '%', '>', '➜', '❯', 'λ']) {
        return (rest.is_empty() || rest.starts_with(' ')).then(|| rest.trim());
    }
    let drive = head.strip_prefix("PS ").unwrap_or(head).as_bytes();
    if head.starts_with("PS ") || (drive.len() > 2 && drive[0].is_ascii_alphabetic() && &drive[1..3] == b":\\") {
        return head.split_once('>').map(|(_, rest)| rest.trim());
    }
    if let Some((_, rest)) = head.strip_prefix('[').and_then(|head| head.split_once(']')) {
        return rest.split_once(['$', '#', '%', '>']).map(|(_, rest)| rest.trim());
    }
    let (who, rest) = head.split_once(['$', '#', '%'])?;
    let word = who.split_whitespace().next().unwrap_or("");
    (word.contains('@') && !word.starts_with('@') && rest.starts_with(' ')).then(|| rest.trim())
}

/// The words that end the heredocs of an instruction.
fn heredocs(text: &str, kind: LineKind) -> Vec<&str> {
    if !matches!(kind, LineKind::Instruction("RUN" | "COPY" | "ADD" | "ONBUILD")) {
        return Vec::new();
    }
    let openers = text.match_indices("<<").filter_map(|(at, _)| {
        let word = text[at + 2..].trim_start_matches('-').trim_start_matches(['"', '\'']);
        let end = word.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(word.len());
        let begins = text[..at].ends_with(|c: char| c.is_whitespace() || c.is_ascii_digit());
        (end > 0 && begins).then(|| &word[..end])
    });
    openers.collect()
}
