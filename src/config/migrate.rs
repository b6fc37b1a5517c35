//! Other tools' configurations as one `cachalot.toml`.

use std::collections::{BTreeMap, BTreeSet};

use toml_edit::{Array, Document, DocumentMut, InlineTable, Item, Table, TableLike, Value, value};

use super::error::ConfigError;
use super::file::Settings;
use super::hadolint;
use crate::rules::{self, OptionKind, OptionValue};

/// A configuration made of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migrated {
    /// The text of a `cachalot.toml`.
    pub text: String,
    /// What has no counterpart, one sentence each, with its file.
    pub left: Vec<String>,
}

/// Reads `.hadolint.yaml`, `.dive-ci`, `.dockleignore` and `tally.toml`, told apart by their names, each
/// with its text.
pub fn migrate(files: &[(String, String)]) -> Result<Migrated, ConfigError> {
    let mut draft = Draft::default();
    for (path, text) in files {
        let name = path.rsplit('/').next().unwrap_or(path);
        let left = match name {
            _ if name.ends_with(".dive-ci") => draft.dive(path, text)?,
            _ if name.ends_with(".dockleignore") => draft.dockle(text),
            _ if name.ends_with("tally.toml") => draft.tally(path, text)?,
            _ if name.contains("hadolint") && super::is_hadolint_file(name) => draft.hadolint(path, text)?,
            _ => {
                let known = ".hadolint.yaml, .dive-ci, .dockleignore, tally.toml";
                return Err(ConfigError::new(path, format!("is none of {known}")));
            }
        };
        draft.left.extend(left.into_iter().map(|why| format!("{path}: {why}")));
    }
    let names: Vec<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
    Ok(Migrated { text: draft.text(&names), left: draft.left })
}

#[derive(Default)]
struct Draft {
    preset: Option<String>,
    fail_on: Option<String>,
    select: BTreeSet<String>,
    ignore: BTreeSet<String>,
    rules: BTreeMap<String, BTreeMap<String, Value>>,
    image: BTreeMap<String, String>,
    left: Vec<String>,
}

type Left = Vec<String>;

impl Draft {
    fn hadolint(&mut self, path: &str, text: &str) -> Result<Left, ConfigError> {
        let (settings, left) = hadolint::to_migrate(path, text)?;
        let Settings { preset, fail_on, ignore, rules, .. } = settings;
        self.preset = preset.map(|it| it.value.to_string());
        self.fail_on = fail_on.map(|it| it.value.to_string());
        self.ignore.extend(ignore.into_iter().map(|it| it.value));
        for rule in rules {
            let keys = self.rules.entry(rule.value.name).or_default();
            if let Some(severity) = rule.value.severity.filter(|it| it.line > 0) {
                let word = severity.value.map_or("off", |it| it.as_str());
                keys.insert("severity".to_string(), word.into());
            }
            keys.extend(rule.value.options.into_iter().map(|it| (it.value.0.to_string(), option_value(it.value.1))));
        }
        Ok(left)
    }

    fn dive(&mut self, path: &str, text: &str) -> Result<Left, ConfigError> {
        const KEYS: [(&str, &str); 3] = [
            ("lowestEfficiency", "min-efficiency"),
            ("highestWastedBytes", "max-wasted"),
            ("highestUserWastedPercent", "max-wasted-percent"),
        ];
        let file: serde_json::Value =
            serde_saphyr::from_str(text).map_err(|_| ConfigError::new(path, "is not the YAML that dive reads"))?;
        let mut left = Left::new();
        for (key, value) in file.get("rules").and_then(|it| it.as_object()).into_iter().flatten() {
            let word = value.as_str().map_or_else(|| value.to_string(), str::to_string);
            match KEYS.iter().find(|(theirs, _)| theirs == key) {
                Some((_, ours)) if word == "disabled" => {
                    drop(self.image.insert((*ours).to_string(), "off".to_string()))
                }
                Some((_, ours)) => drop(self.image.insert((*ours).to_string(), word)),
                None => left.push(format!("`{key}` has no counterpart")),
            }
        }
        Ok(left)
    }

    fn dockle(&mut self, text: &str) -> Left {
        let mut left = Left::new();
        for code in text.lines().map(|line| line.split('#').next().unwrap_or("").trim()).filter(|it| !it.is_empty()) {
            if rules::named(code).is_empty() {
                left.push(format!("`{code}` has no counterpart: nothing is to be ignored"));
            } else {
                self.ignore.insert(code.to_string());
            }
        }
        left
    }

