/// How a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKind {
    /// The whole file is a Dockerfile.
    Dockerfile,
    /// The Dockerfiles are in fenced code blocks.
    Markdown,
}

impl FileKind {
    /// The kind that a path's last part tells; `None` for a file that is not linted unasked.
    pub fn of(path: &str) -> Option<FileKind> {
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path).to_ascii_lowercase();
        if name.ends_with(".md") || name.ends_with(".markdown") || name.ends_with(".mdx") {
            return Some(FileKind::Markdown);
        }
        is_dockerfile(&name).then_some(FileKind::Dockerfile)
    }
}

/// Docker's and Podman's usual names, whatever their case. `name` is in lower case.
fn is_dockerfile(name: &str) -> bool {
    if name.ends_with(".dockerignore") || name.ends_with(".containerignore") {
        return false;
    }
    let stem =
        |stem: &str| name == stem || name.strip_prefix(stem).is_some_and(|rest| rest.starts_with(['.', '-', '_']));
    let named = name == "dockerfile" || name.starts_with("dockerfile.");
    named || stem("containerfile") || name.ends_with(".dockerfile") || name.ends_with(".containerfile")
}
