//! Text and places in it: byte spans, files with their line starts, spliced logical lines, differences.

mod beginning;
mod decode;
mod diff;
mod line_index;
mod sources;
mod span;
mod spliced;

pub use beginning::beginning;
pub use decode::decode;
pub use diff::{ChangedLines, changed_lines, line_before, unified_diff};
pub use line_index::{LineColumn, LineIndex};
pub use sources::{FileId, Source, Sources};
pub use span::Span;
pub use spliced::{Segment, Spliced};