    fn tally(&mut self, path: &str, text: &str) -> Result<Left, ConfigError> {
        let document = Document::parse(text).map_err(|error| {
            ConfigError::new(path, error.message().lines().next().unwrap_or("invalid TOML").to_string())
        })?;
        let mut left = Left::new();
        for (key, item) in document.as_table().iter() {
            match (key, item.as_table_like()) {
                ("output", Some(output)) => self.tally_output(output, &mut left),
                ("rules", Some(rules)) => self.tally_rules(rules, &mut left),
                _ => left.push(format!("`{key}` has no counterpart")),
            }
        }
        Ok(left)
    }

    fn tally_output(&mut self, output: &dyn TableLike, left: &mut Left) {
        for (key, item) in output.iter() {
            match (key, item.as_str()) {
                ("fail-level", Some("style")) => self.fail_on = Some("hint".to_string()),
                ("fail-level", Some("none")) => self.fail_on = Some("never".to_string()),
                ("fail-level", Some(word)) => self.fail_on = Some(word.to_string()),
                ("format", Some(word)) => left.push(format!("`output.format`: an option, `--format {word}`")),
                _ => left.push(format!("`output.{key}`: see the options of `cachalot lint`")),
            }
        }
    }

    fn tally_rules(&mut self, table: &dyn TableLike, left: &mut Left) {
        for (key, item) in table.iter() {
            match (key, item.as_table_like()) {
                ("include" | "exclude", _) => {
                    for name in item.as_array().into_iter().flatten().filter_map(Value::as_str) {
                        match known(name) {
                            Some(name) if key == "include" => drop(self.select.insert(name.to_string())),
                            Some(name) => drop(self.ignore.insert(name.to_string())),
                            None => left.push(format!("`{name}` in `rules.{key}` has no counterpart")),
                        }
                    }
                }
                (_, Some(names)) => {
                    for (name, item) in names.iter() {
                        self.tally_rule(&format!("{key}/{name}"), item, left);
                    }
                }
                _ => left.push(format!("`rules.{key}` has no counterpart")),
            }
        }
    }

    fn tally_rule(&mut self, theirs: &str, item: &Item, left: &mut Left) {
        let (Some(name), Some(keys)) = (known(theirs), item.as_table_like()) else {
            left.push(format!("`{theirs}` has no counterpart"));
            return;
        };
        let mut ours = BTreeMap::new();
        for (key, item) in keys.iter() {
            match (key, item.as_value()) {
                ("severity", Some(word)) => {
                    let word = if word.as_str() == Some("style") { "hint".into() } else { word.clone() };
                    ours.insert(key.to_string(), word.decorated(" ", ""));
                }
                (key, Some(value)) => match option_named(name, key, value) {
                    Some(option) => drop(ours.insert(option.to_string(), value.clone().decorated(" ", ""))),
                    None => left.push(format!("the option `{key}` of `{theirs}` has no counterpart")),
                },
                _ => left.push(format!("the option `{key}` of `{theirs}` has no counterpart")),
            }
        }
        if !ours.is_empty() {
            self.rules.entry(name.to_string()).or_default().extend(ours);
        }
    }

    fn text(&self, files: &[&str]) -> String {
        let mut toml = DocumentMut::new();
        if let Some(preset) = &self.preset {
            toml["preset"] = value(preset);
        }
        for (key, names) in [("select", &self.select), ("ignore", &self.ignore)] {
            if !names.is_empty() {
                toml[key] = value(names.iter().collect::<Array>());
            }
        }
        if let Some(threshold) = &self.fail_on {
            toml["fail-on"] = value(threshold);
        }
        self.rules(&mut toml);
        if !self.image.is_empty() {
            toml["image"] = Item::Table(self.image.iter().map(|(key, bound)| (key.as_str(), value(bound))).collect());
        }
        let mut text = format!("# Made from {} by `cachalot migrate`.\n", files.join(", "));
        text.push_str(&toml.to_string());
        text
    }

    /// A rule of which only the severity is set takes one line.
    fn rules(&self, toml: &mut DocumentMut) {
        let mut table = Table::new();
        let mut tables: Vec<(&str, Table)> = Vec::new();
        for (name, keys) in self.rules.iter().filter(|(_, keys)| !keys.is_empty()) {
            match (keys.get("severity"), keys.len()) {
                (Some(severity), 1) => table[name] = value(severity.clone()),
                _ => tables.push((name, keys.iter().map(|(key, it)| (key.as_str(), value(it.clone()))).collect())),
            }
        }
        table.set_implicit(table.is_empty());
        for (name, inner) in tables {
            table[name] = Item::Table(inner);
        }
        if !table.is_empty() {
            toml["rules"] = Item::Table(table);
        }
    }
}

