//! The one entry: a file, its surroundings and a configuration in, diagnostics out.

mod fence;
mod fix;
mod kind;
mod seam;
mod suppress;
mod unit;

use crate::config::Config;
use crate::diagnostic::{Diagnostic, Severity};
use crate::text::{FileId, Sources};

pub use fix::{AppliedFix, Fixed, Refused, fix, unified_diff};
pub use kind::FileKind;

/// What is linted and with what.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// All files of the run; diagnostics may point into any of them.
    pub sources: &'a Sources,
    /// The file to lint.
    pub file: FileId,
    /// How it is to be read.
    pub kind: FileKind,
    /// Which rules, how grave, with which options.
    pub config: &'a Config,
}

impl<'a> Input<'a> {
    /// A file without a build context.
    pub fn new(sources: &'a Sources, file: FileId, kind: FileKind, config: &'a Config) -> Input<'a> {
        Input { sources, file, kind, config }
    }
}

/// Lints one file. The result is sorted and holds nothing twice; a file that does not parse is a
/// finding like any other, and so is a rule that fails.
pub fn lint(input: &Input) -> Vec<Diagnostic> {
    let mut found = match input.kind {
        FileKind::Dockerfile => unit::lint(input, &input.sources.get(input.file).text, false),
        FileKind::Markdown => fence::lint(input),
    };
    found.extend(invalid_utf8(input));
    found.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    found.dedup_by(|a, b| a.sort_key() == b.sort_key());
    found
}

/// One diagnostic for all bytes of a file that are not UTF-8.
fn invalid_utf8(input: &Input) -> Option<Diagnostic> {
    let source = input.sources.get(input.file);
    let first = *source.invalid.first()?;
    let message = match source.invalid.len() {
        _ if source.text.starts_with("??") && source.text.contains('\0') => {
            "the file is UTF-16, which Docker does not read".to_string()
        }
        1 => "this is not UTF-8".to_string(),
        more => format!("this is not UTF-8, and {} more places are not", more - 1),
    };
    let diagnostic = Diagnostic::new("invalid-utf8", Severity::Warning, input.file, first, message);
    unit::configured(diagnostic.note("save the file as UTF-8; what is not is read as `?`"), input.config)
}
