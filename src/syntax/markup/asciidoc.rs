//! AsciiDoc: listings, literal blocks and paragraphs, Markdown's fences.

use super::lines::{Line, block, lines, prose};
use crate::syntax::markdown::Code;

/// What stands above a block: its attributes and title.
#[derive(Default)]
struct Above<'t> {
    /// What stands in the brackets: `source,dockerfile`.
    style: Option<&'t str>,
    title: &'t str,
}

pub(super) fn code(text: &str) -> Code {
    let lines = lines(text);
    let mut code = Code::default();
    let mut above = Above::default();
    let mut language = "";
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let after_blank = at == 0 || lines[at - 1].is_blank() || lines[at - 1].text == "+";
        at += 1;
        if let Some(style) = attributes(line.text) {
            above.style = Some(style);
        } else if let Some(title) = block_title(line.text) {
            above.title = title;
        } else if let Some(close) = delimiter(line.text) {
            let inner = lines[at..].iter().take_while(|it| it.text.trim_end() != close).count();
            // What nobody closes is no block.
            if at + inner < lines.len() {
                let info = above.language(line.text, language);
                code.fences.extend(info.and_then(|info| listing(info, &above, &lines[at..at + inner])));
                at += inner + 1;
            }
            above = Above::default();
        } else if line.is_blank() {
            continue;
        } else if above.is_code() || (after_blank && is_literal(line)) {
            let rest = lines[at..].iter().take_while(|it| !it.is_blank() && it.text != "+").count();
            let info = above.language("", language).unwrap_or("");
            code.fences.extend(listing(info, &above, &lines[at - 1..at + rest]));
            at += rest;
            above = Above::default();
        } else {
            let set = line.text.strip_prefix(":source-language:");
            language = set.map_or(language, str::trim);
            code.titles.extend(line.text.strip_prefix("= ").map(|title| title.trim().to_string()));
            prose(&mut code, *line, "`");
            above = Above::default();
        }
    }
    code
}

fn listing(info: &str, above: &Above, lines: &[Line]) -> Option<crate::syntax::markdown::Fence> {
    let kept: Vec<Line> = lines.iter().map(|line| line.until(without_callouts(line.text))).collect();
    let rest = above.style.and_then(|style| style.splitn(3, ',').nth(2)).unwrap_or("");
    block(info, format!("{rest} {}", above.title).trim().to_string(), &kept)
}

impl<'t> Above<'t> {
    fn parts(&self) -> (&'t str, Option<&'t str>) {
        let style = self.style.unwrap_or("");
        let mut parts = style.split(',').map(|part| part.trim().trim_matches('"'));
        let name = parts.next().unwrap_or("").split(['%', '#', '.']).next().unwrap_or("");
        (name, parts.next().filter(|it| !it.is_empty() && !it.contains('=')))
    }

    /// True where the next paragraph is code.
    fn is_code(&self) -> bool {
        let (name, language) = self.parts();
        matches!(name, "source" | "listing" | "literal") || (name.is_empty() && language.is_some())
    }

    /// The language of the block that `opens`; `None` where it is no code.
    fn language(&self, opens: &'t str, default: &'t str) -> Option<&'t str> {
        let (name, language) = self.parts();
        if let Some(fence) = opens.strip_prefix("```") {
            return Some(fence.split([',', ' ']).next().unwrap_or(""));
        }
        if opens.starts_with(['/', '+']) || matches!(name, "stem" | "mermaid" | "plantuml" | "ditaa" | "graphviz") {
            return None;
        }
        Some(language.unwrap_or(if name == "source" { default } else { "" }))
    }
}

/// `[source,dockerfile]`; anchors such as `[[here]]` say nothing.
fn attributes(line: &str) -> Option<&str> {
    let inner = line.trim_end().strip_prefix('[')?.strip_suffix(']')?;
    (!inner.starts_with('[')).then_some(inner)
}

/// `.Title` above a block; `..` and `. item` are something else.
fn block_title(line: &str) -> Option<&str> {
    line.strip_prefix('.').filter(|title| !title.starts_with(['.', ' ']) && !title.is_empty())
}

/// What closes the block that a line opens: the same line, but for the language behind a fence.
fn delimiter(line: &str) -> Option<&str> {
    let line = line.trim_end();
    if line.starts_with("```") && !line[3..].contains('`') {
        return Some("```");
    }
    let first = line.chars().next().filter(|c| "-./+".contains(*c))?;
    (line.len() >= 4 && line.chars().all(|c| c == first)).then_some(line)
}

/// True for an indented line that is no item of a list.
fn is_literal(line: &Line) -> bool {
    let body = line.text.trim_start();
    let word = body.split_whitespace().next().unwrap_or("");
    let is_bullet = word.chars().all(|c| "*-.".contains(c)) || word == "+";
    let is_number = word.ends_with('.') && word.trim_end_matches('.').chars().all(|c| c.is_ascii_digit());
    let is_term = body.trim_end().ends_with("::") || body.contains(":: ");
    line.indent() > 0 && !is_bullet && !is_number && !is_term && !body.starts_with("//")
}

/// How much of a line stays when the numbers that explain it, `<1>`, are gone, with the comment sign before
/// them.
fn without_callouts(line: &str) -> usize {
    let mut kept = line.trim_end();
    while let Some(open) = kept.strip_suffix('>').and_then(|it| it.rfind('<')) {
        let number = &kept[open + 1..kept.len() - 1];
        if number != "." && (number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit())) {
            break;
        }
        kept = kept[..open].trim_end();
    }
    if kept.len() == line.trim_end().len() {
        return line.len();
    }
    ["#", "//", ";;"].iter().find_map(|sign| kept.strip_suffix(sign)).unwrap_or(kept).trim_end().len()
}
