use std::path::{Component, Path, PathBuf};

/// A path as it is shown: relative to the current folder where it lies within, `/` between folders.
pub fn display(path: &Path) -> String {
    display_from(path, std::env::current_dir().ok().as_deref())
}

/// [`display`] with the current folder given, for many paths.
pub fn display_from(path: &Path, current: Option<&Path>) -> String {
    let inner = current.and_then(|current| path.strip_prefix(current).ok());
    let shown: PathBuf = inner.unwrap_or(path).components().filter(|part| !matches!(part, Component::CurDir)).collect();
    let shown = shown.to_string_lossy();
    match shown.as_ref() {
        "" => ".".to_string(),
        shown if std::path::MAIN_SEPARATOR == '\\' => shown.replace('\\', "/"),
        shown => shown.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_shown_from_the_current_folder() {
        let here = Path::new("/work/app");
        let shown = |path: &str| display_from(Path::new(path), Some(here));
        assert_eq!(shown("/work/app/x/Dockerfile"), "x/Dockerfile");
        assert_eq!(shown("./x/./Dockerfile"), "x/Dockerfile");
        assert_eq!(shown("../Dockerfile"), "../Dockerfile");
        assert_eq!(shown("/work/app"), ".");
        assert_eq!(shown("/other/Dockerfile"), "/other/Dockerfile");
    }
}
