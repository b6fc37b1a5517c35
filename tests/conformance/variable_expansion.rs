//! `variable-expansion.json`: `input` in `env` gives `expect`, a text or a list of words.

use std::collections::{BTreeMap, BTreeSet};

use cachalot::syntax::dockerfile::{Expansion, expand_word, expand_words};
use serde_json::Value;

/// Runs one case; the error says what was expected and what came.
pub(crate) fn check(case: &Value) -> Result<(), String> {
    let input = case["input"].as_str().ok_or("no input")?;
    let env: BTreeMap<String, String> =
        serde_json::from_value(case["env"].clone()).map_err(|error| error.to_string())?;
    let outcome = match case["api"].as_str() {
        Some("ProcessWords") => expand_words(input, '\\', &env).map(Value::from),
        _ => expand_word(input, '\\', &env).map(|word| observed(case, word)),
    };
    match (&outcome, case["error"] == Value::Bool(true)) {
        (Ok(value), false) if *value == case["expect"] => Ok(()),
        (Err(error), true) if case["error_message"].as_str().is_none_or(|told| told == error.to_string()) => Ok(()),
        _ => Err(format!("{input}: expected {} {}, got {outcome:?}", case["expect"], case["error_message"])),
    }
}

/// The text, or everything where the names looked up are not those that the case tells.
fn observed(case: &Value, word: Expansion) -> Value {
    let agree = |key: &str, names: &BTreeSet<String>| {
        case.get(key).is_none_or(|told| *told == Value::from_iter(names.iter().cloned()))
    };
    if agree("matched", &word.matched) && agree("unmatched", &word.unmatched) {
        return word.text.into();
    }
    format!("{word:?}").into()
}
