use super::Fence;
use super::lines::{Line, LineKind, logical_lines, prompt};
use crate::text::{Segment, Spliced};

/// What a code block is to a Dockerfile linter. The text given leaves out a heading such as
/// `// Dockerfile`, lines of `...`, and the terminal session behind the Dockerfile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DockerfileFence {
    /// A Dockerfile from its FROM on.
    Whole(Spliced),
    /// A piece of one: it has no FROM to begin with, or the author left something out.
    Fragment(Spliced),
    /// Something else.
    No,
}

/// Tells whether a code block is a Dockerfile: by its language where it has one and the text
/// agrees, else by a text that cannot be anything else.
pub fn is_dockerfile(fence: &Fence) -> DockerfileFence {
    let tag = match fence.info.as_str() {
        "dockerfile" | "containerfile" => Tag::Dockerfile,
        "docker" => Tag::Docker,
        "" => Tag::None,
        _ => return DockerfileFence::No,
    };
    let lines = logical_lines(&fence.content.text);
    let lines = &lines[heading(&lines)..];
    let lines = &lines[..end(lines)];
    if !believable(lines, tag) {
        return DockerfileFence::No;
    }
    let elided = lines.iter().any(|line| line.kind == LineKind::Ellipsis);
    let content = keep(&fence.content, lines);
    match begins_with_from(lines) && !elided {
        true => DockerfileFence::Whole(content),
        false => DockerfileFence::Fragment(content),
    }
}

/// The path under which a document shows a Dockerfile: in the fence's own line (`dockerfile:app/Dockerfile`,
/// `title="Dockerfile"`), in the block's first line, or in the line above it (`` `app/Dockerfile`: ``).
pub fn claimed_path(fence: &Fence, text: &str) -> Option<String> {
    let attribute = fence.attributes.trim_start_matches([':', ' ', '{']).split(['=', ' ', ',']).find_map(path_in);
    let first = fence.content.text.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
    let is_marked = first.trim_start().starts_with(['/', '#', '-']);
    let heading = || Some(first.trim_start_matches(['/', '#', '-', '*', ' '])).filter(|_| is_marked).and_then(path_in);
    let above = text[..fence.span.start as usize].lines().rev().find(|line| !line.trim().is_empty());
    let named =
        || above.map(str::trim).filter(|line| line.ends_with("`:") || line.ends_with(":**") || line.ends_with("`**"));
    let caption = || named().and_then(|line| path_in(line.trim_matches(['*', ':', ' '])));
    attribute.or_else(heading).or_else(caption)
}

