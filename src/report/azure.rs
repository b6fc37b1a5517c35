use std::io::{self, Write};

use crate::diagnostic::Severity;

use super::{Run, full_message};

/// Writes logging commands, from which Azure Pipelines makes the issues of a run. It has only two
/// kinds: all that is no error is a warning.
/// <https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands>
pub fn azure(write: &mut dyn Write, run: &Run) -> io::Result<()> {
    for diagnostic in run.diagnostics {
        let label = &diagnostic.primary;
        let at = run.sources.get(label.file).line_column(label.span.start);
        let kind = if diagnostic.severity == Severity::Error { "error" } else { "warning" };
        writeln!(
            write,
            "##vso[task.logissue type={kind};sourcepath={};linenumber={};columnnumber={};code={}]{}",
            property(&run.path(label.file)),
            at.line,
            at.column,
            property(diagnostic.rule),
            data(&full_message(diagnostic)),
        )?;
    }
    Ok(())
}

fn data(text: &str) -> String {
    text.replace('%', "%AZP25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(';', "%3B").replace(']', "%5D")
}
