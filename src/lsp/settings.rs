//! The client's settings: the section `cachalot` of its configuration.

use serde_json::{Map, Value};

use crate::config::{Overrides, ShellEngine, check_rule_name};
use crate::diagnostic::Severity;

/// The section's name.
pub(super) const SECTION: &str = "cachalot";

/// What is shown beyond findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    /// Inlay hints behind steps.
    pub(super) hints: bool,
    /// Code lenses above them; `None` where nobody chose.
    pub(super) lenses: Option<Lenses>,
    /// Tags and digests from registries in completion: the only thing that asks the network.
    pub(super) registries: bool,
}

impl Default for Shown {
    fn default() -> Shown {
        Shown { hints: true, lenses: None, registries: false }
    }
}

/// Which code lenses are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lenses {
    /// None.
    Off,
    /// What runs if the open texts are saved, and a sum over the history.
    Rebuilds,
    /// Each step's numbers as well.
    All,
}

impl Shown {
    fn set(&mut self, cache: &Map<String, Value>) -> Option<()> {
        for (key, value) in cache.iter().filter(|(_, value)| !value.is_null()) {
            match key.as_str() {
                "inlayHints" => self.hints = value.as_bool()?,
                "codeLenses" => {
                    self.lenses = Some(match value.as_str()? {
                        "off" => Lenses::Off,
                        "rebuilds" => Lenses::Rebuilds,
                        "all" => Lenses::All,
                        _ => return None,
                    })
                }
                _ => {}
            }
        }
        Some(())
    }
}

/// What the client sets on top of the configuration files.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    pub(super) overrides: Overrides,
    /// A configuration file to read instead of the nearest; empty for none at all.
    pub(super) configuration: Option<String>,
    /// What is shown beyond findings.
    pub(super) shown: Shown,
}

impl Settings {
    /// Reads the section. What cannot be read is left out and named: an editor's typing error must
    /// not silence the server.
    pub(super) fn read(section: &Value) -> (Settings, Vec<String>) {
        let mut settings = Settings::default();
        let mut faults = Vec::new();
        for (key, value) in section.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
            if settings.set(key, value).is_none() {
                faults.push(format!("the setting `{SECTION}.{key}` cannot be read: {value}"));
            }
        }
        let Overrides { select, ignore, severities, .. } = &mut settings.overrides;
        select.retain(|name| is_rule("select", name, &mut faults));
        ignore.retain(|name| is_rule("ignore", name, &mut faults));
        severities.retain(|(name, _)| is_rule("severities", name, &mut faults));
        (settings, faults)
    }

    /// `None` for a value that does not fit. Settings of the editor's extension are none of ours.
    fn set(&mut self, key: &str, value: &Value) -> Option<()> {
        let Settings { overrides, configuration, shown } = self;
        match key {
            "preset" => overrides.preset = Some(value.as_str()?.parse().ok()?),
            "select" => overrides.select = strings(value)?,
            "ignore" => overrides.ignore = strings(value)?,
            "severities" => overrides.severities = severities(value.as_object()?)?,
            "target" => overrides.target = Some(value.as_str()?.to_string()).filter(|it| !it.is_empty()),
            "buildArgs" => overrides.build_args = pairs(value.as_object()?)?,
            "context" => overrides.context = Some(value.as_str()?.to_string()).filter(|it| !it.is_empty()),
            "shellEngine" => overrides.shell = Some(value.as_str()?.parse::<ShellEngine>().ok()?),
            "registries" => shown.registries = value.as_bool()?,
            "cache" => shown.set(value.as_object()?)?,
            "configuration" if value == false => *configuration = Some(String::new()),
            "configuration" => *configuration = Some(value.as_str()?.to_string()).filter(|it| !it.is_empty()),
            _ => {}
        }
        Some(())
    }
}

/// True for a rule's name; what is none is named.
fn is_rule(key: &str, name: &str, faults: &mut Vec<String>) -> bool {
    let Err(help) = check_rule_name(name) else { return true };
    let help = help.map(|help| format!(", {help}")).unwrap_or_default();
    faults.push(format!("the setting `{SECTION}.{key}` names no rule: `{name}`{help}"));
    false
}

fn strings(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|it| Some(it.as_str()?.to_string())).collect()
}

fn pairs(object: &Map<String, Value>) -> Option<Vec<(String, String)>> {
    object.iter().map(|(name, value)| Some((name.clone(), value.as_str()?.to_string()))).collect()
}

fn severities(object: &Map<String, Value>) -> Option<Vec<(String, Option<Severity>)>> {
    let severity = |value: &Value| match value.as_str()? {
        "off" => Some(None),
        word => word.parse().ok().map(Some),
    };
    object.iter().map(|(rule, value)| Some((rule.clone(), severity(value)?))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_cannot_be_read_is_named_and_the_rest_counts() {
        let (settings, faults) = Settings::read(&json!({
            "preset": "all", "select": "x", "ignore": ["sudo-usd"],
            "severities": {"sudo-used": "off", "DL3008": "error", "b": "error"}, "path": "/bin/x", "target": null,
        }));
        assert_eq!(settings.overrides.severities.len(), 2);
        assert!(settings.overrides.preset.is_some() && settings.overrides.target.is_none());
        assert_eq!(
            faults,
            [
                "the setting `cachalot.select` cannot be read: \"x\"",
                "the setting `cachalot.ignore` names no rule: `sudo-usd`, did you mean `sudo-used`?",
                "the setting `cachalot.severities` names no rule: `b`",
            ]
        );
        assert!(Settings::read(&json!("x")).1.is_empty());
    }
}
