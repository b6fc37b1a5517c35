//! Reads `.hadolint.yaml`: every key of hadolint 2.15 becomes what it means here.

mod words;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::error::{ConfigError, did_you_mean};
use super::file::{At, Layer, RuleSetting, Settings};
use super::{FailOn, Preset};
use crate::diagnostic::Severity;
use crate::rules::{self, OptionKind, OptionValue};

pub use words::{HadolintSetting, HadolintWords, hadolint_setting};

const KEYS: [&str; 12] = [
    "ignored",
    "override",
    "trustedRegistries",
    "label-schema",
    "strict-labels",
    "disable-ignore-pragma",
    "failure-threshold",
    "format",
    "formats",
    "no-fail",
    "no-color",
    "verbose",
];

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct File {
    ignored: Option<Vec<Spanned<String>>>,
    #[serde(rename = "override")]
    severities: Option<Severities>,
    #[serde(rename = "trustedRegistries")]
    trusted_registries: Option<Spanned<OneOrMore>>,
    #[serde(rename = "label-schema")]
    label_schema: Option<Spanned<BTreeMap<String, Option<String>>>>,
    #[serde(rename = "strict-labels")]
    strict_labels: Option<Spanned<bool>>,
    #[serde(rename = "disable-ignore-pragma")]
    disable_ignore_pragma: Option<bool>,
    #[serde(rename = "failure-threshold")]
    failure_threshold: Option<Spanned<String>>,
    format: Option<String>,
    formats: Option<Vec<String>>,
    #[serde(rename = "no-fail")]
    no_fail: Option<Spanned<bool>>,
    #[serde(rename = "no-color")]
    no_color: Option<bool>,
    verbose: Option<bool>,
}

/// The keys of the file's mapping with their places.
struct Keys(Vec<Spanned<String>>);

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Keys, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Keys;

            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("a mapping of hadolint's keys")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
                let mut keys = Vec::new();
                while let Some((key, _)) = map.next_entry::<Spanned<String>, serde::de::IgnoredAny>()? {
                    keys.push(key);
                }
                Ok(Keys(keys))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Severities {
    error: Option<Vec<Spanned<String>>>,
    warning: Option<Vec<Spanned<String>>>,
    info: Option<Vec<Spanned<String>>>,
    style: Option<Vec<Spanned<String>>>,
}

#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    fn list(self) -> Vec<String> {
        match self {
            OneOrMore::One(text) => vec![text],
            OneOrMore::More(texts) => texts,
        }
    }
}

/// Reads the text of a `.hadolint.yaml` that is called `path`.
pub(super) fn read(path: &str, text: &str) -> Result<Layer, ConfigError> {
    to_layer(path, read_file(path, text)?)
}

fn read_file(path: &str, text: &str) -> Result<File, ConfigError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#') || line.trim() == "---") {
        return Ok(File::default());
    }
    check_keys(path, text)?;
    serde_saphyr::from_str(text).map_err(|error| yaml_error(path, &error))
}

fn check_keys(path: &str, text: &str) -> Result<(), ConfigError> {
    let Keys(keys) = serde_saphyr::from_str(text).map_err(|error| yaml_error(path, &error))?;
    match keys.iter().find(|key| !KEYS.contains(&key.value.as_str())) {
        Some(key) => Err(at(path, key, format!("unknown key `{}`", key.value)).help(did_you_mean(&key.value, KEYS))),
        None => Ok(()),
    }
}

fn yaml_error(path: &str, error: &serde_saphyr::Error) -> ConfigError {
    let message = error.to_string();
    let message = message.lines().next().unwrap_or("invalid YAML").to_string();
    let place = error.location().map_or((0, 0), |place| (place.line() as u32, place.column() as u32));
    ConfigError::new(path, message).at(place.0, place.1)
}

fn at<T>(path: &str, place: &Spanned<T>, message: String) -> ConfigError {
    ConfigError::new(path, message).at(line(place), place.referenced.column() as u32)
}

fn line<T>(place: &Spanned<T>) -> u32 {
    place.referenced.line() as u32
}

fn layer(path: &str, settings: Settings) -> Layer {
    Layer { path: path.to_string(), settings, ..Layer::default() }
}

