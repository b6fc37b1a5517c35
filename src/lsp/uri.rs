//! `file:` URIs and paths. Every other URI is a name and stays as the client wrote it.

use std::path::{Path, PathBuf};

/// The path of a `file:` URI on this machine.
pub(super) fn file_path(uri: &str) -> Option<PathBuf> {
    let (scheme, rest) = uri.split_once(':')?;
    // `file:///x`, and what some clients write: `file://localhost/x` and `file:/x`.
    let path = match rest.strip_prefix("//") {
        Some(rest) => rest.strip_prefix("localhost").unwrap_or(rest),
        None => rest,
    };
    if !scheme.eq_ignore_ascii_case("file") || !path.starts_with('/') {
        return None;
    }
    let path = String::from_utf8(unescaped(path)).ok()?;
    let drive = path.as_bytes().get(2) == Some(&b':');
    Some(PathBuf::from(if drive { &path[1..] } else { &path }))
}

fn unescaped(path: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match hex.and_then(|two| u8::from_str_radix(two, 16).ok()).filter(|_| first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    bytes
}

/// The URI of an absolute path.
pub(super) fn path_uri(path: &Path) -> String {
    let path = path.to_string_lossy().replace('\\', "/");
    let root = if path.starts_with('/') { "" } else { "/" };
    let mut uri = format!("file://{root}");
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(byte as char),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_survive_the_way_there_and_back() {
        for path in ["/a b/\u{e9}%/Dockerfile", "/x"] {
            assert_eq!(file_path(&path_uri(Path::new(path))), Some(PathBuf::from(path)));
        }
        assert_eq!(file_path("file:///c%3A/x"), Some(PathBuf::from("c:/x")));
        for uri in ["file:/a/x", "file://localhost/a/x", "FILE:///a/x"] {
            assert_eq!(file_path(uri), Some(PathBuf::from("/a/x")), "{uri}");
        }
        assert_eq!(file_path("untitled:Dockerfile"), None);
        assert_eq!(file_path("file:x"), None);
        assert_eq!(file_path("file://host/x"), None);
    }
}
