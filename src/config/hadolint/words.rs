//! hadolint's settings from the environment, the file and the flags, joined.

use std::collections::BTreeMap;

use serde_saphyr::Spanned;

use super::{File, OneOrMore, Severities, read_file, to_layer};
use crate::config::file::At;
use crate::config::{ConfigError, FailOn, Loaded, Preset};
use crate::diagnostic::Severity;

/// What hadolint's flags say, or its environment variables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HadolintWords {
    /// Codes to ignore.
    pub ignored: Vec<String>,
    /// Codes with the severities that they get; the gravest wins.
    pub severities: Vec<(Severity, String)>,
    /// Registries that images may come from.
    pub trusted_registries: Vec<String>,
    /// Labels with their types.
    pub labels: BTreeMap<String, String>,
    /// No other labels than those.
    pub strict_labels: Option<bool>,
    /// No heed to `# hadolint ignore=`.
    pub disable_ignore_pragma: Option<bool>,
    /// The severity from which a run fails.
    pub failure_threshold: Option<String>,
    /// Output formats.
    pub formats: Vec<String>,
    /// Exit with 0 whatever is found.
    pub no_fail: Option<bool>,
    /// No colours.
    pub no_color: Option<bool>,
    /// Say which configuration counts.
    pub verbose: Option<bool>,
}

/// What hadolint's sources come to.
#[derive(Clone, Debug)]
pub struct HadolintSetting {
    /// The rules' settings.
    pub loaded: Loaded,
    /// Output formats, the most specific source's.
    pub formats: Vec<String>,
    /// No colours.
    pub no_color: bool,
    /// Say which configuration counts.
    pub verbose: bool,
}

/// Joins hadolint's sources in its order: environment, file, flags. The later word counts; lists of
/// codes and registries add up. The preset is hadolint's, and so is the threshold where nobody says.
pub fn hadolint_setting(
    environment: &HadolintWords,
    file: Option<(&str, &str)>,
    flags: &HadolintWords,
) -> Result<HadolintSetting, ConfigError> {
    let in_file = file.map(|(path, text)| read_file(path, text)).transpose()?.unwrap_or_default();
    let path = file.map_or("command line", |(path, _)| path);
    let sources = [("environment", environment.to_file()), (path, in_file), ("command line", flags.to_file())];
    for (path, file) in &sources {
        to_layer(path, file.clone())?;
    }
    let joined = sources.into_iter().map(|(_, file)| file).reduce(File::join).unwrap_or_default();
    let (no_color, verbose) = (joined.no_color.unwrap_or_default(), joined.verbose.unwrap_or_default());
    let mut layer = to_layer(path, joined)?;
    let said = layer.settings.fail_on.take();
    layer.settings.fail_on = said.or(Some(At { value: FailOn::At(Severity::Info), line: 0 }));
    layer.settings.preset = Some(At { value: Preset::Hadolint, line: 0 });
    let formats = std::mem::take(&mut layer.formats);
    Ok(HadolintSetting { loaded: Loaded::of(layer), formats, no_color, verbose })
}

fn unplaced<T>(value: T) -> Spanned<T> {
    Spanned::new(value, serde_saphyr::Location::UNKNOWN, serde_saphyr::Location::UNKNOWN)
}

impl HadolintWords {
    fn to_file(&self) -> File {
        let codes = |wanted: Severity| {
            let of = self.severities.iter().filter(|(severity, _)| *severity == wanted);
            Some(of.map(|(_, code)| unplaced(code.clone())).collect())
        };
        let some = |list: &[String]| (!list.is_empty()).then(|| list.to_vec());
        let labels = self.labels.iter().map(|(name, kind)| (name.clone(), Some(kind.clone()))).collect();
        File {
            ignored: Some(self.ignored.iter().cloned().map(unplaced).collect()),
            severities: Some(Severities {
                error: codes(Severity::Error),
                warning: codes(Severity::Warning),
                info: codes(Severity::Info),
                style: codes(Severity::Hint),
            }),
            trusted_registries: some(&self.trusted_registries).map(|list| unplaced(OneOrMore::More(list))),
            label_schema: (!self.labels.is_empty()).then(|| unplaced(labels)),
            strict_labels: self.strict_labels.map(unplaced),
            disable_ignore_pragma: self.disable_ignore_pragma,
            failure_threshold: self.failure_threshold.clone().map(unplaced),
            format: None,
            formats: some(&self.formats),
            no_fail: self.no_fail.map(unplaced),
            no_color: self.no_color,
            verbose: self.verbose,
        }
    }
}

impl File {
    /// This one with `later` on top.
    fn join(mut self, later: File) -> File {
        let registries = [self.trusted_registries.take(), later.trusted_registries].into_iter().flatten();
        let registries: Vec<(Spanned<()>, Vec<String>)> =
            registries.map(|it| (Spanned::new((), it.referenced, it.defined), it.value.list())).collect();
        let place = registries.last().map(|(place, _)| (place.referenced, place.defined));
        let list: Vec<String> = registries.into_iter().flat_map(|(_, list)| list).collect();
        let mut labels = self.label_schema.take();
        match (&mut labels, later.label_schema) {
            (Some(labels), Some(more)) => labels.value.extend(more.value),
            (labels, more) => *labels = labels.take().or(more),
        }
        let formats = |file: (Option<String>, Option<Vec<String>>)| {
            Some(file.0.into_iter().chain(file.1.into_iter().flatten()).collect::<Vec<_>>()).filter(|it| !it.is_empty())
        };
        File {
            ignored: Some([self.ignored, later.ignored].into_iter().flatten().flatten().collect()),
            severities: Some(self.severities.unwrap_or_default().join(later.severities.unwrap_or_default())),
            trusted_registries: place.map(|(at, defined)| Spanned::new(OneOrMore::More(list), at, defined)),
            label_schema: labels,
            strict_labels: later.strict_labels.or(self.strict_labels),
            disable_ignore_pragma: later.disable_ignore_pragma.or(self.disable_ignore_pragma),
            failure_threshold: later.failure_threshold.or(self.failure_threshold),
            format: None,
            formats: formats((later.format, later.formats)).or(formats((self.format, self.formats))),
            no_fail: later.no_fail.or(self.no_fail),
            no_color: later.no_color.or(self.no_color),
            verbose: later.verbose.or(self.verbose),
        }
    }
}

type Codes = Option<Vec<Spanned<String>>>;

impl Severities {
    /// A code's later severity counts, also where it is the milder one.
    fn join(self, later: Severities) -> Severities {
        let said: Vec<String> = [&later.error, &later.warning, &later.info, &later.style]
            .into_iter()
            .flatten()
            .flatten()
            .map(|code| code.value.clone())
            .collect();
        let join = |codes: Codes, more: Codes| {
            let kept = codes.into_iter().flatten().filter(|code| !said.contains(&code.value));
            Some(kept.chain(more.into_iter().flatten()).collect())
        };
        Severities {
            error: join(self.error, later.error),
            warning: join(self.warning, later.warning),
            info: join(self.info, later.info),
            style: join(self.style, later.style),
        }
    }
}
