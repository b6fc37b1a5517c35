use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use crate::lint::FileKind;

/// A file to lint.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// Where it is, as reached from the path that the user gave.
    pub path: PathBuf,
    /// What to read it as.
    pub kind: FileKind,
    /// True if the user named this very file; false if it was met while walking a folder.
    pub named: bool,
}

/// Folders that are never walked: version control and installed packages.
const SKIPPED: [&str; 4] = [".git", ".hg", ".svn", "node_modules"];

/// All files to lint below `path`, sorted: itself if it is a file, whatever its name; else the
/// Dockerfiles and Markdown files of the folder that .gitignore leaves. Folders that cannot be read
/// come back as errors beside what was found elsewhere.
pub fn find(path: &Path) -> (Vec<Found>, Vec<ignore::Error>) {
    if !path.is_dir() {
        let kind = kind_of(path).unwrap_or(FileKind::Dockerfile);
        return (vec![Found { path: path.to_path_buf(), kind, named: true }], Vec::new());
    }
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    for entry in walker(path).build() {
        match entry {
            Ok(entry) => {
                let is_file = entry.file_type().is_some_and(|it| it.is_file() || it.is_symlink());
                let Some(kind) = is_file.then(|| kind_of(entry.path())).flatten() else { continue };
                if entry.path_is_symlink() && !entry.path().is_file() {
                    continue;
                }
                found.push(Found { path: entry.into_path(), kind, named: false });
            }
            Err(error) => errors.push(error),
        }
    }
    found.sort();
    (found, errors)
}

fn walker(path: &Path) -> WalkBuilder {
    let mut walker = WalkBuilder::new(path);
    // Dot folders such as .devcontainer hold Dockerfiles; .gitignore counts outside of git too.
    walker.hidden(false).require_git(false).follow_links(false);
    walker.filter_entry(|entry| {
        let is_folder = entry.file_type().is_some_and(|it| it.is_dir());
        !(is_folder && entry.depth() > 0 && SKIPPED.iter().any(|name| entry.file_name() == *name))
    });
    walker
}

/// What a file met while walking is, by its name.
fn kind_of(path: &Path) -> Option<FileKind> {
    FileKind::of(&path.file_name()?.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walking_honours_gitignore_and_is_sorted() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let put = |path: &str, text: &str| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().expect("is in a folder")).expect("creates");
            std::fs::write(path, text).expect("writes");
        };
        put(".gitignore", "out/\n");
        for path in ["b/Dockerfile", "a.dockerfile", "out/Dockerfile", ".devcontainer/Dockerfile", ".git/Dockerfile"] {
            put(path, "FROM a\n");
        }
        put("node_modules/x/Dockerfile", "FROM a\n");
        put("README.md", "# x\n");
        let (found, errors) = find(folder.path());
        let names: Vec<String> =
            found.iter().map(|it| super::super::display_from(&it.path, Some(folder.path()))).collect();
        assert_eq!(names, [".devcontainer/Dockerfile", "README.md", "a.dockerfile", "b/Dockerfile"]);
        assert!(errors.is_empty());
    }

    #[test]
    fn a_named_file_is_linted_whatever_its_name() {
        let (found, _) = find(Path::new("build.txt"));
        assert_eq!(found[0].kind, FileKind::Dockerfile);
        assert!(found[0].named);
    }
}
