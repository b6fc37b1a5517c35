use toml_edit::{Array, DocumentMut, Item, Value};

/// The text of a cachalot.toml with `rule` among those that are ignored everywhere; everything else
/// stays as it is written. `None` where the text cannot be read, or ignores the rule already.
pub fn ignoring(text: &str, rule: &str) -> Option<String> {
    let mut document: DocumentMut = text.parse().ok()?;
    if !text.trim().is_empty() && document.iter().all(|(_, item)| item.is_table_like() && !item.is_value()) {
        return Some(format!("ignore = [\"{rule}\"]\n\n{text}"));
    }
    let list = document.entry("ignore").or_insert(Item::Value(Value::Array(Array::new())));
    let list = list.as_array_mut()?;
    if list.iter().any(|it| it.as_str() == Some(rule)) {
        return None;
    }
    // In a list with a line for each, the new one gets its own.
    let last = list.len().checked_sub(1).and_then(|at| list.get(at));
    let before = last.and_then(|it| it.decor().prefix()?.as_str()).map(str::to_string);
    match before.filter(|it| it.contains('\n')) {
        Some(before) => list.push_formatted(Value::from(rule).decorated(before, "")),
        None => list.push(rule),
    }
    Some(document.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_joins_those_that_are_ignored() {
        let with = |text: &str| ignoring(text, "latest-tag");
        assert_eq!(with("").as_deref(), Some("ignore = [\"latest-tag\"]\n"));
        assert_eq!(
            with("# ours\npreset = \"all\"\n\n[cache]\ncommits = 9\n").as_deref(),
            Some("# ours\npreset = \"all\"\nignore = [\"latest-tag\"]\n\n[cache]\ncommits = 9\n")
        );
        let tables = "# ours\n[cache]\ncommits = 9\n";
        assert_eq!(with(tables), Some(format!("ignore = [\"latest-tag\"]\n\n{tables}")));
        assert_eq!(with("ignore = [\"a\"] # why\n").as_deref(), Some("ignore = [\"a\", \"latest-tag\"] # why\n"));
        assert_eq!(
            with("ignore = [\n    \"a\",\n    \"b\",\n]\n").as_deref(),
            Some("ignore = [\n    \"a\",\n    \"b\",\n    \"latest-tag\",\n]\n")
        );
        assert_eq!(with("ignore = [\"latest-tag\"]\n"), None);
        assert_eq!(with("ignore = 1\n"), None);
        assert_eq!(with("ignore = [\n"), None);
    }
}
