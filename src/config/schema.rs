use serde_json::{Map, Value, json};

use super::{Preset, sections};
use crate::rules::{self, OptionKind, Rule, RuleOption};

/// The JSON Schema of `cachalot.toml`, made from the registry.
pub fn schema() -> Value {
    let mut top = settings();
    top.insert("extends".into(), described(one_or_more(), "Configuration files to begin with, relative to this one."));
    top.insert("exclude".into(), described(one_or_more(), "Globs of files that are not linted."));
    let baseline = "The file of known problems that do not count, relative to this one.";
    top.insert("baseline".into(), described(json!({ "type": "string" }), baseline));
    let mut inner = settings();
    inner.insert("paths".into(), described(one_or_more(), "Globs of the files that this override is about."));
    let over = json!({ "type": "object", "additionalProperties": false, "required": ["paths"], "properties": inner });
    top.insert(
        "overrides".into(),
        json!({ "type": "array", "items": over, "description": "Settings for some paths only." }),
    );
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "cachalot.toml",
        "description": "Configuration of cachalot, a Dockerfile linter and layer-cache analyzer.",
        "type": "object",
        "additionalProperties": false,
        "properties": top,
        "definitions": {
            "severity": { "enum": ["error", "warning", "info", "hint", "off"] },
            "ruleName": { "anyOf": [{ "enum": rule_names() }, { "type": "string", "pattern": "^SC[0-9]{4}$" }] },
        },
    })
}

fn settings() -> Map<String, Value> {
    let names = json!({ "type": "array", "items": { "$ref": "#/definitions/ruleName" } });
    let presets = Preset::ALL.map(Preset::as_str);
    let thresholds = ["error", "warning", "info", "hint", "never"];
    let mut keys = Map::new();
    let mut add = |name: &str, schema: Value, text: &str| keys.insert(name.to_string(), described(schema, text));
    add("preset", json!({ "enum": presets, "default": "recommended" }), "The rules to begin with.");
    add("select", names.clone(), "Rules switched on in addition to the preset, by name or alias.");
    add("ignore", names, "Rules switched off, by name or alias.");
    add("fail-on", json!({ "enum": thresholds, "default": "warning" }), "The severity from which a run fails.");
    add("target", json!({ "type": "string" }), "The stage to build; the last one by default.");
    let texts = json!({ "type": "object", "additionalProperties": { "type": "string" } });
    add("build-args", texts, "Build arguments by name.");
    add("context", json!({ "type": "string" }), "The build context's folder, relative to this file.");
    add("rules", all_rules(), "Severity and options of single rules.");
    for section in sections() {
        add(section.name, object(section.keys.iter()), section.summary);
    }
    keys
}

fn all_rules() -> Value {
    let mut properties = Map::new();
    for rule in rules::all() {
        for name in std::iter::once(rule.name).chain(rule.aliases.iter().copied()) {
            properties.insert(name.to_string(), rule_schema(rule));
        }
    }
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
        "patternProperties": { "^SC[0-9]{4}$": { "$ref": "#/definitions/severity" } },
    })
}

fn rule_schema(rule: &Rule) -> Value {
    let mut table = object(rule.options.iter());
    table["properties"]["severity"] = json!({ "$ref": "#/definitions/severity", "default": rule.severity.as_str() });
    described(json!({ "anyOf": [{ "$ref": "#/definitions/severity" }, table] }), rule.summary)
}

fn object<'a>(options: impl Iterator<Item = &'a RuleOption>) -> Value {
    let properties: Map<String, Value> = options.map(|it| (it.name.to_string(), option(it))).collect();
    json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

fn option(option: &RuleOption) -> Value {
    let mut schema = match option.kind {
        OptionKind::Bool => json!({ "type": "boolean" }),
        OptionKind::Integer => json!({ "type": "integer" }),
        OptionKind::String => json!({ "type": "string" }),
        OptionKind::Strings => json!({ "type": "array", "items": { "type": "string" } }),
        OptionKind::Map => json!({ "type": "object", "additionalProperties": { "type": "string" } }),
    };
    if let Some(value) = default(option) {
        schema["default"] = value;
    }
    described(schema, option.summary)
}

/// The option's default as JSON; pages write it as TOML, and for the types here the two are alike.
fn default(option: &RuleOption) -> Option<Value> {
    if option.kind == OptionKind::Map && option.default == "{}" {
        return Some(json!({}));
    }
    serde_json::from_str(option.default).ok()
}

fn one_or_more() -> Value {
    json!({ "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] })
}

fn described(mut schema: Value, text: &str) -> Value {
    schema["description"] = text.into();
    schema
}

fn rule_names() -> Vec<&'static str> {
    let mut names: Vec<&str> =
        rules::all().iter().flat_map(|rule| std::iter::once(rule.name).chain(rule.aliases.iter().copied())).collect();
    names.sort_unstable();
    names.dedup();
    names
}
