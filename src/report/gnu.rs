use std::io::{self, Write};

use super::Run;
use super::excerpt::printable;
use super::place::Place;

/// Writes `file:line.column-line.column: severity: message [rule]`, the form that the GNU Coding
/// Standards give to errors with a range. The last column is that of the last character.
/// <https://www.gnu.org/prep/standards/html_node/Errors.html>
pub fn gnu(write: &mut dyn Write, run: &Run) -> io::Result<()> {
    for diagnostic in run.diagnostics {
        let label = &diagnostic.primary;
        let place = Place::of(run.sources, label.file, label.span);
        let message = printable(&diagnostic.message);
        let (name, severity) = (&run.sources.get(label.file).name, diagnostic.severity);
        let last = place.end_column.saturating_sub(1).max(1);
        write!(write, "{name}:{}.{}", place.line, place.column)?;
        match place.line == place.end_line {
            true if last <= place.column => {}
            true => write!(write, "-{last}")?,
            false => write!(write, "-{}.{last}", place.end_line)?,
        }
        writeln!(write, ": {severity}: {message} [{}]", diagnostic.rule)?;
    }
    Ok(())
}