fn to_layer(path: &str, file: File) -> Result<Layer, ConfigError> {
    let mut settings = Settings::default();
    for name in file.ignored.into_iter().flatten() {
        check(path, &name)?;
        settings.ignore.push(At { line: line(&name), value: name.value });
    }
    severities(path, &mut settings, file.severities.unwrap_or_default())?;
    if let Some(list) = file.trusted_registries {
        let line = line(&list);
        option(&mut settings, "DL3026", OptionKind::Strings, OptionValue::Strings(list.value.list()), line);
    }
    if let Some(schema) = file.label_schema {
        let line = line(&schema);
        let map = schema.value.into_iter().map(|(name, kind)| (name, kind.unwrap_or_default())).collect();
        for code in ["DL3049", "DL3050", "DL3051", "DL3052", "DL3053", "DL3054", "DL3055", "DL3056", "DL3058"] {
            option(&mut settings, code, OptionKind::Map, OptionValue::Map(BTreeMap::clone(&map)), line);
        }
    }
    if let Some(strict) = file.strict_labels {
        option(&mut settings, "DL3050", OptionKind::Bool, OptionValue::Bool(strict.value), line(&strict));
    }
    if let Some(threshold) = file.failure_threshold {
        settings.fail_on = Some(At { value: fail_on(path, &threshold)?, line: line(&threshold) });
    }
    if let Some(no_fail) = file.no_fail.filter(|no_fail| no_fail.value) {
        settings.fail_on = Some(At { value: FailOn::Never, line: line(&no_fail) });
    }
    Ok(Layer {
        formats: file.format.into_iter().chain(file.formats.into_iter().flatten()).collect(),
        no_hadolint_comments: file.disable_ignore_pragma.unwrap_or_default(),
        ..layer(path, settings)
    })
}

/// hadolint applies style, info, warning, error in this order, so that the gravest wins.
fn severities(path: &str, settings: &mut Settings, lists: Severities) -> Result<(), ConfigError> {
    let lists = [
        (Severity::Hint, lists.style),
        (Severity::Info, lists.info),
        (Severity::Warning, lists.warning),
        (Severity::Error, lists.error),
    ];
    for (severity, names) in lists {
        for name in names.into_iter().flatten() {
            check(path, &name)?;
            let line = line(&name);
            let severity = Some(At { value: Some(severity), line });
            let value = RuleSetting { name: name.value, severity, options: Vec::new() };
            settings.rules.push(At { line, value });
        }
    }
    Ok(())
}

/// Sets the option of that type of the rules that a code stands for.
fn option(settings: &mut Settings, code: &str, kind: OptionKind, value: OptionValue, line: u32) {
    for rule in rules::named(code) {
        let Some(option) = rule.options.iter().find(|option| option.kind == kind) else { continue };
        let options = vec![At { value: (option.name, value.clone()), line }];
        // What needs configuration to say anything is on once it is configured.
        let severity = Some(At { value: Preset::Hadolint.severity(rule), line });
        let value = RuleSetting { name: rule.name.to_string(), severity, options };
        settings.rules.insert(0, At { value, line });
    }
}

/// hadolint takes any code silently; a word that is no code of anybody's is surely a mistake.
fn check(path: &str, name: &Spanned<String>) -> Result<(), ConfigError> {
    let word = &name.value;
    let is_code = word.len() == 6 && word.starts_with("DL") && word[2..].bytes().all(|b| b.is_ascii_digit());
    if is_code {
        return Ok(());
    }
    super::resolve::check_rule_name(word).map_err(|help| at(path, name, format!("unknown rule `{word}`")).help(help))
}

/// hadolint's `none` and `ignore` fail on anything at all.
fn fail_on(path: &str, threshold: &Spanned<String>) -> Result<FailOn, ConfigError> {
    match threshold.value.as_str() {
        "error" => Ok(FailOn::At(Severity::Error)),
        "warning" => Ok(FailOn::At(Severity::Warning)),
        "info" => Ok(FailOn::At(Severity::Info)),
        "style" | "ignore" | "none" => Ok(FailOn::At(Severity::Hint)),
        word => {
            let known = ["error", "warning", "info", "style", "ignore", "none"];
            let message = format!("unknown threshold `{word}`: one of {}", known.join(", "));
            Err(at(path, threshold, message).help(did_you_mean(word, known)))
        }
    }
}

/// A `.hadolint.yaml` as settings, and what of it has no counterpart in a `cachalot.toml`.
pub(super) fn to_migrate(path: &str, text: &str) -> Result<(Settings, Vec<String>), ConfigError> {
    let file = read_file(path, text)?;
    let formats = file.format.iter().chain(file.formats.iter().flatten());
    let mut left: Vec<String> = formats.map(|it| format!("`format: {it}`: an option, `--format {it}`")).collect();
    let options = [
        (file.no_color, "`no-color`: an option, `--color never`"),
        (file.verbose, "`verbose`: `cachalot config show FILE` says which settings count"),
        (
            file.disable_ignore_pragma,
            "`disable-ignore-pragma`: comments count; `unused-suppression` tells of idle ones",
        ),
    ];
    left.extend(options.into_iter().filter(|(set, _)| *set == Some(true)).map(|(_, why)| why.to_string()));
    let mut settings = to_layer(path, file)?.settings;
    settings.preset = Some(At { value: Preset::Hadolint, line: 0 });
    settings.fail_on = settings.fail_on.or(Some(At { value: FailOn::At(Severity::Info), line: 0 }));
    Ok((settings, left))
}
