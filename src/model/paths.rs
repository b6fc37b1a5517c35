//! Paths inside an image: always with `/`, whatever the machine.

pub use crate::syntax::dockerignore::clean_path as clean;

/// The path from the root of a context or a repository: cleaned, `..` stops at the root, without a slash
/// in front; empty for the root itself.
pub fn from_root(path: &str) -> String {
    clean(&format!("/{path}")).split_off(1)
}

/// True for `/x`, and for `C:\x`, `C:/x` and `\x` of Windows images.
pub fn is_absolute(path: &str) -> bool {
    let drive = || path.as_bytes().get(1) == Some(&b':') && path.as_bytes()[0].is_ascii_alphabetic();
    path.starts_with(['/', '\\']) || drive()
}

/// True for a COPY source that is a pattern: it holds `*`, `?` or `[` without a `\` before it.
pub fn has_wildcard(path: &str) -> bool {
    let mut chars = path.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            '*' | '?' | '[' => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_begin_at_the_root() {
        assert_eq!(["./a/b/", "/a//b", "../a/b", "a/x/../b"].map(from_root), ["a/b"; 4]);
        assert_eq!(["", ".", "/", ".."].map(from_root), [""; 4]);
    }

    #[test]
    fn knows_absolute_paths_of_both_worlds() {
        assert!(["/x", "C:\\x", "c:/x", "\\x"].iter().all(|path| is_absolute(path)));
        assert!(!["x", "./x", ":x", ""].iter().any(|path| is_absolute(path)));
    }
}
