//! reStructuredText: code directives and the literal blocks behind `::`.

use super::lines::{Line, block, lines, prose};
use crate::syntax::markdown::{Code, Fence};

/// Directives whose body is code.
const CODE: [&str; 6] = ["code", "code-block", "sourcecode", "prompt", "parsed-literal", "console"];
/// Directives whose body is neither code nor text.
const OPAQUE: [&str; 10] =
    ["raw", "math", "graphviz", "mermaid", "uml", "csv-table", "toctree", "image", "highlight", "replace"];

/// What a line says of those below it.
enum Opens<'t> {
    /// Code of a language.
    Code(&'t str),
    /// Text that nobody reads.
    Nothing,
    /// Whatever it is by itself.
    Text,
}

pub(super) fn code(text: &str) -> Code {
    let lines = lines(text);
    let mut code = Code::default();
    let (mut default, mut style) = ("", None);
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        at += 1;
        if let Some(found) = title(&lines, at - 1)
            && *style.get_or_insert(found) == found
        {
            code.titles.push(line.text.trim().to_string());
        }
        if let Some(language) = line.text.trim().strip_prefix(".. highlight::") {
            default = language.trim();
        }
        let column = column(line);
        let (opens, is_directive) =
            (opens(line.text[column..].trim_end(), default), line.text[column..].starts_with(".. "));
        if !is_directive {
            prose(&mut code, *line, "``");
        }
        let is_blank = |at: usize| lines.get(at).is_some_and(Line::is_blank);
        let len = match opens {
            Opens::Text => continue,
            // What stands right below `term::` belongs to the paragraph.
            Opens::Code(_) if !is_directive && !is_blank(at) => continue,
            _ => body(&lines[at..], column),
        };
        if let Opens::Code(language) = opens {
            code.fences.extend(listing(language, &lines[at..at + len], is_directive));
        }
        at += len;
    }
    code
}

fn opens<'t>(line: &'t str, default: &'t str) -> Opens<'t> {
    let Some(explicit) = line.strip_prefix(".. ") else {
        return if line.ends_with("::") { Opens::Code("") } else { Opens::Text };
    };
    match explicit.split_once("::") {
        Some((name, rest)) if CODE.contains(&name) => {
            let language = rest.split_whitespace().next().unwrap_or("");
            Opens::Code(if language.is_empty() && name != "parsed-literal" { default } else { language })
        }
        Some((name, _)) if OPAQUE.contains(&name) => Opens::Nothing,
        Some((name, _)) if !name.contains(' ') || name.starts_with('|') => Opens::Text,
        // Targets, footnotes; the rest are comments.
        _ if explicit.starts_with(['_', '[', '|']) => Opens::Text,
        _ => Opens::Nothing,
    }
}

/// Where the text of a line begins, behind the marks of lists: its body stands further in.
fn column(line: &Line) -> usize {
    let mut column = line.indent();
    loop {
        let rest = &line.text[column..];
        let word = rest.split(' ').next().unwrap_or("");
        let number = word.trim_start_matches('(').trim_end_matches(['.', ')']);
        let is_number = number.len() < word.len()
            && (number == "#" || (!number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())));
        if !(matches!(word, "-" | "*" | "+") || is_number) || rest.len() == word.len() {
            return column;
        }
        let behind = &rest[word.len()..];
        column += word.len() + (behind.len() - behind.trim_start().len());
    }
}

/// How many of the lines stand further in than `column`, with the blank lines between them.
fn body(lines: &[Line], column: usize) -> usize {
    let inside = |line: &&Line| line.is_blank() || line.indent() > column;
    lines.iter().take_while(inside).count()
}

/// The code below a directive without its options, or below `::`.
fn listing(language: &str, lines: &[Line], is_directive: bool) -> Option<Fence> {
    let is_option = |line: &&Line| is_directive && line.text.trim_start().starts_with(':');
    let options = lines.iter().take_while(is_option).count();
    let caption = lines[..options].iter().find_map(|line| line.text.trim().strip_prefix(":caption:"));
    block(language, caption.unwrap_or("").trim().to_string(), &lines[options..])
}

/// The sign under a title, and whether it stands above it too; `None` for a line that is no title.
fn title(lines: &[Line], at: usize) -> Option<(char, bool)> {
    let (line, below) = (lines[at], lines.get(at + 1)?);
    let sign = |line: &Line| {
        let text = line.text.trim_end();
        let first = text.chars().next().filter(char::is_ascii_punctuation)?;
        (text.len() > 2 && text.chars().all(|c| c == first)).then_some(first)
    };
    let (below_sign, len) = (sign(below)?, line.text.trim().chars().count());
    let is_title = len > 0 && sign(&line).is_none() && below.text.trim_end().len() >= len;
    is_title.then(|| (below_sign, at > 0 && sign(&lines[at - 1]) == Some(below_sign)))
}
