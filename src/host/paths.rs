use std::path::{Component, Path, PathBuf};

/// A path as it is shown: relative to the current folder where it lies within, `/` between folders.
pub fn display(path: &Path) -> String {
    display_from(path, std::env::current_dir().ok().as_deref())
}

/// [`display`] with the current folder given, for many paths.
pub fn display_from(path: &Path, current: Option<&Path>) -> String {
    let inner = current.and_then(|current| path.strip_prefix(current).ok());
    let shown: PathBuf = inner.unwrap_or(path).components().filter(|part| !matches!(part, Component::CurDir)).collect();
    if shown.as_os_str().is_empty() { ".".to_string() } else { slashed(&shown) }
}

/// The path from the root, `.` and `..` taken out by name alone.
pub fn absolute(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf()).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                clean.pop();
            }
            part => clean.push(part),
        }
    }
    clean
}

/// The path with `/` between folders.
pub fn slashed(path: &Path) -> String {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '\\' { text.replace('\\', "/") } else { text.into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_shown_from_the_current_folder() {
        let here = Path::new("/srv/app");
        let shown = |path: &str| display_from(Path::new(path), Some(here));
        assert_eq!(shown("/srv/app/x/Dockerfile"), "x/Dockerfile");
        assert_eq!(shown("./x/./Dockerfile"), "x/Dockerfile");
        assert_eq!(shown("../Dockerfile"), "../Dockerfile");
        assert_eq!(shown("/srv/app"), ".");
        assert_eq!(shown("/other/Dockerfile"), "/other/Dockerfile");
    }
}
