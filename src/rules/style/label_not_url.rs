use super::shared_labels::check_type;
use crate::rules::DockerfileCx;

/// A label that the schema wants to be a URL.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    check_type(cx, "url", "a URL", is_valid);
}

fn is_valid(value: &str) -> bool {
    let Some((scheme, rest)) = value.split_once("://") else { return false };
    let is_scheme = |b: u8| b.is_ascii_alphanumeric() || b"+-.".contains(&b);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(is_scheme)
        && !host.is_empty()
        && !value.contains(char::is_whitespace)
}
