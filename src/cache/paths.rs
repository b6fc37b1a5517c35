//! Paths of the frontend: absolute, cleaned, with what their endings mean to it.

use crate::model::paths::clean;
pub(super) use crate::model::paths::has_wildcard;

/// `path` from the root, cleaned.
pub(super) fn absolute(path: &str) -> String {
    clean(&format!("/{path}"))
}

/// `path` seen from `folder`, cleaned; with `keep_slash` an ending in `/` or `/.` stays, because a
/// destination means something else with it.
pub(super) fn join(folder: &str, path: &str, keep_slash: bool) -> String {
    let mut joined = if path.starts_with('/') { clean(path) } else { absolute(&format!("{folder}/{path}")) };
    if !keep_slash {
        return joined;
    }
    if path.ends_with('/') && !joined.ends_with('/') {
        joined.push('/');
    } else if path.ends_with("/.") {
        if joined != "/" {
            joined.push('/');
        }
        joined.push('.');
    }
    joined
}

/// The last part of a path; `/` for the root, as Go's `path.Base` says.
pub(super) fn base(path: &str) -> &str {
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() { "/" } else { trimmed.rsplit('/').next().unwrap_or(trimmed) }
}

/// True if `path` is `folder` or lies below it; both without a slash at either end, and an empty
/// folder is the root.
pub(super) fn is_within(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
