use std::collections::BTreeMap;

/// The type of an option's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the variants are the types' names")]
pub enum OptionKind {
    Bool,
    Integer,
    String,
    /// A list of strings.
    Strings,
    /// A table from string to string.
    Map,
}

impl OptionKind {
    /// The type in words: "a list of strings".
    pub fn noun(self) -> &'static str {
        match self {
            OptionKind::Bool => "true or false",
            OptionKind::Integer => "an integer",
            OptionKind::String => "a string",
            OptionKind::Strings => "a list of strings",
            OptionKind::Map => "a table of strings",
        }
    }
}

/// An option that a rule's page declares.
#[derive(Debug)]
pub struct RuleOption {
    /// Kebab-case name.
    pub name: &'static str,
    /// Type of the value.
    pub kind: OptionKind,
    /// The default as TOML.
    pub default: &'static str,
    /// What it does, one sentence.
    pub summary: &'static str,
}

/// A value given to an option.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(untagged)]
#[allow(missing_docs, reason = "the variants are the types' names")]
pub enum OptionValue {
    Bool(bool),
    Integer(i64),
    String(String),
    Strings(Vec<String>),
    Map(BTreeMap<String, String>),
}

impl OptionValue {
    /// The type of the value.
    pub fn kind(&self) -> OptionKind {
        match self {
            OptionValue::Bool(_) => OptionKind::Bool,
            OptionValue::Integer(_) => OptionKind::Integer,
            OptionValue::String(_) => OptionKind::String,
            OptionValue::Strings(_) => OptionKind::Strings,
            OptionValue::Map(_) => OptionKind::Map,
        }
    }
}

/// The options of one rule as the configuration sets them; what is not set has its default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleOptions(pub BTreeMap<String, OptionValue>);

impl RuleOptions {
    /// A `bool` option; `default` where it is not set.
    pub fn bool(&self, name: &str, default: bool) -> bool {
        match self.0.get(name) {
            Some(OptionValue::Bool(value)) => *value,
            _ => default,
        }
    }

    /// An `integer` option; `default` where it is not set.
    pub fn integer(&self, name: &str, default: i64) -> i64 {
        match self.0.get(name) {
            Some(OptionValue::Integer(value)) => *value,
            _ => default,
        }
    }

    /// A `string` option, if set.
    pub fn string(&self, name: &str) -> Option<&str> {
        match self.0.get(name) {
            Some(OptionValue::String(value)) => Some(value),
            _ => None,
        }
    }

    /// A `strings` option; empty where it is not set.
    pub fn strings(&self, name: &str) -> &[String] {
        match self.0.get(name) {
            Some(OptionValue::Strings(values)) => values,
            _ => &[],
        }
    }

    /// A `map` option, if set.
    pub fn map(&self, name: &str) -> Option<&BTreeMap<String, String>> {
        match self.0.get(name) {
            Some(OptionValue::Map(values)) => Some(values),
            _ => None,
        }
    }
}
