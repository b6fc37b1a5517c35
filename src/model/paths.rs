//! Paths inside an image: always with `/`, whatever the machine.

pub use crate::syntax::dockerignore::clean_path as clean;

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
    fn knows_absolute_paths_of_both_worlds() {
        assert!(["/x", "C:\\x", "c:/x", "\\x"].iter().all(|path| is_absolute(path)));
        assert!(!["x", "./x", ":x", ""].iter().any(|path| is_absolute(path)));
    }
}
