use super::shared_labels::check_type;
use crate::rules::DockerfileCx;

/// A label that the schema wants to be a git hash, short or whole.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    check_type(cx, "hash", "a git hash", is_valid);
}

fn is_valid(value: &str) -> bool {
    matches!(value.len(), 7 | 40) && value.bytes().all(|b| b.is_ascii_hexdigit())
}
