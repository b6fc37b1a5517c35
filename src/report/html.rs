use std::io::{self, Write};

use quick_xml::escape::escape;

use super::text::{diagnostic_text, summary};
use super::{Run, by_file, rule_info};

const HEAD: &str = include_str!("page.html");

/// Writes one page that needs nothing else: the counts, then each file with its diagnostics and the
/// lines they are about.
pub fn html(write: &mut dyn Write, run: &Run) -> io::Result<()> {
    write!(write, "{HEAD}<p>{}</p>\n{}", escape(summary(run)), counts(run))?;
    for (name, found) in by_file(run).into_iter().filter(|(_, found)| !found.is_empty()) {
        writeln!(write, "<h2>{}</h2>", escape(name))?;
        for diagnostic in found {
            let (severity, rule) = (diagnostic.severity, diagnostic.rule);
            let url = rule_info(rule).url;
            // The first line of the text is the heading already.
            let text = diagnostic_text(run.sources, diagnostic);
            let lines = text.split_once('\n').map_or("", |(_, rest)| rest);
            writeln!(
                write,
                "<section class=\"{severity}\"><h3><b>{severity}</b> <a href=\"{}\">{rule}</a> {}</h3>\n<pre>{}</pre></section>",
                escape(url),
                escape(diagnostic.message.as_str()),
                escape(lines),
            )?;
        }
    }
    writeln!(write, "</main></body></html>")
}

/// How often each rule reports, most often first.
fn counts(run: &Run) -> String {
    let row = |it: super::RuleCount| {
        let url = rule_info(it.rule).url;
        format!("<tr><td>{}</td><td><a href=\"{}\">{}</a></td></tr>\n", it.count, escape(url), it.rule)
    };
    let rows: String = super::rule_counts(run.diagnostics).into_iter().map(row).collect();
    if rows.is_empty() { rows } else { format!("<table>\n{rows}</table>\n") }
}