/// A word that is the path of a Dockerfile and nothing else.
fn path_in(word: &str) -> Option<String> {
    let path = word.trim_matches(['"', '\'', '`', ':', '*', ' ', '}']);
    let name = path.rsplit('/').next().unwrap_or(path);
    let named = name == "Dockerfile"
        || name == "Containerfile"
        || name.starts_with("Dockerfile.")
        || name.ends_with(".Dockerfile");
    (named && !path.starts_with('/') && !path.contains(char::is_whitespace)).then(|| path.to_string())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tag {
    Dockerfile,
    /// Also put on commands such as `docker build .`.
    Docker,
    None,
}

/// How many lines make up a heading that names the file.
fn heading(lines: &[Line]) -> usize {
    let first = lines.iter().position(|line| !line.head.is_empty()).unwrap_or(0);
    match lines.get(first) {
        Some(line) if names_dockerfile(line) => first + 1,
        _ => 0,
    }
}

/// `// Dockerfile`, `./app/Dockerfile:`, `$ cat Dockerfile`; a `#` comment is part of the file.
fn names_dockerfile(line: &Line) -> bool {
    if !matches!(line.kind, LineKind::Other | LineKind::Transcript) {
        return false;
    }
    let head = match prompt(line.head) {
        Some(command) => command.strip_prefix("cat ").unwrap_or(""),
        None => line.head.trim_matches(['/', '-', '*', '=', '<', '>', '!', ':', ' ', '`']),
    };
    let name = head.rsplit(['/', '\\']).next().unwrap_or(head).to_lowercase();
    !head.contains(char::is_whitespace)
        && ["dockerfile", "containerfile"]
            .iter()
            .any(|file| name.starts_with(file) || name.ends_with(&format!(".{file}")))
}

/// Where the Dockerfile ends: before a terminal session, or before the next file.
fn end(lines: &[Line]) -> usize {
    let begun = |at: usize| lines[..at].iter().any(|line| matches!(line.kind, LineKind::Instruction(_)));
    let ends = |line: &Line| line.kind == LineKind::Transcript || names_other_file(line.head);
    let mut candidates = lines.iter().enumerate().filter(|(_, line)| ends(line)).map(|(at, _)| at);
    // The first one decides: what is typed before any instruction makes the whole no Dockerfile.
    candidates.next().filter(|at| begun(*at)).unwrap_or(lines.len())
}

/// `// docker-compose.yml`
fn names_other_file(head: &str) -> bool {
    let name = head.strip_prefix("//").map_or("", str::trim);
    name.contains('.') && !name.starts_with('.') && !name.ends_with('.') && !name.contains(char::is_whitespace)
}

fn believable(lines: &[Line], tag: Tag) -> bool {
    let mut speaking =
        lines.iter().filter(|line| !matches!(line.kind, LineKind::Silent | LineKind::Ellipsis)).peekable();
    let first_is_instruction = speaking.peek().is_some_and(|line| matches!(line.kind, LineKind::Instruction(_)));
    let (mut instructions, mut templates, mut others) = (0, 0, 0);
    for line in speaking {
        match line.kind {
            LineKind::Instruction("FROM") if is_template(line.head) => return false,
            LineKind::Instruction(_) => {
                instructions += 1;
                templates += usize::from(is_template(line.head));
            }
            _ => others += 1,
        }
    }
    if templates == instructions {
        return false;
    }
    match tag {
        Tag::Dockerfile => instructions > 0 && instructions >= others,
        Tag::Docker => first_is_instruction && instructions >= others,
        Tag::None => begins_with_from(lines) && others * 3 <= instructions,
    }
}

/// `FROM <image>[:<tag>] [AS <name>]`: a syntax to fill in, not a Dockerfile.
fn is_template(head: &str) -> bool {
    head.match_indices('<').any(|(at, _)| {
        let rest = &head[at + 1..];
        let end = rest.find(|c: char| !c.is_alphanumeric() && !" _-|.".contains(c)).unwrap_or(rest.len());
        rest[end..].starts_with('>') && rest.starts_with(char::is_alphabetic) && !rest[..end].ends_with(' ')
    })
}

fn begins_with_from(lines: &[Line]) -> bool {
    let mut speaking = lines.iter().filter(|line| !matches!(line.kind, LineKind::Silent));
    let first = speaking.find(|line| line.kind != LineKind::Instruction("ARG"));
    first.is_some_and(|line| line.kind == LineKind::Instruction("FROM") && names_image(line.head))
}

/// `FROM image` or `FROM image AS name`, which `from flask import Flask` is not.
fn names_image(head: &str) -> bool {
    let words = head.split_whitespace().skip(1).skip_while(|word| word.starts_with("--"));
    let words: Vec<&str> = words.take_while(|word| !word.starts_with('#')).take(4).collect();
    let is_image = |word: &str| word.chars().all(|c| c.is_ascii_alphanumeric() || "./:@_-${}+%".contains(c));
    match words[..] {
        [image] => is_image(image),
        [image, keyword, _] => is_image(image) && keyword.eq_ignore_ascii_case("as"),
        _ => false,
    }
}

/// The text of `lines` without the left-out marks, still mapped.
fn keep(content: &Spliced, lines: &[Line]) -> Spliced {
    let mut kept = Spliced::default();
    for run in lines.split(|line| line.kind == LineKind::Ellipsis) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
        let part = content.sub(first.range.start as u32, last.range.end as u32);
        let base = kept.text.len() as u32;
        kept.text.push_str(&part.text);
        kept.segments.extend(part.segments.iter().map(|piece| Segment { text: piece.text + base, ..*piece }));
    }
    kept
}
