//! Markdown: its code blocks, and which of them are Dockerfiles.

mod dockerfile;
mod lines;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Parser, Tag, TagEnd};

pub use dockerfile::{DockerfileFence, claimed_path, is_dockerfile};

use crate::text::{Span, Spliced};

/// A code block, fenced or indented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fence {
    /// The language: the first word behind the fence in lower case, empty where there is none.
    pub info: String,
    /// What stands behind the language on the same line, as it is written.
    pub attributes: String,
    /// The code without the indentation of the lists and quotes around it, mapped back to the
    /// bytes of the Markdown file. Lines end in `\n`.
    pub content: Spliced,
    /// The whole block with its fences, without the last newline.
    pub span: Span,
    /// False for an indented block.
    pub fenced: bool,
}

/// Every code block of a Markdown text, in order.
pub fn fences(text: &str) -> Vec<Fence> {
    code(text).fences
}

/// The code of a Markdown text: its blocks, and its spans between words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Code {
    /// Code blocks, in order.
    pub fences: Vec<Fence>,
    /// What stands between single backquotes, in order, without them; mapped back to the file.
    pub spans: Vec<Spliced>,
    /// The lines of paragraphs, items and cells, each up to its first code span.
    pub prose: Vec<Spliced>,
    /// The texts of the headings of the first level.
    pub titles: Vec<String>,
}

/// All code of a Markdown text, read in one pass.
pub fn code(text: &str) -> Code {
    let mut code = Code::default();
    let mut open: Option<Fence> = None;
    let mut line = Some(Spliced::default());
    for (event, range) in Parser::new(text).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                let len = text[range.clone()].trim_end_matches(['\n', '\r']).len();
                open = Some(fence(&kind, Span::from(range.start..range.start + len)));
            }
            Event::Text(piece) => {
                let content = open.as_mut().map(|fence| &mut fence.content).or(line.as_mut());
                if let Some(content) = content {
                    push(content, &piece, &text[range.clone()], range.start);
                }
            }
            Event::End(TagEnd::CodeBlock) => code.fences.extend(open.take()),
            Event::Code(piece) => {
                let mut span = Spliced::default();
                push(&mut span, &piece, &text[range.clone()], range.start);
                code.spans.push(span);
                code.prose.extend(line.take());
            }
            Event::End(TagEnd::Heading(level)) => {
                let heading = line.replace(Spliced::default()).unwrap_or_default();
                if level == HeadingLevel::H1 {
                    code.titles.push(heading.text);
                }
            }
            // What a picture or a link is called is no line of its own.
            Event::Start(Tag::Image { .. } | Tag::Link { .. }) => code.prose.extend(line.take()),
            // Emphasis does not end a line.
            Event::Start(Tag::Paragraph | Tag::Item | Tag::TableCell | Tag::Heading { .. })
            | Event::End(TagEnd::Paragraph | TagEnd::Item | TagEnd::TableCell)
            | Event::SoftBreak
            | Event::HardBreak => code.prose.extend(line.replace(Spliced::default())),
            _ => {}
        }
    }
    code.prose.retain(|line| !line.text.trim().is_empty());
    code
}

fn fence(kind: &CodeBlockKind, span: Span) -> Fence {
    let info = match kind {
        CodeBlockKind::Fenced(info) => info.trim(),
        CodeBlockKind::Indented => "",
    };
    // `{.dockerfile}`, `dockerfile:app/Dockerfile` and `dockerfile{1,3}` are seen in the wild.
    let bare = info.trim_start_matches(['{', '.']);
    let end = bare.find(|c: char| c.is_whitespace() || matches!(c, ',' | ':' | '{' | '}')).unwrap_or(bare.len());
    Fence {
        info: bare[..end].to_lowercase(),
        attributes: bare[end..].trim().to_string(),
        content: Spliced::default(),
        span,
        fenced: matches!(kind, CodeBlockKind::Fenced(_)),
    }
}

/// Appends a piece of code that was read from `source`. What the Markdown parser made up (blanks
/// for part of a tab) stays synthetic; the rest is verbatim.
fn push(content: &mut Spliced, piece: &str, source: &str, start: usize) {
    match source.find(piece) {
        Some(at) => content.push(piece, (start + at) as u32),
        None => content.push_synthetic(piece),
    }
}

#[cfg(test)]
mod tests;
