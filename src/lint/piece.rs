//! The Dockerfiles of a file: all of it, or the fences of a Markdown document.

use super::FileKind;
use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::syntax::markdown::{self, DockerfileFence};
use crate::text::{FileId, Source, Span, Spliced};

/// Stands for the Markdown file itself in labels that already are offsets into it, while the other
/// labels of a fence are offsets into the fence.
pub(super) const BESIDE: FileId = FileId(u32::MAX);

/// One Dockerfile of a file.
pub(super) enum Piece<'t> {
    /// The file is a Dockerfile.
    Whole(&'t str),
    /// A fence: its text with its places in the Markdown, and whether something is left out.
    Fence(Spliced, bool),
}

/// The Dockerfiles of a text, in order.
pub(super) fn pieces(text: &str, kind: FileKind) -> Vec<Piece<'_>> {
    match kind {
        FileKind::Dockerfile => return vec![Piece::Whole(text)],
        FileKind::Compose | FileKind::Bake => return Vec::new(),
        FileKind::Markdown => {}
    }
    let piece = |fence: &markdown::Fence| match markdown::is_dockerfile(fence) {
        DockerfileFence::Whole(content) => Some(Piece::Fence(content, false)),
        DockerfileFence::Fragment(content) => Some(Piece::Fence(content, true)),
        DockerfileFence::No => None,
    };
    markdown::fences(text).iter().filter_map(piece).collect()
}

impl Piece<'_> {
    pub(super) fn text(&self) -> &str {
        match self {
            Piece::Whole(text) => text,
            Piece::Fence(content, _) => &content.text,
        }
    }

    /// True for a fence that does not show a whole Dockerfile.
    pub(super) fn is_fragment(&self) -> bool {
        matches!(self, Piece::Fence(_, true))
    }

    /// The place in the file of a span of the text.
    pub(super) fn span(&self, span: Span) -> Span {
        match self {
            Piece::Whole(_) => span,
            Piece::Fence(content, _) => content.span(span.start, span.end),
        }
    }

    /// Moves a diagnostic about the text to its place in the file. Labels in other files stay.
    pub(super) fn place(&self, mut diagnostic: Diagnostic, source: &Source) -> Diagnostic {
        let Piece::Fence(content, _) = self else { return diagnostic };
        let file = diagnostic.primary.file;
        for label in std::iter::once(&mut diagnostic.primary).chain(&mut diagnostic.secondary) {
            if label.file == file {
                label.span = self.span(label.span);
            } else if label.file == BESIDE {
                label.file = file;
            }
        }
        diagnostic.fix = diagnostic.fix.and_then(|fix| Placer { content, source }.fix(fix));
        diagnostic
    }
}

/// Moves edits from a fence's text to the Markdown around it.
struct Placer<'a> {
    content: &'a Spliced,
    source: &'a Source,
}

impl Placer<'_> {
    fn fix(&self, mut fix: Fix) -> Option<Fix> {
        fix.edits = fix.edits.into_iter().map(|edit| self.edit(edit)).collect::<Option<_>>()?;
        let starts = line_starts(&self.content.text);
        let line = |line: u32| starts.get(line as usize - 1).map(|&at| self.source.line(self.content.to_source(at)));
        fix.touches = fix.touches.iter().filter_map(|&at| line(at.max(1))).collect();
        Some(fix)
    }

    fn edit(&self, edit: Edit) -> Option<Edit> {
        let Span { start, end } = edit.span;
        let prefix = self.prefix(start)?;
        let begins_line = |at: u32| at == 0 || self.content.text.as_bytes().get(at as usize - 1) == Some(&b'\n');
        let whole_lines = begins_line(start) && begins_line(end) && (edit.text.is_empty() || edit.text.ends_with('\n'));
        if whole_lines {
            let text: String = edit.text.split_inclusive('\n').map(|line| indented(&prefix, line)).collect();
            let span = Span::new(self.line_start(start), self.line_start(end).max(self.line_start(start)));
            return self.is_plain(span).then(|| Edit::replace(span, text));
        }
        let span = self.content.span(start, end);
        let text = edit.text.replace('\n', &format!("\n{prefix}"));
        self.is_plain(span).then(|| Edit::replace(span, text))
    }

    /// What stands before the code on the line of `offset`: the indentation of a list, the `>` of a
    /// quotation. `None` where it is something else, or where the place is in no file.
    fn prefix(&self, offset: u32) -> Option<String> {
        let text = &self.content.text;
        let at_end = offset as usize == text.len() && offset > 0;
        let line = text[..offset as usize - usize::from(at_end)].rfind('\n').map_or(0, |at| at + 1) as u32;
        let source = self.content.to_source(line);
        let index = self.source.lines();
        let prefix = &self.source.text[index.line_start(index.line_of(source)) as usize..source as usize];
        prefix.bytes().all(|byte| b" \t>".contains(&byte)).then(|| prefix.to_string())
    }

    /// The begin of the file's line that a line of the text stands on; for the end of the text, the
    /// line after it.
    fn line_start(&self, offset: u32) -> u32 {
        let index = self.source.lines();
        if offset as usize == self.content.text.len() && offset > 0 {
            return index.line_start(index.line_of(self.content.to_source(offset - 1)) + 1);
        }
        index.line_start(index.line_of(self.content.to_source(offset)))
    }

    /// True if nothing but prefixes and line ends stands between the pieces of code in `span`.
    fn is_plain(&self, span: Span) -> bool {
        let pieces = &self.content.segments;
        let first = pieces.partition_point(|piece| piece.source + piece.len <= span.start);
        let mut at = span.start;
        for piece in pieces[first..].iter().take_while(|piece| piece.source < span.end) {
            let gap = self.source.text.get(at as usize..piece.source.max(at) as usize).unwrap_or("x");
            if !gap.bytes().all(|byte| b" \t>\r".contains(&byte)) {
                return false;
            }
            at = piece.source + piece.len;
        }
        let rest = self.source.text.get(at.min(span.end) as usize..span.end as usize).unwrap_or("x");
        rest.bytes().all(|byte| b" \t>\r\n".contains(&byte))
    }
}

fn indented(prefix: &str, line: &str) -> String {
    if line.trim().is_empty() { line.to_string() } else { format!("{prefix}{line}") }
}

fn line_starts(text: &str) -> Vec<u32> {
    std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at as u32 + 1)).collect()
}
