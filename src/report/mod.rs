//! One small file per output format: a run goes in, bytes come out.

mod compact;
mod excerpt;
mod fingerprint;
mod graph;
mod graph_svg;
pub mod image;
mod json;
mod log;
mod page;
mod place;
mod prediction;
mod replay;
mod sarif;
mod step;
mod text;
mod tree;

#[cfg(test)]
mod tests;

use std::io::{self, Write};

use crate::diagnostic::Diagnostic;
use crate::rules::{self, Rule};
use crate::text::Sources;

pub use compact::compact;
pub use fingerprint::fingerprints;
pub use graph::{GraphReport, graph_dot, graph_mermaid, graph_text};
pub use graph_svg::graph_svg;
pub use json::json;
pub use log::{LogReport, log_text};
pub use prediction::{PredictedVerdict, Prediction, predicted_verdicts, prediction_text, saved_prediction};
pub use replay::{Patches, ReplayReport, Replayed, ReportedBuild, StepCost, replay_html, replay_text};
pub use sarif::sarif;
pub use step::CacheGate;
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
    }
}

/// What the formats say about a diagnostic's rule.
struct RuleInfo {
    rule: Option<&'static Rule>,
    aliases: &'static [&'static str],
    url: String,
}

/// Looks a rule or one of ShellCheck's codes up.
fn rule_info(name: &'static str) -> RuleInfo {
    match rules::by_name(name) {
        Some(rule) => RuleInfo { rule: Some(rule), aliases: rule.aliases, url: rule.url() },
        None if rules::is_shellcheck_code(name) => RuleInfo { rule: None, aliases: &[], url: rules::code_url(name) },
        None => RuleInfo { rule: None, aliases: &[], url: env!("CARGO_PKG_REPOSITORY").to_string() },
    }
}
