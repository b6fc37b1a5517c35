use std::io::{self, Write};

use crate::diagnostic::{Diagnostic, Severity};

use super::place::Place;
use super::{Run, full_message};

/// Writes workflow commands, from which GitHub Actions makes annotations at the lines of a change.
/// <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>
pub fn github(write: &mut dyn Write, run: &Run) -> io::Result<()> {
    run.diagnostics.iter().try_for_each(|diagnostic| one(write, run, diagnostic))
}

fn one(write: &mut dyn Write, run: &Run, diagnostic: &Diagnostic) -> io::Result<()> {
    let file = diagnostic.primary.file;
    let place = Place::of(run.sources, file, diagnostic.primary.span);
    let command = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Hint => "notice",
    };
    let path = property(&run.path(file));
    write!(write, "::{command} file={path},line={},endLine={}", place.line, place.end_line)?;
    // GitHub takes columns only within one line.
    if place.line == place.end_line {
        write!(write, ",col={},endColumn={}", place.column, place.end_column)?;
    }
    writeln!(write, ",title={}::{}", property(diagnostic.rule), data(&full_message(diagnostic)))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
