//! What a run is asked to do: `cachalot.toml`, `.hadolint.yaml` and the command line become one
//! [`Config`] for each linted file, and every value knows where it came from.
//!
//! Pure: texts come in through [`ConfigTexts`], nothing here touches the disk.

mod edit;
mod error;
mod file;
mod hadolint;
mod load;
mod migrate;
mod preset;
mod resolve;
mod schema;
mod sections;
mod show;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crate::diagnostic::Severity;
use crate::rules::{self, OptionValue, Rule, RuleOptions};

pub use edit::ignoring;
pub use error::ConfigError;
pub use hadolint::{HadolintSetting, HadolintWords, hadolint_setting};
pub use load::{ConfigTexts, Loaded, is_hadolint_file};
pub use migrate::{Migrated, migrate};
pub use preset::Preset;
pub use resolve::check_rule_name;
pub use schema::schema;
pub use sections::{Section, sections};
pub use show::Shown;

/// The names under which a folder's configuration is looked for, best first.
pub const FILE_NAMES: [&str; 3] = ["cachalot.toml", ".hadolint.yaml", ".hadolint.yml"];

/// The configuration of one linted file.
#[derive(Clone, Debug)]
pub struct Config {
    /// The preset that chose the rules.
    pub preset: Set<Preset>,
    /// The severity from which a run fails.
    pub fail_on: Set<FailOn>,
    /// The stage to build; `None` for the last one.
    pub target: Set<Option<String>>,
    /// Build arguments by name.
    pub build_args: BTreeMap<String, Set<String>>,
    /// The build context's folder; `None` for the one that fits: see `host::build_folder`.
    pub context: Set<Option<String>>,
    /// Who checks shell code.
    pub shell: Set<ShellEngine>,
    /// The file of known problems; `None` for none.
    pub baseline: Set<Option<String>>,
    /// True where a configuration file excludes the file.
    pub excluded: bool,
    /// True where `# hadolint ignore=` comments count for nothing (hadolint's
    /// `disable-ignore-pragma`); `# hadolint shell=` still does.
    pub no_hadolint_comments: bool,
    /// The output formats that a `.hadolint.yaml` asks for; the command line has the last word.
    pub formats: Vec<String>,
    rules: Vec<RuleState>,
    codes: BTreeMap<String, CodeState>,
    /// False where only named rules are on.
    codes_by_preset: bool,
    sections: BTreeMap<&'static str, RuleOptions>,
    section_origins: BTreeMap<(&'static str, String), Origin>,
}

/// What the configuration says of one rule.
#[derive(Clone, Debug)]
struct RuleState {
    severity: Set<Option<Severity>>,
    options: RuleOptions,
    origins: BTreeMap<String, Origin>,
}

/// What the configuration says of one ShellCheck code.
#[derive(Clone, Debug)]
struct CodeState {
    value: Option<Severity>,
    /// On at ShellCheck's own level.
    selected: bool,
    origin: Origin,
}

/// A value and who set it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set<T> {
    /// The value.
    pub value: T,
    /// Who set it.
    pub origin: Origin,
}

impl<T> Set<T> {
    fn default(value: T) -> Set<T> {
        Set { value, origin: Origin::Default }
    }
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// The preset.
    Preset(Preset),
    /// A configuration file.
    File {
        /// The file as it was named.
        path: String,
        /// Line of the key, from 1.
        line: u32,
    },
    /// A command-line option or an editor's setting.
    CommandLine,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::Preset(preset) => write!(f, "preset {preset}"),
            Origin::File { path, line } => write!(f, "{path}:{line}"),
            Origin::CommandLine => f.write_str("command line"),
        }
    }
}

/// What the command line or an editor sets on top of the files. `None` and empty say nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// Replaces the preset.
    pub preset: Option<Preset>,
    /// Rules switched on in addition, by name or alias.
    pub select: Vec<String>,
    /// Rules switched off, by name or alias.
    pub ignore: Vec<String>,
    /// Severities by rule name or alias; `None` is off.
    pub severities: Vec<(String, Option<Severity>)>,
    /// Rule options: rule, option, value.
    pub options: Vec<(String, String, OptionValue)>,
    /// The severity from which a run fails.
    pub fail_on: Option<FailOn>,
    /// The stage to build.
    pub target: Option<String>,
    /// Build arguments.
    pub build_args: Vec<(String, String)>,
    /// The build context's folder.
    pub context: Option<String>,
    /// Who checks shell code.
    pub shell: Option<ShellEngine>,
    /// True to pay no heed to `# hadolint ignore=` comments.
    pub no_hadolint_comments: bool,
}

/// The severity from which a run fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FailOn {
    /// Diagnostics of this severity and above.
    At(Severity),
    /// Nothing makes it fail.
    Never,
}

impl FailOn {
    /// True if a diagnostic of `severity` makes the run fail.
    pub fn fails(self, severity: Severity) -> bool {
        matches!(self, FailOn::At(least) if severity >= least)
    }
}

impl fmt::Display for FailOn {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            FailOn::At(severity) => severity.fmt(f),
            FailOn::Never => f.write_str("never"),
        }
    }
}

impl FromStr for FailOn {
    type Err = String;

    fn from_str(word: &str) -> Result<FailOn, String> {
        match word {
            "never" => Ok(FailOn::Never),
            _ => word
                .parse()
                .map(FailOn::At)
                .map_err(|_| format!("unknown threshold `{word}`: one of error, warning, info, hint, never")),
        }
    }
}

/// Who gives ShellCheck's findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ShellEngine {
    /// The engine that is built in.
    #[default]
    Native,
    /// A `shellcheck` program on the machine.
    External,
    /// The external one where it is installed, else the native one.
    Auto,
    /// Nobody.
    Off,
}

