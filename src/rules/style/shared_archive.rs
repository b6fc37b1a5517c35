//! Archives by their names.

/// True for a name with a suffix that ADD unpacks.
pub(in crate::rules) fn is_archive(path: &str) -> bool {
    const SUFFIXES: [&str; 16] = [
        ".tar", ".Z", ".bz2", ".gz", ".lz", ".lzma", ".tZ", ".tb2", ".tbz", ".tbz2", ".tgz", ".tlz", ".tpz", ".txz",
        ".xz", ".zst",
    ];
    let path = path.trim_matches(['"', '\'']);
    SUFFIXES.iter().any(|suffix| path.ends_with(suffix) && path.len() > suffix.len())
}
