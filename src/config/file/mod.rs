//! Reads `cachalot.toml` into a [`Layer`]: typed values with their places, nothing resolved yet.

mod values;

use std::ops::Range;

use toml_edit::{Document, Item, TableLike, Value};

use super::error::{ConfigError, did_you_mean};
use super::{
    FailOn, Preset, Section, ShellEngine,
    sections::{self, sections},
};
use crate::diagnostic::Severity;
use crate::rules::{self, OptionValue};
use crate::text::LineIndex;
use values::SEVERITIES;

/// A value and the line of its key, from 1.
#[derive(Clone, Debug)]
pub(super) struct At<T> {
    pub(super) value: T,
    pub(super) line: u32,
}

/// One configuration file, or the command line.
#[derive(Clone, Debug, Default)]
pub(super) struct Layer {
    /// The file as it was named; empty for the command line.
    pub(super) path: String,
    pub(super) extends: Vec<At<String>>,
    pub(super) exclude: Vec<At<String>>,
    pub(super) baseline: Option<At<String>>,
    pub(super) settings: Settings,
    pub(super) overrides: Vec<Override>,
    /// Only a `.hadolint.yaml` has them.
    pub(super) formats: Vec<String>,
    pub(super) no_hadolint_comments: bool,
}

/// Settings for some paths only.
#[derive(Clone, Debug)]
pub(super) struct Override {
    pub(super) paths: Vec<At<String>>,
    pub(super) settings: Settings,
}

/// What a file, or a part of it, sets.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    pub(super) preset: Option<At<Preset>>,
    pub(super) select: Vec<At<String>>,
    pub(super) ignore: Vec<At<String>>,
    pub(super) rules: Vec<At<RuleSetting>>,
    pub(super) fail_on: Option<At<FailOn>>,
    pub(super) target: Option<At<String>>,
    pub(super) build_args: Vec<At<(String, String)>>,
    pub(super) context: Option<At<String>>,
    pub(super) shell: Option<At<ShellEngine>>,
    pub(super) sections: Vec<At<(&'static str, &'static str, OptionValue)>>,
}

/// What is set for one rule, by name, alias or ShellCheck code.
#[derive(Clone, Debug)]
pub(super) struct RuleSetting {
    pub(super) name: String,
    /// A value of `None` switches off.
    pub(super) severity: Option<At<Option<Severity>>>,
    pub(super) options: Vec<At<(&'static str, OptionValue)>>,
}

/// Keys that may stand at the top and in an override.
pub(super) const SETTINGS: [&str; 8] =
    ["preset", "select", "ignore", "rules", "fail-on", "target", "build-args", "context"];
const TOP_ONLY: [&str; 4] = ["extends", "exclude", "baseline", "overrides"];

/// Reads the text of a `cachalot.toml` that is called `path`.
pub(super) fn read(path: &str, text: &str) -> Result<Layer, ConfigError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let reader = Reader { path, text, lines: LineIndex::new(text) };
    let document = Document::parse(text).map_err(|error| {
        let message = error.message().lines().next().unwrap_or("invalid TOML").to_string();
        reader.error(error.span(), message)
    })?;
    reader.layer(document.as_table())
}

struct Reader<'t> {
    path: &'t str,
    text: &'t str,
    lines: LineIndex,
}

/// A key of a table with everything needed to speak about it.
struct Entry<'d> {
    key: &'d str,
    item: &'d Item,
    key_span: Option<Range<usize>>,
}

impl Entry<'_> {
    fn value_span(&self) -> Option<Range<usize>> {
        self.item.span().or_else(|| self.key_span.clone())
    }
}

type Read<T> = Result<T, ConfigError>;

