use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Config, Origin};
use crate::rules::{self, OptionValue};

/// One line of `cachalot config show`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The key as in `cachalot.toml`, dotted: `rules.missing-workdir.severity`.
    pub key: String,
    /// The value.
    pub value: Value,
    /// Where it came from.
    pub origin: Origin,
}

impl Config {
    /// Every value with where it came from, in the order to show them.
    pub fn shown(&self) -> Vec<Shown> {
        let mut out = vec![
            shown("preset", self.preset.value.as_str(), &self.preset.origin),
            shown("fail-on", self.fail_on.value.to_string(), &self.fail_on.origin),
            shown("target", json!(self.target.value), &self.target.origin),
            shown("context", json!(self.context.value), &self.context.origin),
            shown("baseline", json!(self.baseline.value), &self.baseline.origin),
            shown("shell.engine", self.shell.value.to_string(), &self.shell.origin),
        ];
        out.extend(
            self.build_args
                .iter()
                .map(|(name, set)| shown(format!("build-args.{name}"), set.value.as_str(), &set.origin)),
        );
        for ((section, key), origin) in &self.section_origins {
            let Some(value) = self.section(section).0.get(key) else { continue };
            if (*section, key.as_str()) != ("shell", "engine") {
                out.push(shown(format!("{section}.{key}"), json!(value), origin));
            }
        }
        self.show_rules(&mut out);
        out
    }

    /// All of the configuration that decides which diagnostics a file has, as text: equal texts, equal
    /// diagnostics. Where values came from is not in it, nor the names of folders, whose files decide.
    pub fn identity(&self) -> String {
        let elsewhere = ["context", "baseline", "fail-on"];
        let mut out = format!("{} {}\n", self.no_hadolint_comments, self.codes_by_preset);
        for Shown { key, value, .. } in self.shown().into_iter().filter(|it| !elsewhere.contains(&it.key.as_str())) {
            let _ = writeln!(out, "{key}={value}");
        }
        let unasked = |at: &super::RuleState| matches!(at.severity.origin, Origin::Default | Origin::Preset(_));
        out.extend(self.rules.iter().map(|at| if unasked(at) { '.' } else { '!' }));
        out
    }

    fn show_rules(&self, out: &mut Vec<Shown>) {
        for (rule, state) in rules::all().iter().zip(&self.rules) {
            let severity = state.severity.value.map_or("off", |severity| severity.as_str());
            out.push(shown(format!("rules.{}.severity", rule.name), severity, &state.severity.origin));
            for option in rule.options {
                let value = state.options.0.get(option.name);
                let origin = state.origins.get(option.name).unwrap_or(&Origin::Default);
                let default = || serde_json::from_str(option.default).unwrap_or(json!(option.default));
                let value = value.map_or_else(default, |value: &OptionValue| json!(value));
                out.push(shown(format!("rules.{}.{}", rule.name, option.name), value, origin));
            }
        }
        for (code, set) in &self.codes {
            let off = if set.selected { "on" } else { "off" };
            let severity = set.value.map_or(off, |severity| severity.as_str());
            out.push(shown(format!("rules.{code}.severity"), severity, &set.origin));
        }
    }
}

fn shown(key: impl Into<String>, value: impl Into<Value>, origin: &Origin) -> Shown {
    Shown { key: key.into(), value: value.into(), origin: origin.clone() }
}
