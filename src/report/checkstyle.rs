use std::io::{self, Write};

use crate::diagnostic::{Diagnostic, Severity};

use super::xml::{document, legal};
use super::{Run, by_file};

/// Writes Checkstyle's XML, which Jenkins, SonarQube, Bitbucket and reviewdog read.
pub fn checkstyle(write: &mut dyn Write, run: &Run) -> io::Result<()> {
    document(write, |xml| {
        let root = xml.create_element("checkstyle").with_attribute(("version", "4.3"));
        root.write_inner_content(|xml| {
            for (name, found) in by_file(run) {
                let file = xml.create_element("file").with_attribute(("name", &*legal(name)));
                if found.is_empty() {
                    file.write_empty()?;
                    continue;
                }
                file.write_inner_content(|xml| {
                    for diagnostic in found {
                        let attributes = attributes(run, diagnostic);
                        let attributes = attributes.iter().map(|(key, value)| (*key, value.as_str()));
                        xml.create_element("error").with_attributes(attributes).write_empty()?;
                    }
                    Ok(())
                })?;
            }
            Ok(())
        })?;
        Ok(())
    })
}

fn attributes(run: &Run, diagnostic: &Diagnostic) -> [(&'static str, String); 5] {
    let label = &diagnostic.primary;
    let at = run.sources.get(label.file).line_column(label.span.start);
    // Checkstyle knows error, warning, info and ignore.
    let severity = if diagnostic.severity == Severity::Hint { Severity::Info } else { diagnostic.severity };
    [
        ("line", at.line.to_string()),
        ("column", at.column.to_string()),
        ("severity", severity.to_string()),
        ("message", legal(&diagnostic.message).into_owned()),
        ("source", diagnostic.rule.to_string()),
    ]
}
