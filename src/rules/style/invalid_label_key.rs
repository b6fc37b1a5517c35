use super::shared_labels::labels;
use crate::rules::DockerfileCx;

/// A label key that is not written as Docker recommends, or that is reserved.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for label in labels(cx) {
        let key = &label.key;
        let reserved = RESERVED.iter().find(|prefix| key.starts_with(**prefix));
        let (message, note) = match reserved {
            Some(prefix) => (format!("label keys in `{prefix}` are reserved for Docker"), "use a domain of your own"),
            None if is_well_formed(key) => continue,
            None => (
                format!("label key `{key}` is not well-formed"),
                "begin with a lower-case letter, use lower-case letters, digits and single `.`, `-` or `/` between",
            ),
        };
        cx.report(label.key_span, message).note(note);
    }
}

const RESERVED: [&str; 3] = ["com.docker.", "io.docker.", "org.dockerproject."];

fn is_well_formed(key: &str) -> bool {
    let edge = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    key.starts_with(|c: char| c.is_ascii_lowercase())
        && key.ends_with(edge)
        && key.chars().all(|c| edge(c) || matches!(c, '.' | '-' | '_' | '/'))
        && !key.contains("..")
        && !key.contains("--")
}
