use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::BytesText;

use crate::diagnostic::{Diagnostic, Severity};

use super::text::diagnostic_text;
use super::xml::{document, legal};
use super::{Run, by_file};

/// Writes JUnit's XML: a suite for each file, a case for each diagnostic. Errors and warnings fail;
/// what is milder passes with its words as output; a clean file is one case that passes.
pub fn junit(write: &mut dyn Write, run: &Run) -> io::Result<()> {
    suites_of(write, run, false)
}

/// The same with the `id` attributes that hadolint's readers look for.
pub fn hadolint_junit(write: &mut dyn Write, run: &Run) -> io::Result<()> {
    suites_of(write, run, true)
}

fn suites_of(write: &mut dyn Write, run: &Run, ids: bool) -> io::Result<()> {
    let suites = by_file(run);
    let tests: usize = suites.values().map(|found| found.len().max(1)).sum();
    let failures = run.diagnostics.iter().filter(|it| fails(it)).count();
    document(write, |xml| {
        let root = xml.create_element("testsuites").with_attribute(("name", "cachalot"));
        let root = root.with_attributes(counts(tests, failures).iter().map(|(key, count)| (*key, count.as_str())));
        if suites.is_empty() {
            return root.write_empty().map(drop);
        }
        root.write_inner_content(|xml| suites.iter().try_for_each(|(name, found)| suite(xml, run, name, found, ids)))?;
        Ok(())
    })
}

fn fails(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity >= Severity::Warning
}

fn counts(tests: usize, failures: usize) -> [(&'static str, String); 5] {
    let zero = || "0".to_string();
    [
        ("tests", tests.to_string()),
        ("failures", failures.to_string()),
        ("errors", zero()),
        ("skipped", zero()),
        ("time", zero()),
    ]
}

type Xml<'w> = Writer<&'w mut dyn Write>;

fn suite(xml: &mut Xml, run: &Run, name: &str, found: &[&Diagnostic], ids: bool) -> io::Result<()> {
    let name = &*legal(name);
    let failures = found.iter().filter(|it| fails(it)).count();
    let counts = counts(found.len().max(1), failures);
    let suite = xml.create_element("testsuite").with_attribute(("name", name));
    let suite = suite.with_attributes(counts.iter().map(|(key, count)| (*key, count.as_str())));
    suite.write_inner_content(|xml| {
        if found.is_empty() {
            let attributes = [("name", "no problems"), ("classname", name), ("file", name), ("time", "0")];
            xml.create_element("testcase").with_attributes(attributes).write_empty()?;
        }
        found.iter().try_for_each(|diagnostic| case(xml, run, name, diagnostic, ids))
    })?;
    Ok(())
}

fn case(xml: &mut Xml, run: &Run, name: &str, diagnostic: &Diagnostic, ids: bool) -> io::Result<()> {
    let label = &diagnostic.primary;
    let at = run.sources.get(label.file).line_column(label.span.start);
    let (title, line) = (format!("{} at {}:{}", diagnostic.rule, at.line, at.column), at.line.to_string());
    let attributes = [("name", &*title), ("classname", name), ("file", name), ("line", &line), ("time", "0")];
    let words: Vec<String> =
        diagnostic_text(run.sources, diagnostic).lines().map(|line| legal(line).into_owned()).collect();
    let words = words.join("\n");
    let id = ids.then(|| format!("hadolint.rule.{}", diagnostic.rule));
    let id = id.as_deref().map(|id| ("id", id));
    xml.create_element("testcase").with_attributes(id.into_iter().chain(attributes)).write_inner_content(|xml| {
        let outcome = if fails(diagnostic) {
            let (kind, message) = (diagnostic.severity.to_string(), legal(&diagnostic.message));
            let id = ids.then_some(("id", diagnostic.rule));
            let attributes = id.into_iter().chain([("type", &*kind), ("message", &*message)]);
            xml.create_element("failure").with_attributes(attributes)
        } else {
            xml.create_element("system-out")
        };
        outcome.write_text_content(BytesText::new(&words))?;
        Ok(())
    })?;
    Ok(())
}
