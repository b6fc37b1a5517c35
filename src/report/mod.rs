//! One small file per output format: a run goes in, bytes come out.

mod azure;
mod baseline;
mod checkstyle;
mod codacy;
mod codeclimate;
mod compact;
mod excerpt;
mod fingerprint;
mod github;
mod gnu;
mod graph;
mod graph_svg;
mod hadolint;
mod html;
pub mod image;
mod json;
mod junit;
mod links;
mod log;
mod markdown;
mod ndjson;
mod page;
mod place;
mod prediction;
mod rdjson;
mod replay;
mod sarif;
mod sonarqube;
mod statistics;
mod step;
mod tap;
mod text;
mod tree;
mod xml;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::diagnostic::Diagnostic;
use crate::rules::{self, Rule};
use crate::text::{FileId, Sources};

pub use azure::azure;
pub use baseline::{Baseline, Known};
pub use checkstyle::checkstyle;
pub use codacy::codacy;
pub use codeclimate::{codeclimate, gitlab};
pub use compact::compact;
pub use fingerprint::fingerprints;
pub use github::github;
pub use gnu::gnu;
pub use graph::{GraphReport, graph_dot, graph_mermaid, graph_text};
pub use graph_svg::graph_svg;
pub use hadolint::{hadolint_code, hadolint_gnu, hadolint_json, hadolint_sonarqube, hadolint_tty};
pub use html::html;
pub use json::json;
pub use junit::{hadolint_junit, junit};
pub use links::{links_json, links_text};
pub use log::{LogReport, log_text};
pub use markdown::markdown;
pub use ndjson::ndjson;
pub use prediction::{PredictedVerdict, Prediction, predicted_verdicts, prediction_text, saved_prediction};
pub use rdjson::rdjson;
pub use replay::{Patches, ReplayReport, Replayed, ReportedBuild, StepCost, replay_html, replay_text};
pub use sarif::sarif;
pub use sonarqube::sonarqube;
pub use statistics::{RuleCount, rule_counts, statistics_json, statistics_text};
pub use step::CacheGate;
pub(crate) use step::percent;
pub use tap::tap;
pub use text::{diagnostic_text, summary, text};
pub use tree::tree_json;

/// What a run found, ready to be written.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// The texts that diagnostics point into.
    pub sources: &'a Sources,
    /// The diagnostics in their final order.
    pub diagnostics: &'a [Diagnostic],
    /// The names of all files looked at, clean ones included, sorted.
    pub files: &'a [String],
    /// The folder from which the names count, as seen from the root of the repository: empty, or
    /// ending in `/`. Services that show a report beside the code ask for paths from that root.
    pub folder: &'a str,
}

impl Run<'_> {
    /// The path of a file from the root of the repository; an absolute one stays.
    fn path(&self, file: FileId) -> String {
        let name = &self.sources.get(file).name;
        let is_absolute = name.starts_with('/') || name.as_bytes().get(1) == Some(&b':');
        if is_absolute { name.clone() } else { format!("{}{name}", self.folder) }
    }
}

/// The diagnostics of each file that was looked at or has some, by name.
fn by_file<'r>(run: &Run<'r>) -> BTreeMap<&'r str, Vec<&'r Diagnostic>> {
    let mut files: BTreeMap<&str, Vec<&Diagnostic>> = run.files.iter().map(|name| (&**name, Vec::new())).collect();
    for diagnostic in run.diagnostics {
        files.entry(&run.sources.get(diagnostic.primary.file).name).or_default().push(diagnostic);
    }
    files
}

/// The message with the notes below it, for formats that have no place of their own for remedies.
fn full_message(diagnostic: &Diagnostic) -> String {
    diagnostic.notes.iter().fold(diagnostic.message.clone(), |text, note| text + "\n" + note)
}

/// An output format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people: the source with labels under it.
    #[default]
    Text,
    /// One line for each diagnostic.
    Compact,
    /// cachalot's own, versioned.
    Json,
    /// SARIF 2.1.0 for code scanning.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// Issues of Azure Pipelines.
    Azure,
    /// GitLab's Code Quality report.
    Gitlab,
    /// Checkstyle's XML.
    Checkstyle,
    /// JUnit's XML.
    Junit,
    /// Code Climate's issues.
    Codeclimate,
    /// SonarQube's generic issues.
    Sonarqube,
    /// Codacy's results.
    Codacy,
    /// The GNU Coding Standards' form of errors.
    Gnu,
    /// The Test Anything Protocol.
    Tap,
    /// A summary and a table.
    Markdown,
    /// One self-contained page.
    Html,
    /// One object a line.
    Ndjson,
    /// reviewdog's diagnostics.
    Rdjson,
}

impl Format {
    /// True for a format of independent lines, which may stand among those of another.
    pub fn is_lines(self) -> bool {
        matches!(
            self,
            Format::Text
                | Format::Compact
                | Format::Gnu
                | Format::Github
                | Format::Azure
                | Format::Ndjson
                | Format::Codacy
        )
    }
}

/// When to colour what is meant for people; only the edge knows whether a terminal is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorChoice {
    /// On a terminal, unless the environment objects.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How a run is shown; machine formats heed none of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// Writes ANSI colours.
    pub color: bool,
    /// Leaves the summary line out.
    pub quiet: bool,
}

/// Writes a run in a format.
pub fn write(write: &mut dyn Write, format: Format, run: &Run, style: Style) -> io::Result<()> {
    match format {
        Format::Text => text(write, run, style),
        Format::Compact => compact(write, run),
        Format::Json => json(write, run),
        Format::Sarif => sarif(write, run),
        Format::Github => github(write, run),
        Format::Azure => azure(write, run),
        Format::Gitlab => gitlab(write, run),
        Format::Checkstyle => checkstyle(write, run),
        Format::Junit => junit(write, run),
        Format::Codeclimate => codeclimate(write, run),
        Format::Sonarqube => sonarqube(write, run),
        Format::Codacy => codacy(write, run),
        Format::Gnu => gnu(write, run),
        Format::Tap => tap(write, run),
        Format::Markdown => markdown(write, run),
        Format::Html => html(write, run),
        Format::Ndjson => ndjson(write, run),
        Format::Rdjson => rdjson(write, run),
    }
}

/// What the formats say about a diagnostic's rule.
struct RuleInfo {
    rule: Option<&'static Rule>,
    aliases: &'static [&'static str],
    url: String,
}

/// Looks a rule, by its name or an alias, or one of ShellCheck's codes up.
fn rule_info(name: &'static str) -> RuleInfo {
    match rules::by_name(name).or_else(|| rules::named(name).first().copied()) {
        Some(rule) => RuleInfo { rule: Some(rule), aliases: rule.aliases, url: rule.url() },
        None if rules::is_shellcheck_code(name) => RuleInfo { rule: None, aliases: &[], url: rules::code_url(name) },
        None => RuleInfo { rule: None, aliases: &[], url: env!("CARGO_PKG_REPOSITORY").to_string() },
    }
}