impl Reader<'_> {
    fn layer(&self, table: &dyn TableLike) -> Read<Layer> {
        let mut layer = Layer { path: self.path.to_string(), ..Layer::default() };
        for entry in entries(table) {
            match entry.key {
                "extends" => layer.extends = self.one_or_more(&entry)?,
                "exclude" => layer.exclude = self.globs(&entry)?,
                "baseline" => {
                    layer.baseline = Some(At { value: self.string(&entry)?, line: self.line(&entry) });
                }
                "overrides" => layer.overrides = self.overrides(&entry)?,
                _ => self.setting(&mut layer.settings, &entry, true)?,
            }
        }
        Ok(layer)
    }

    fn overrides(&self, entry: &Entry) -> Read<Vec<Override>> {
        let wrong = || self.at_value(entry, "`overrides` is a list of tables: write `[[overrides]]`");
        let tables: Vec<&dyn TableLike> = match entry.item {
            Item::ArrayOfTables(tables) => tables.iter().map(|table| table as &dyn TableLike).collect(),
            Item::Value(Value::Array(array)) => array
                .iter()
                .map(|value| value.as_inline_table().map(|table| table as &dyn TableLike).ok_or_else(wrong))
                .collect::<Read<_>>()?,
            _ => return Err(wrong()),
        };
        tables.into_iter().map(|table| self.override_(entry, table)).collect()
    }

    fn override_(&self, parent: &Entry, table: &dyn TableLike) -> Read<Override> {
        let mut found = Override { paths: Vec::new(), settings: Settings::default() };
        let mut has_paths = false;
        for entry in entries(table) {
            if entry.key == "paths" {
                found.paths = self.globs(&entry)?;
                has_paths = true;
            } else {
                self.setting(&mut found.settings, &entry, false)?;
            }
        }
        if !has_paths {
            return Err(self.at_key(parent, "an override has no `paths`").help("add `paths = [\"glob\"]`".to_string()));
        }
        Ok(found)
    }

    fn setting(&self, settings: &mut Settings, entry: &Entry, top: bool) -> Read<()> {
        let line = self.line(entry);
        match entry.key {
            "preset" => settings.preset = Some(self.word(entry)?),
            "select" => settings.select = self.rule_names(entry)?,
            "ignore" => settings.ignore = self.rule_names(entry)?,
            "rules" => settings.rules = self.rules(entry)?,
            "fail-on" => settings.fail_on = Some(self.word(entry)?),
            "target" => settings.target = Some(At { value: self.string(entry)?, line }),
            "context" => settings.context = Some(At { value: self.string(entry)?, line }),
            "build-args" => settings.build_args = self.build_args(entry)?,
            key => match sections().iter().find(|section| section.name == key) {
                Some(section) => self.section(settings, entry, section)?,
                None => return Err(self.unknown_key(entry, top)),
            },
        }
        Ok(())
    }

    fn unknown_key(&self, entry: &Entry, top: bool) -> ConfigError {
        let top_only = TOP_ONLY.iter().filter(|_| top);
        let sections = sections().iter().map(|section| section.name);
        let paths = (!top).then_some("paths");
        let known = SETTINGS.iter().chain(top_only).copied().chain(sections).chain(paths);
        let message = if !top && TOP_ONLY.contains(&entry.key) {
            format!("`{}` cannot stand in an override", entry.key)
        } else {
            format!("unknown key `{}`", entry.key)
        };
        self.at_key(entry, message).help(did_you_mean(entry.key, known))
    }

    fn section(&self, settings: &mut Settings, entry: &Entry, section: &'static Section) -> Read<()> {
        let table = self.table(entry)?;
        for inner in entries(table) {
            let line = self.line(&inner);
            let Some(key) = section.keys.iter().find(|key| key.name == inner.key) else {
                let known = section.keys.iter().map(|key| key.name);
                let message = format!("unknown key `{}` in `[{}]`", inner.key, section.name);
                return Err(self.at_key(&inner, message).help(did_you_mean(inner.key, known)));
            };
            if (section.name, key.name) == ("shell", "engine") {
                settings.shell = Some(self.word(&inner)?);
            }
            let value = self.option(&inner, key.kind)?;
            if let Some(words) = sections::words(section.name, key.name)
                && !matches!(&value, OptionValue::String(word) if words.contains(&&**word))
            {
                return Err(self.at_value(&inner, format!("`{}` is one of {}", key.name, words.join(", "))));
            }
            if section.name == "cache" {
                self.cache_value(&inner, key.name, &value)?;
            }
            settings.sections.push(At { value: (section.name, key.name, value), line });
        }
        Ok(())
    }

    /// Values of `[cache]` that are words of a kind.
    fn cache_value(&self, entry: &Entry, key: &str, value: &OptionValue) -> Read<()> {
        let share = |text: &str| {
            let number = text.trim().strip_suffix('%').and_then(|it| it.trim().parse::<f64>().ok());
            text == "off" || number.is_some_and(|it| (0.0..=100.0).contains(&it))
        };
        match value {
            OptionValue::String(word) if key == "memory" && !["all", "last"].contains(&word.as_str()) => {
                let error = self.at_value(entry, format!("unknown memory `{word}`: one of all, last"));
                Err(error.help(did_you_mean(word, ["all", "last"])))
            }
            OptionValue::String(text) if key == "min-hit-rate" && !share(text) => {
                Err(self.at_value(entry, format!("`{text}` is no percentage: write 80%")))
            }
            OptionValue::Integer(number) if key == "commits" && *number < 1 => {
                Err(self.at_value(entry, "`commits` is at least 1"))
            }
            _ => Ok(()),
        }
    }

    fn rules(&self, entry: &Entry) -> Read<Vec<At<RuleSetting>>> {
        let table = self.table(entry)?;
        entries(table).map(|inner| self.rule(&inner)).collect()
    }

    fn rule(&self, entry: &Entry) -> Read<At<RuleSetting>> {
        self.check_name(entry.key, entry.key_span.clone())?;
        let line = self.line(entry);
        let mut setting = RuleSetting { name: entry.key.to_string(), severity: None, options: Vec::new() };
        if entry.item.is_str() {
            setting.severity = Some(At { value: self.severity(entry)?, line: self.line(entry) });
        } else if let Some(table) = entry.item.as_table_like() {
            for inner in entries(table) {
                self.rule_key(&mut setting, &inner)?;
            }
        } else {
            return Err(self.at_value(entry, format!("a rule is set to a severity ({SEVERITIES}) or to a table")));
        }
        Ok(At { value: setting, line })
    }

    fn rule_key(&self, setting: &mut RuleSetting, entry: &Entry) -> Read<()> {
        if entry.key == "severity" {
            setting.severity = Some(At { value: self.severity(entry)?, line: self.line(entry) });
            return Ok(());
        }
        let options = || rules::named(&setting.name).into_iter().flat_map(|rule| rule.options);
        let Some(option) = options().find(|option| option.name == entry.key) else {
            let known = options().map(|option| option.name).chain(std::iter::once("severity"));
            let message = format!("rule `{}` has no option `{}`", setting.name, entry.key);
            return Err(self.at_key(entry, message).help(did_you_mean(entry.key, known)));
        };
        let value = self.option(entry, option.kind)?;
        setting.options.push(At { value: (option.name, value), line: self.line(entry) });
        Ok(())
    }
}

fn entries(table: &dyn TableLike) -> impl Iterator<Item = Entry<'_>> {
    table.iter().map(|(key, item)| {
        let key_span = table.key(key).and_then(|key| key.span());
        Entry { key, item, key_span }
    })
}
