use std::fmt;
use std::str::FromStr;

use crate::diagnostic::Severity;
use crate::rules::Rule;

/// A set of rules with their severities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preset {
    /// The rules that are on by default: what breaks, costs or leaks.
    #[default]
    Recommended,
    /// Every rule.
    All,
    /// hadolint's rules at hadolint's severities.
    Hadolint,
    /// BuildKit's checks: errors stay errors, all others are warnings.
    Buildkit,
}

impl Preset {
    /// All presets.
    pub const ALL: [Preset; 4] = [Preset::Recommended, Preset::All, Preset::Hadolint, Preset::Buildkit];

    /// The word used in configuration and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Preset::Recommended => "recommended",
            Preset::All => "all",
            Preset::Hadolint => "hadolint",
            Preset::Buildkit => "buildkit",
        }
    }

    /// The severity of a rule under this preset; `None` where it is off.
    pub fn severity(self, rule: &Rule) -> Option<Severity> {
        match self {
            Preset::Recommended => rule.default.then_some(rule.severity),
            Preset::All => Some(rule.severity),
            Preset::Hadolint => hadolint_severity(rule),
            Preset::Buildkit => buildkit_severity(rule),
        }
    }
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Preset {
    type Err = String;

    fn from_str(word: &str) -> Result<Preset, String> {
        let names = Preset::ALL.map(Preset::as_str).join(", ");
        let found = Preset::ALL.into_iter().find(|preset| preset.as_str() == word);
        found.ok_or_else(|| format!("unknown preset `{word}`: one of {names}"))
    }
}

/// A rule of ours may stand for several of hadolint's: the gravest decides.
fn hadolint_severity(rule: &Rule) -> Option<Severity> {
    let by_code = rule.aliases.iter().filter_map(|alias| hadolint_code_severity(alias)).max();
    by_code.or_else(|| rule.presets.contains(&"hadolint").then_some(rule.severity))
}

/// hadolint's default severity of a code; `None` for those that it has switched off, or lacks.
fn hadolint_code_severity(code: &str) -> Option<Severity> {
    let number: u32 = code.strip_prefix("DL")?.parse().ok()?;
    match number {
        1000 | 3000 | 3004 | 3011 | 3012 | 3020 | 3021 | 3023 | 3024 | 3026 | 3043 | 3044 | 3061 | 4000 | 4004 => {
            Some(Severity::Error)
        }
        3001 | 3009 | 3010 | 3015 | 3019 | 3047 | 3049 | 3050 | 3059 | 3060 | 3066 => Some(Severity::Info),
        3048 => Some(Severity::Hint),
        1001 | 3057 => None,
        _ => Some(Severity::Warning),
    }
}

fn buildkit_severity(rule: &Rule) -> Option<Severity> {
    // BuildKit itself runs an experimental check only where a file asks for it.
    let named = rule.buildkit_name().is_some_and(|name| name != "InvalidDefinitionDescription");
    let listed = named || rule.presets.contains(&"buildkit");
    // Not every comment behind an instruction, and no list of sources, stops BuildKit.
    let is_ours = ["comment-after-instruction", "copy-many-to-file"].contains(&rule.name);
    let severity = if rule.severity == Severity::Error && !is_ours { Severity::Error } else { Severity::Warning };
    // What stops a build is told under every preset.
    (listed || is_syntax_error(rule)).then_some(severity)
}

fn is_syntax_error(rule: &Rule) -> bool {
    rule.category == "syntax" && rule.default && rule.severity == Severity::Error
}

/// Codes of ShellCheck that `recommended` leaves out although ShellCheck calls them warnings or
/// errors: in Dockerfiles they are mostly what was meant. rules/shellcheck/README.md has the numbers.
#[rustfmt::skip]
const NOISY_CODES: &[&str] = &[
    // Words that are meant to be split: `$(nproc)`, lists of packages and options.
    "SC2046", "SC2048", "SC2068", "SC2206", "SC2207",
    // `export GNUPGHOME="$(mktemp -d)"`: the status that is lost never mattered.
    "SC2155",
    // `GOPATH=/go && curl … | sh`: the base image exports the variable. `for i in 1 2 3` only counts.
    "SC2034",
    // `/tmp/app-*/install`: what was unpacked there has one such file.
    "SC2211", // Names of files in an image are known; they have no blanks.
    "SC2010", "SC2011", "SC2038", "SC2044", "SC2045",
    // `{{.app}}`, `package[extra]`, `CFLAGS= make`, `ln -s program`, a loop over one name.
    "SC1007", "SC1083", "SC2043", "SC2102", "SC2226",
    // `else if … fi fi` nests as it should; `mkdir -p -m 1733` is about the deepest folder.
    "SC1075", "SC2174",
    // `[ a -a b ]` works in every shell there is; so does `local`.
    "SC2166", "SC3043",
];

/// Codes that `recommended` has although ShellCheck takes them for less than a warning.
const GRAVE_CODES: &[&str] = &["SC2251"];

/// True if `recommended` reports a code to which ShellCheck gives the level `given`.
pub(super) fn recommends_code(code: &str, given: Severity) -> bool {
    GRAVE_CODES.contains(&code) || given >= Severity::Warning && !NOISY_CODES.contains(&code)
}
