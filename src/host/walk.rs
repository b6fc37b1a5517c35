use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

/// What a file is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A Dockerfile.
    Dockerfile,
    /// Markdown, whose fences may hold Dockerfiles.
    Markdown,
}

/// A file to lint.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// Where it is, as reached from the path that the user gave.
    pub path: PathBuf,
    /// What to read it as.
    pub kind: Kind,
    /// True if the user named this very file; false if it was met while walking a folder.
    pub named: bool,
}

/// Folders that are never walked: version control and installed packages.
const SKIPPED: [&str; 4] = [".git", ".hg", ".svn", "node_modules"];

/// Endings after `Dockerfile.` that say the file is something else: documentation, ignore files,
/// backups, and templates, which become Dockerfiles only when filled in.
const NOT_DOCKERFILES: [&str; 36] = [
    "dockerignore",
    "md",
    "markdown",
    "mdx",
    "rst",
    "adoc",
    "txt",
    "html",
    "orig",
    "rej",
    "bak",
    "swp",
    "swo",
    "patch",
    "diff",
    "j2",
    "jinja",
    "jinja2",
    "tmpl",
    "tpl",
    "gotmpl",
    "template",
    "erb",
    "mustache",
    "hbs",
    "ejs",
    "m4",
    "in",
    "json",
    "yaml",
    "yml",
    "toml",
    "lock",
    "py",
    "go",
    "sh",
];

/// All files to lint below `path`, sorted: itself if it is a file, whatever its name; else the
/// Dockerfiles and Markdown files of the folder that .gitignore leaves. Folders that cannot be read
/// come back as errors beside what was found elsewhere.
pub fn find(path: &Path) -> (Vec<Found>, Vec<ignore::Error>) {
    if !path.is_dir() {
        let kind = if is_markdown(path) { Kind::Markdown } else { Kind::Dockerfile };
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

/// What a file met while walking is, by its name; letters in any case.
pub fn kind_of(path: &Path) -> Option<Kind> {
    let name = path.file_name()?.to_string_lossy().to_lowercase();
    if is_dockerfile(&name) {
        Some(Kind::Dockerfile)
    } else if is_markdown(path) {
        Some(Kind::Markdown)
    } else {
        None
    }
}

fn is_dockerfile(name: &str) -> bool {
    if name.ends_with(".dockerfile") && name.len() > ".dockerfile".len() {
        return true;
    }
    let rest = match name.strip_prefix("dockerfile") {
        Some(rest) => rest,
        None => name.strip_prefix("containerfile").unwrap_or("-"),
    };
    let named = rest.is_empty() || rest.starts_with('.') || name.starts_with("containerfile");
    let ending = rest.rsplit_once('.').map_or("", |(_, ending)| ending);
    named && !rest.ends_with('~') && !NOT_DOCKERFILES.contains(&ending)
}

fn is_markdown(path: &Path) -> bool {
    let ending = path.extension().map(|it| it.to_string_lossy().to_lowercase());
    ending.is_some_and(|it| it == "md" || it == "markdown")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_decide() {
        let dockerfiles = [
            "Dockerfile",
            "dockerfile",
            "DOCKERFILE",
            "Dockerfile.dev",
            "Dockerfile.alpine3.20",
            "api.Dockerfile",
            "api.dockerfile",
            "Containerfile",
            "Containerfile.prod",
            "Containerfile-ci",
            "Dockerfile.d.x",
        ];
        for name in dockerfiles {
            assert_eq!(kind_of(Path::new(name)), Some(Kind::Dockerfile), "{name}");
        }
        for name in ["Dockerfile.md", "README.md", "a.MARKDOWN", "Containerfile.md"] {
            assert_eq!(kind_of(Path::new(name)), Some(Kind::Markdown), "{name}");
        }
        let others = [
            "Dockerfile.dockerignore",
            "Dockerfile.j2",
            "Dockerfile~",
            "dockerfiles",
            "dockerfile_test.go",
            ".dockerignore",
            "Dockerfile.dev.swp",
            ".dockerfile",
            "containerfile_test.go",
            "x",
        ];
        for name in others {
            assert_eq!(kind_of(Path::new(name)), None, "{name}");
        }
    }

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
        assert_eq!(found[0].kind, Kind::Dockerfile);
        assert!(found[0].named);
    }
}
