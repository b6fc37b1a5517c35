//! How the rules of this category put things.

/// The text in backticks, on one line.
pub(super) fn code(text: &str) -> String {
    format!("`{}`", text.replace(['`', '\n', '\r'], " "))
}

/// `a`, `b` and `c`; beyond `most` only their number.
pub(super) fn list(items: &[&str], most: usize) -> String {
    let shown: Vec<String> = items.iter().take(most).map(|item| code(item)).collect();
    match (shown.as_slice(), items.len().saturating_sub(most)) {
        ([], _) => String::new(),
        ([one], 0) => one.clone(),
        ([rest @ .., last], 0) => format!("{} and {last}", rest.join(", ")),
        (all, more) => format!("{} and {more} more", all.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_as_a_person_writes_them() {
        assert_eq!(list(&["a"], 4), "`a`");
        assert_eq!(list(&["a", "b", "c"], 4), "`a`, `b` and `c`");
        assert_eq!(list(&["a", "b", "c"], 1), "`a` and 2 more");
    }
}