/// The name by which we know what tally calls `namespace/name`.
fn known(theirs: &str) -> Option<&str> {
    let name = theirs.rsplit('/').next()?;
    (!rules::named(name).is_empty() || rules::is_shellcheck_code(name)).then_some(name)
}

/// The option of ours that takes that value under a name like theirs.
fn option_named(rule: &str, theirs: &str, value: &Value) -> Option<&'static str> {
    let kind = match value {
        Value::Boolean(_) => OptionKind::Bool,
        Value::Integer(_) => OptionKind::Integer,
        Value::String(_) => OptionKind::String,
        Value::Array(_) => OptionKind::Strings,
        Value::InlineTable(_) => OptionKind::Map,
        _ => return None,
    };
    let rules = rules::named(rule);
    let mut options = rules.iter().flat_map(|rule| rule.options).filter(|it| it.kind == kind);
    options.find(|it| it.name == theirs || theirs.strip_prefix("trusted-") == Some(it.name)).map(|it| it.name)
}

fn option_value(value: OptionValue) -> Value {
    match value {
        OptionValue::Bool(it) => it.into(),
        OptionValue::Integer(it) => it.into(),
        OptionValue::String(it) => it.into(),
        OptionValue::Strings(list) => list.into_iter().collect::<Array>().into(),
        OptionValue::Map(map) => map.into_iter().collect::<InlineTable>().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Loaded;

    fn migrated(files: &[(&str, &str)]) -> (String, Vec<String>) {
        let files: Vec<_> = files.iter().map(|(name, text)| (name.to_string(), text.to_string())).collect();
        let Migrated { text, left } = migrate(&files).unwrap_or_else(|error| panic!("{error}"));
        Loaded::from_text("cachalot.toml", &text).unwrap_or_else(|error| panic!("{error} in\n{text}"));
        (text, left)
    }

    #[test]
    fn hadolint_s_file_keeps_its_rules() {
        let text = "ignored: [DL3008]\noverride:\n  error: [DL3015, SC2086]\ntrustedRegistries: [docker.io]\n\
                    label-schema: { author: text }\nstrict-labels: true\nfailure-threshold: warning\nformat: tty\n";
        let (text, left) = migrated(&[(".hadolint.yaml", text)]);
        let expected = "\
# Made from .hadolint.yaml by `cachalot migrate`.
preset = \"hadolint\"
ignore = [\"DL3008\"]
fail-on = \"warning\"

[rules]
DL3015 = \"error\"
SC2086 = \"error\"
";
        assert!(text.starts_with(expected), "{text}");
        assert!(text.contains("registries = [\"docker.io\"]") && text.contains("{ author = \"text\" }"), "{text}");
        assert_eq!(left, [".hadolint.yaml: `format: tty`: an option, `--format tty`"]);
    }

    #[test]
    fn others_join_it() {
        let dive =
            "rules:\n  lowestEfficiency: 0.95\n  highestWastedBytes: 20MB\n  highestUserWastedPercent: disabled\n";
        let dockle = "# why\nCIS-DI-0001\nDKL-XX-9999\n";
        let tally = "[output]\nfail-level = \"style\"\n[rules]\nexclude = [\"hadolint/DL3008\", \"tally/none-such\"]\n\
                     [rules.hadolint.DL3026]\nseverity = \"style\"\ntrusted-registries = [\"a.io\"]\n[ai]\nenabled = true\n";
        let (text, left) = migrated(&[(".dive-ci", dive), (".dockleignore", dockle), (".tally.toml", tally)]);
        let expected = "\
# Made from .dive-ci, .dockleignore, .tally.toml by `cachalot migrate`.
ignore = [\"CIS-DI-0001\", \"DL3008\"]
fail-on = \"hint\"

[rules.DL3026]
registries = [\"a.io\"]
severity = \"hint\"

[image]
max-wasted = \"20MB\"
max-wasted-percent = \"off\"
min-efficiency = \"0.95\"
";
        assert_eq!(text, expected);
        assert_eq!(
            left,
            [
                ".dockleignore: `DKL-XX-9999` has no counterpart: nothing is to be ignored",
                ".tally.toml: `tally/none-such` in `rules.exclude` has no counterpart",
                ".tally.toml: `ai` has no counterpart",
            ]
        );
    }
}
