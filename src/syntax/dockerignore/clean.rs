/// The shortest path that means the same, as Go's `path.Clean`: no `.`, no `//`, no `..` behind a
/// name, no `/` at the end; `.` for nothing.
pub fn clean_path(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    match (rooted, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_string(),
        (false, false) => parts.join("/"),
    }
}

/// The folder of a path, as Go's `path.Dir`; `.` for a bare name.
pub(super) fn parent(path: &str) -> String {
    clean_path(&path[..path.rfind('/').map_or(0, |slash| slash + 1)])
}