impl ShellEngine {
    /// The word for each engine.
    pub const NAMES: [&str; 4] = ["native", "external", "auto", "off"];
}

impl fmt::Display for ShellEngine {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            ShellEngine::Native => "native",
            ShellEngine::External => "external",
            ShellEngine::Auto => "auto",
            ShellEngine::Off => "off",
        })
    }
}

impl FromStr for ShellEngine {
    type Err = String;

    fn from_str(word: &str) -> Result<ShellEngine, String> {
        match word {
            "native" => Ok(ShellEngine::Native),
            "external" => Ok(ShellEngine::External),
            "auto" => Ok(ShellEngine::Auto),
            "off" => Ok(ShellEngine::Off),
            _ => Err(format!("unknown engine `{word}`: one of {}", ShellEngine::NAMES.join(", "))),
        }
    }
}

impl Default for Config {
    fn default() -> Config {
        Config::with_preset(Set::default(Preset::default()))
    }
}

impl Config {
    /// The configuration that a preset alone gives.
    fn with_preset(preset: Set<Preset>) -> Config {
        let state = |rule: &Rule| RuleState {
            severity: Set { value: preset.value.severity(rule), origin: Origin::Preset(preset.value) },
            options: RuleOptions::default(),
            origins: BTreeMap::new(),
        };
        Config {
            fail_on: Set::default(FailOn::At(Severity::Warning)),
            target: Set::default(None),
            build_args: BTreeMap::new(),
            context: Set::default(None),
            shell: Set::default(ShellEngine::default()),
            baseline: Set::default(None),
            excluded: false,
            no_hadolint_comments: false,
            formats: Vec::new(),
            rules: rules::all().iter().map(state).collect(),
            codes: BTreeMap::new(),
            codes_by_preset: true,
            sections: BTreeMap::new(),
            section_origins: BTreeMap::new(),
            preset,
        }
    }

    /// The same configuration with only the named rules on, for whoever asks about one rule.
    pub fn only(mut self, names: &[&str]) -> Config {
        for (rule, state) in rules::all().iter().zip(&mut self.rules) {
            let wanted = names.iter().any(|name| rule.is_called(name));
            let severity = state.severity.value.unwrap_or(rule.severity);
            state.severity = Set { value: wanted.then_some(severity), origin: Origin::CommandLine };
        }
        self.codes_by_preset = false;
        let codes = names.iter().filter(|name| rules::is_shellcheck_code(name));
        let on =
            |name: &&str| ((*name).to_string(), CodeState { value: None, selected: true, origin: Origin::CommandLine });
        self.codes = codes.map(on).collect();
        self
    }

    /// The severity of a rule's diagnostics; `None` where the rule is off.
    pub fn severity(&self, rule: &Rule) -> Option<Severity> {
        self.state(rule).and_then(|state| state.severity.value)
    }

    /// False for a remark that a rule lowered to a hint while nobody asked for the rule by name or
    /// through a preset other than `recommended`.
    pub fn shows(&self, rule: &Rule, severity: Severity) -> bool {
        let unasked = matches!(self.severity_origin(rule), Origin::Default | Origin::Preset(Preset::Recommended));
        severity > Severity::Hint || rule.severity == Severity::Hint || !unasked
    }

    /// Who decided on [`Config::severity`].
    pub fn severity_origin(&self, rule: &Rule) -> &Origin {
        self.state(rule).map_or(&Origin::Default, |state| &state.severity.origin)
    }

    /// The options set for a rule.
    pub fn options(&self, rule: &Rule) -> &RuleOptions {
        static NONE: RuleOptions = RuleOptions(BTreeMap::new());
        self.state(rule).map_or(&NONE, |state| &state.options)
    }

    /// The severity of a ShellCheck code such as `SC2086` whose own one is `given`; `None` where
    /// it is off.
    pub fn code_severity(&self, code: &str, given: Severity) -> Option<Severity> {
        let by_preset = || match self.preset.value {
            Preset::Recommended => preset::recommends_code(code, given).then_some(given),
            Preset::All | Preset::Hadolint => Some(given),
            Preset::Buildkit => None,
        };
        match self.codes.get(code) {
            Some(set) => set.value.or(set.selected.then_some(given)),
            None => by_preset().filter(|_| self.codes_by_preset),
        }
    }

    /// True to be silent about unquoted uses of ARGs and ENVs, as hadolint is.
    pub fn quiet_known_variables(&self) -> bool {
        let set = self.section("shell").0.get("known-variables");
        !matches!(set, Some(OptionValue::String(word)) if word == "strict")
    }

    /// True if some ShellCheck code can be on at all.
    pub fn wants_shellcheck(&self) -> bool {
        let by_preset = self.codes_by_preset && self.preset.value != Preset::Buildkit;
        by_preset || self.codes.values().any(|set| set.selected || set.value.is_some())
    }

    /// The values of a table such as `[cache]`.
    pub fn section(&self, name: &str) -> &RuleOptions {
        static NONE: RuleOptions = RuleOptions(BTreeMap::new());
        self.sections.get(name).unwrap_or(&NONE)
    }

    /// The build arguments as name and value.
    pub fn build_args(&self) -> impl Iterator<Item = (&str, &str)> {
        self.build_args.iter().map(|(name, set)| (name.as_str(), set.value.as_str()))
    }

    fn state(&self, rule: &Rule) -> Option<&RuleState> {
        rules::index(rule.name).and_then(|at| self.rules.get(at))
    }
}

#[cfg(test)]
mod tests;
