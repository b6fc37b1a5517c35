//! hadolint's flags and environment variables.

use std::path::PathBuf;

use clap::{ArgAction, Parser};

use crate::config::HadolintWords;
use crate::diagnostic::Severity;

/// Lint Dockerfiles with hadolint's flags, configuration, codes, formats and exit statuses
#[derive(Parser, Debug)]
#[command(
    name = "hadolint",
    disable_version_flag = true,
    after_help = "\
A program of the name `hadolint` that is a link to cachalot takes these options, too.

Examples:
  cachalot hadolint --ignore DL3008 -f sarif Dockerfile > report.sarif
  ln -s \"$(command -v cachalot)\" ~/bin/hadolint && hadolint - < Dockerfile

Environment: HADOLINT_NOFAIL, NO_COLOR, HADOLINT_VERBOSE, HADOLINT_FORMAT, HADOLINT_FAILURE_THRESHOLD,
HADOLINT_OVERRIDE_ERROR, _WARNING, _INFO, _STYLE, HADOLINT_IGNORE, HADOLINT_TRUSTED_REGISTRIES,
HADOLINT_REQUIRE_LABELS, HADOLINT_STRICT_LABELS, HADOLINT_DISABLE_IGNORE_PRAGMA.

Exit status: 0 nothing at or above the threshold, 1 something, or it could not run."
)]
pub(in crate::cli) struct Args {
    /// Show version
    #[arg(short = 'v', long)]
    pub(super) version: bool,
    /// Path to the configuration file
    #[arg(short, long, value_name = "FILENAME")]
    pub(super) config: Option<PathBuf>,
    /// Files; `-` is standard input
    #[arg(value_name = "DOCKERFILE")]
    pub(super) files: Vec<PathBuf>,
    /// The path that reports show (checkstyle, codeclimate, gitlab_codeclimate, sonarqube, junit)
    #[arg(long, value_name = "FILEPATHINREPORT")]
    pub(super) file_path_in_report: Option<String>,
    /// Where the formats go, in their order; `-` is standard output
    #[arg(short, long, value_name = "OUTPUT")]
    pub(super) output: Vec<PathBuf>,
    /// Exit with 0 whatever is found
    #[arg(long)]
    no_fail: bool,
    /// No colours
    #[arg(long)]
    no_color: bool,
    /// Say on standard error which configuration counts
    #[arg(short = 'V', long)]
    verbose: bool,
    /// tty, json, checkstyle, codeclimate, gitlab_codeclimate, gnu, codacy, sonarqube, sarif or junit
    #[arg(short, long, value_name = "ARG")]
    format: Vec<String>,
    /// Give a rule the level error
    #[arg(long, value_name = "RULECODE")]
    error: Vec<String>,
    /// Give a rule the level warning
    #[arg(long, value_name = "RULECODE")]
    warning: Vec<String>,
    /// Give a rule the level info
    #[arg(long, value_name = "RULECODE")]
    info: Vec<String>,
    /// Give a rule the level style
    #[arg(long, value_name = "RULECODE")]
    style: Vec<String>,
    /// Ignore a rule, besides those that the configuration file ignores
    #[arg(long, value_name = "RULECODE")]
    ignore: Vec<String>,
    /// A registry that images may come from
    #[arg(long, value_name = "REGISTRY")]
    trusted_registry: Vec<String>,
    /// A label that must be there, with the type of its value: maintainer:text
    #[arg(long, value_name = "LABELSCHEMA")]
    require_label: Vec<String>,
    /// No other labels than those of the schema
    #[arg(long)]
    strict_labels: bool,
    /// No heed to `# hadolint ignore=` comments
    #[arg(long)]
    disable_ignore_pragma: bool,
    /// The level from which a run fails: error, warning, info, style, ignore or none
    #[arg(short = 't', long, value_name = "THRESHOLD", action = ArgAction::Set)]
    failure_threshold: Option<String>,
}

impl Args {
    /// What the flags say.
    pub(super) fn words(&self) -> HadolintWords {
        let flag = |given: bool| given.then_some(true);
        let lists = [
            (Severity::Error, &self.error),
            (Severity::Warning, &self.warning),
            (Severity::Info, &self.info),
            (Severity::Hint, &self.style),
        ];
        let severities =
            lists.into_iter().flat_map(|(severity, codes)| codes.iter().map(move |it| (severity, it.clone())));
        HadolintWords {
            ignored: self.ignore.clone(),
            severities: severities.collect(),
            trusted_registries: self.trusted_registry.clone(),
            labels: self.require_label.iter().map(|it| label(it)).collect(),
            strict_labels: flag(self.strict_labels),
            disable_ignore_pragma: flag(self.disable_ignore_pragma),
            failure_threshold: self.failure_threshold.clone(),
            formats: self.format.clone(),
            no_fail: flag(self.no_fail),
            no_color: flag(self.no_color),
            verbose: flag(self.verbose),
        }
    }
}

/// What the environment says.
pub(super) fn environment() -> HadolintWords {
    let text = |name: &str| std::env::var(format!("HADOLINT_{name}")).ok().filter(|it| !it.trim().is_empty());
    let list = |name: &str| -> Vec<String> {
        let text = text(name).unwrap_or_default();
        text.split(',').map(str::trim).filter(|it| !it.is_empty()).map(str::to_string).collect()
    };
    let truth = |name: &str| text(name).map(|it| is_true(it.trim()));
    let levels = [
        ("ERROR", Severity::Error),
        ("WARNING", Severity::Warning),
        ("INFO", Severity::Info),
        ("STYLE", Severity::Hint),
    ];
    let severities = levels
        .into_iter()
        .flat_map(|(name, severity)| list(&format!("OVERRIDE_{name}")).into_iter().map(move |code| (severity, code)));
    HadolintWords {
        ignored: list("IGNORE"),
        severities: severities.collect(),
        trusted_registries: list("TRUSTED_REGISTRIES"),
        labels: list("REQUIRE_LABELS").iter().map(|it| label(it)).collect(),
        strict_labels: truth("STRICT_LABELS"),
        disable_ignore_pragma: truth("DISABLE_IGNORE_PRAGMA"),
        failure_threshold: text("FAILURE_THRESHOLD"),
        formats: list("FORMAT"),
        no_fail: truth("NOFAIL"),
        no_color: std::env::var_os("NO_COLOR").map(|_| true),
        verbose: truth("VERBOSE"),
    }
}

fn is_true(word: &str) -> bool {
    ["1", "y", "yes", "on", "true"].iter().any(|it| word.eq_ignore_ascii_case(it))
}

/// `name:type`; without a type the label only has to be there.
fn label(given: &str) -> (String, String) {
    let (name, kind) = given.split_once(':').unwrap_or((given, ""));
    (name.trim().to_string(), kind.trim().to_string())
}
