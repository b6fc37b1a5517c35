use super::shared_labels::check_type;
use crate::rules::DockerfileCx;

/// A label that the schema wants to be an email address.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    check_type(cx, "email", "an email address", is_valid);
}

fn is_valid(value: &str) -> bool {
    let Some((name, domain)) = value.rsplit_once('@') else { return false };
    let blank = value.contains(char::is_whitespace) || name.contains('@');
    let word = |part: &str| part.chars().all(|c| c.is_alphanumeric() || c == '-') && !part.starts_with('-');
    let part = |part: &str| !part.is_empty() && word(part) && !part.ends_with('-');
    !blank && name.split('.').all(|word| !word.is_empty()) && domain.split('.').all(part)
}
