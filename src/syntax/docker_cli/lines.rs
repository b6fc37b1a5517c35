//! Snippets to logical lines: prompts taken off, continuations joined, output left out.

use crate::text::Spliced;

/// Languages of code blocks that hold no commands.
const NOT_SHELL: [&str; 26] = [
    "yaml",
    "yml",
    "json",
    "jsonc",
    "json5",
    "toml",
    "ini",
    "diff",
    "patch",
    "xml",
    "html",
    "css",
    "go",
    "rust",
    "java",
    "js",
    "javascript",
    "ts",
    "typescript",
    "ruby",
    "php",
    "c",
    "cpp",
    "sql",
    "nginx",
    "mermaid",
];

/// Each command line on one line of its own, without its prompt, mapped back to the file.
pub(super) fn command_lines(content: &Spliced, language: &str) -> Vec<Spliced> {
    if NOT_SHELL.contains(&language) {
        return Vec::new();
    }
    let is_session = matches!(language, "console" | "shell-session" | "shellsession" | "terminal" | "sh-session");
    let text = &content.text;
    let is_session = is_session || (language.is_empty() && is_root_session(text));
    let prompts = text.lines().any(|line| prompt(line, is_session).is_some());
    let mut lines = Vec::new();
    let mut current: Option<Spliced> = None;
    let mut at = 0;
    for raw in text.split_inclusive('\n') {
        let start = at;
        at += raw.len();
        let line = raw.trim_end_matches(['\n', '\r']);
        let mut begin = start;
        if current.is_none() {
            match prompt(line, is_session) {
                Some(skip) => begin += skip,
                None if prompts => continue,
                None => {}
            }
        } else if prompts {
            begin += second_prompt(line);
        }
        let body = text[begin..start + line.len()].trim_end();
        let (kept, goes_on) = continued(body);
        let joined = current.get_or_insert_with(Spliced::default);
        joined.push_from(content, begin as u32, (begin + kept) as u32);
        if goes_on && joined.text.len() < 20_000 {
            joined.push_synthetic(" ");
        } else {
            lines.extend(current.take());
        }
    }
    lines.extend(current);
    lines
}

/// True for a block in which `# ` is root's prompt: its first line is `# docker ...`, and no call stands
/// without a mark.
fn is_root_session(text: &str) -> bool {
    let programs = ["docker ", "docker-compose ", "podman "];
    let calls = |line: &str| programs.iter().any(|program| line.starts_with(program));
    let first = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("");
    first.strip_prefix("# ").is_some_and(calls) && !text.lines().any(|line| calls(line.trim()))
}

/// Bytes of the mark that a terminal puts before a continued line: `> ` or, in PowerShell, `>> `.
fn second_prompt(line: &str) -> usize {
    let head = line.trim_start();
    let mark = [">> ", "> "].into_iter().find(|mark| head.starts_with(mark));
    mark.map_or(0, |mark| line.len() - head.len() + mark.len())
}

/// How much of a line stays, and whether the next line belongs to it.
fn continued(body: &str) -> (usize, bool) {
    if let Some(kept) = body.strip_suffix('\\') {
        return (kept.len(), !kept.ends_with('\\'));
    }
    // PowerShell and cmd need a blank before theirs; without one it is part of a word.
    for mark in ["`", "^"] {
        if let Some(kept) = body.strip_suffix(mark)
            && kept.ends_with([' ', '\t'])
        {
            return (kept.len(), true);
        }
    }
    (body.len(), false)
}

/// Bytes of the prompt that a line begins with.
fn prompt(line: &str, is_session: bool) -> Option<usize> {
    let indent = line.len() - line.trim_start().len();
    let head = &line[indent..];
    let simple = ["$ ", "% ", "> ", "➜ ", "❯ ", "λ ", "PS> ", "PS > ", "$> ", "(venv) $ "];
    if let Some(mark) = simple.iter().find(|mark| head.starts_with(**mark)) {
        let mut skip = mark.len();
        // `➜  folder git:(main) ✗ docker run …`
        if mark.starts_with(['➜', '❯']) {
            skip = program_at(head)?;
        }
        return Some(indent + skip + blanks(&head[skip..]));
    }
    if ["$docker ", "$podman "].iter().any(|start| head.starts_with(start)) {
        return Some(indent + 1);
    }
    if is_session && head.starts_with("# ") {
        return Some(indent + 2);
    }
    let is_drive = head.as_bytes().get(1..3) == Some(b":\\") || head.starts_with("PS ");
    if is_drive && let Some(end) = head.find('>') {
        return Some(indent + end + 1 + blanks(&head[end + 1..]));
    }
    // `me@host:~$ `, `[root@host ~]# `, `root@host:/#`
    let at = head.find('@').filter(|at| *at < 40)?;
    let end = at + head[at..].find(['$', '#', '%']).filter(|end| *end < 60)?;
    let who = &head[..at];
    let named = who.trim_start_matches(['[', '(']).chars().all(|c| c.is_ascii_alphanumeric() || "-_.) ".contains(c));
    let after = &head[end + 1..];
    (named && (after.starts_with(' ') || after.starts_with("docker"))).then(|| indent + end + 1 + blanks(after))
}

fn blanks(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

/// Where a program that is looked for begins in a line with a long prompt.
fn program_at(head: &str) -> Option<usize> {
    ["sudo ", "docker ", "docker-compose ", "podman ", "nerdctl "]
        .iter()
        .filter_map(|program| head.match_indices(program).map(|(at, _)| at).find(|at| head[..*at].ends_with(' ')))
        .min()
}
