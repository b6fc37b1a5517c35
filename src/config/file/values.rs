//! Typed values of a `cachalot.toml`, and errors with their places.

use std::ops::Range;

use toml_edit::{Array, Item, TableLike, Value};

use super::super::error::{ConfigError, did_you_mean};
use super::{At, Entry, Read, Reader, entries};
use crate::diagnostic::Severity;
use crate::rules::{OptionKind, OptionValue};

pub(super) const SEVERITIES: &str = "error, warning, info, hint, off";

impl Reader<'_> {
    pub(super) fn severity(&self, entry: &Entry) -> Read<Option<Severity>> {
        let word = self.string(entry)?;
        if word == "off" {
            return Ok(None);
        }
        word.parse().map(Some).map_err(|_| {
            let known = SEVERITIES.split(", ");
            let message = format!("unknown severity `{word}`: one of {SEVERITIES}");
            self.at_value(entry, message).help(did_you_mean(&word, known))
        })
    }

    /// A value of a rule option's type.
    pub(super) fn option(&self, entry: &Entry, kind: OptionKind) -> Read<OptionValue> {
        let value = match kind {
            OptionKind::Bool => entry.item.as_bool().map(OptionValue::Bool),
            OptionKind::Integer => entry.item.as_integer().map(OptionValue::Integer),
            OptionKind::String => entry.item.as_str().map(|text| OptionValue::String(text.to_string())),
            OptionKind::Strings => entry.item.as_array().and_then(strings).map(OptionValue::Strings),
            OptionKind::Map => entry.item.as_table_like().and_then(string_map).map(OptionValue::Map),
        };
        let found = entry.item.type_name();
        value.ok_or_else(|| {
            self.at_value(entry, format!("`{}` takes {}, not {}", entry.key, kind.noun(), article(found)))
        })
    }

    pub(super) fn build_args(&self, entry: &Entry) -> Read<Vec<At<(String, String)>>> {
        let table = self.table(entry)?;
        let pair = |inner: Entry| {
            let line = self.line(&inner);
            Ok(At { value: (inner.key.to_string(), self.string(&inner)?), line })
        };
        entries(table).map(pair).collect()
    }

    /// Names of rules, each checked.
    pub(super) fn rule_names(&self, entry: &Entry) -> Read<Vec<At<String>>> {
        let names = self.one_or_more(entry)?;
        let spans = string_spans(entry.item);
        for (at, name) in names.iter().enumerate() {
            self.check_name(&name.value, spans.get(at).cloned().flatten())?;
        }
        Ok(names)
    }

    pub(super) fn check_name(&self, name: &str, span: Option<Range<usize>>) -> Read<()> {
        super::super::resolve::check_rule_name(name)
            .map_err(|help| self.error(span, format!("unknown rule `{name}`")).help(help))
    }

    pub(super) fn globs(&self, entry: &Entry) -> Read<Vec<At<String>>> {
        let globs = self.one_or_more(entry)?;
        let spans = string_spans(entry.item);
        for (at, glob) in globs.iter().enumerate() {
            super::super::resolve::glob(&glob.value)
                .map_err(|why| self.error(spans.get(at).cloned().flatten(), format!("`{}`: {why}", glob.value)))?;
        }
        Ok(globs)
    }

    /// A string or a list of strings.
    pub(super) fn one_or_more(&self, entry: &Entry) -> Read<Vec<At<String>>> {
        let texts = match entry.item {
            Item::Value(Value::String(text)) => Some(vec![text.value().clone()]),
            Item::Value(Value::Array(array)) => strings(array),
            _ => None,
        };
        let wrong = || self.at_value(entry, format!("`{}` takes a list of strings", entry.key));
        let texts = texts.ok_or_else(wrong)?;
        let spans = string_spans(entry.item);
        let line =
            |at: usize| spans.get(at).and_then(|span| span.clone()).map_or(self.line(entry), |s| self.place(s.start).0);
        Ok(texts.into_iter().enumerate().map(|(at, value)| At { line: line(at), value }).collect())
    }

    /// One of a closed list of words.
    pub(super) fn word<T: std::str::FromStr<Err = String>>(&self, entry: &Entry) -> Read<At<T>> {
        let value = self.string(entry)?.parse().map_err(|why: String| self.at_value(entry, why))?;
        Ok(At { value, line: self.line(entry) })
    }

    pub(super) fn string(&self, entry: &Entry) -> Read<String> {
        let found = entry.item.type_name();
        let wrong = || self.at_value(entry, format!("`{}` takes a string, not {}", entry.key, article(found)));
        entry.item.as_str().map(str::to_string).ok_or_else(wrong)
    }

    pub(super) fn table<'d>(&self, entry: &Entry<'d>) -> Read<&'d dyn TableLike> {
        entry.item.as_table_like().ok_or_else(|| self.at_value(entry, format!("`{}` is a table", entry.key)))
    }

    pub(super) fn line(&self, entry: &Entry) -> u32 {
        entry.key_span.clone().or_else(|| entry.item.span()).map_or(0, |span| self.place(span.start).0)
    }

    pub(super) fn place(&self, offset: usize) -> (u32, u32) {
        let place = self.lines.line_column(self.text, offset as u32);
        (place.line, place.column)
    }

    pub(super) fn at_key(&self, entry: &Entry, message: impl Into<String>) -> ConfigError {
        self.error(entry.key_span.clone(), message)
    }

    pub(super) fn at_value(&self, entry: &Entry, message: impl Into<String>) -> ConfigError {
        self.error(entry.value_span(), message)
    }

    pub(super) fn error(&self, span: Option<Range<usize>>, message: impl Into<String>) -> ConfigError {
        let error = ConfigError::new(self.path, message);
        match span {
            Some(span) => {
                let (line, column) = self.place(span.start);
                error.at(line, column)
            }
            None => error,
        }
    }
}

fn strings(array: &Array) -> Option<Vec<String>> {
    array.iter().map(|value| value.as_str().map(str::to_string)).collect()
}

fn string_map(table: &dyn TableLike) -> Option<std::collections::BTreeMap<String, String>> {
    table.iter().map(|(key, item)| Some((key.to_string(), item.as_str()?.to_string()))).collect()
}

fn string_spans(item: &Item) -> Vec<Option<Range<usize>>> {
    match item {
        Item::Value(Value::Array(array)) => array.iter().map(Value::span).collect(),
        _ => vec![item.span()],
    }
}

fn article(noun: &str) -> String {
    let an = noun.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {noun}", if an { "an" } else { "a" })
}
