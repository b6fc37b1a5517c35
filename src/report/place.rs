use serde::Serialize;

use crate::text::{FileId, Sources, Span};

/// Both ends of a span as people count: lines and columns from 1, columns in Unicode scalar values.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Place {
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) end_line: u32,
    pub(super) end_column: u32,
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Place {
    pub(super) fn of(sources: &Sources, file: FileId, span: Span) -> Place {
        let source = sources.get(file);
        let first = source.line_column(span.start);
        let last = source.line_column(span.end);
        Place {
            line: first.line,
            column: first.column,
            end_line: last.line,
            end_column: last.column,
            start: span.start,
            end: span.end,
        }
    }
}
