use crate::syntax::markup::Markup;

/// How a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKind {
    /// The whole file is a Dockerfile.
    Dockerfile,
    /// The Dockerfiles are in fenced code blocks.
    Markdown,
    /// The Dockerfiles are in listings.
    AsciiDoc,
    /// The Dockerfiles are in literal blocks.
    ReStructuredText,
    /// A compose file: its services build Dockerfiles.
    Compose,
    /// A bake file: its targets build Dockerfiles.
    Bake,
}

/// Endings after `Dockerfile.` that say the file is something else: documentation, ignore files,
/// backups, and templates, which become Dockerfiles only when filled in.
const OTHERS: &[&str] = &[
    "dockerignore containerignore txt html",
    "orig rej bak swp swo patch diff",
    "j2 jinja jinja2 tmpl tpl gotmpl template erb mustache hbs ejs m4 in",
    "json yaml yml toml lock py go sh",
];

impl FileKind {
    /// The kind that a path's last part tells, letters in any case; `None` for a file that is not
    /// linted unasked.
    pub fn of(path: &str) -> Option<FileKind> {
        let written = path.rsplit(['/', '\\']).next().unwrap_or(path);
        let name = written.to_lowercase();
        match Markup::of(&name) {
            Some(Markup::Markdown) => return Some(FileKind::Markdown),
            Some(Markup::AsciiDoc) => return Some(FileKind::AsciiDoc),
            Some(Markup::ReStructuredText) => return Some(FileKind::ReStructuredText),
            None => {}
        }
        match () {
            () if is_compose(&name) => Some(FileKind::Compose),
            () if is_bake(&name) => Some(FileKind::Bake),
            () => is_dockerfile(&name, written).then_some(FileKind::Dockerfile),
        }
    }

    /// The language of a document; `None` for what is none.
    pub fn markup(self) -> Option<Markup> {
        match self {
            FileKind::Markdown => Some(Markup::Markdown),
            FileKind::AsciiDoc => Some(Markup::AsciiDoc),
            FileKind::ReStructuredText => Some(Markup::ReStructuredText),
            FileKind::Dockerfile | FileKind::Compose | FileKind::Bake => None,
        }
    }

    /// True for a file that speaks of Dockerfiles in other files.
    pub fn builds(self) -> bool {
        matches!(self, FileKind::Compose | FileKind::Bake)
    }
}

/// `compose.yaml`, `docker-compose.yml`, `docker-compose.prod.yml`, `compose.override.yaml`.
fn is_compose(name: &str) -> bool {
    let yaml = name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml"));
    let stem = yaml.map(|stem| stem.strip_prefix("docker-").unwrap_or(stem));
    stem.and_then(|stem| stem.strip_prefix("compose"))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']))
}

/// `docker-bake.hcl`, `docker-bake.override.json`.
fn is_bake(name: &str) -> bool {
    let ends = name.ends_with(".hcl") || name.ends_with(".json");
    ends && name.strip_prefix("docker-bake").is_some_and(|rest| rest.starts_with(['.', '-', '_']))
}

/// Docker's and Podman's usual names; `name` is `written` in lower case.
fn is_dockerfile(name: &str, written: &str) -> bool {
    let (stem, ending) = name.split_once('.').unwrap_or((name, ""));
    if matches!(ending.rsplit('.').next(), Some("dockerfile" | "containerfile")) {
        return !stem.is_empty();
    }
    // In lower case `dockerfile-lint` and the like are mostly programs and sources.
    let dashed = written.strip_prefix("Dockerfile").is_some_and(|rest| rest.starts_with(['-', '_']));
    let named = stem == "dockerfile" || stem.starts_with("containerfile") || dashed;
    let last = ending.rsplit('.').next().unwrap_or("");
    named && !name.ends_with('~') && !OTHERS.iter().any(|line| line.split(' ').any(|other| other == last))
}

#[cfg(test)]
mod tests {
    use super::FileKind;

    #[test]
    fn names_decide() {
        let dockerfiles = "Dockerfile dockerfile DOCKERFILE Dockerfile.dev Dockerfile.alpine3.20 api.Dockerfile \
            api.v2.dockerfile Containerfile Containerfile.prod Containerfile-ci Dockerfile-dev Dockerfile_alpine3.20 Dockerfile.d.x a/b/Dockerfile a\\Dockerfile";
        for name in dockerfiles.split_whitespace() {
            assert_eq!(FileKind::of(name), Some(FileKind::Dockerfile), "{name}");
        }
        for name in ["Dockerfile.md", "README.md", "a.MARKDOWN", "Containerfile.md"] {
            assert_eq!(FileKind::of(name), Some(FileKind::Markdown), "{name}");
        }
        for name in [
            "compose.yaml",
            "docker-compose.yml",
            "docker-compose.prod.yml",
            "compose.override.yaml",
            "a/Compose-dev.yml",
        ] {
            assert_eq!(FileKind::of(name), Some(FileKind::Compose), "{name}");
        }
        assert_eq!(FileKind::of("docs/README.adoc"), Some(FileKind::AsciiDoc));
        assert_eq!(FileKind::of("Dockerfile.rst"), Some(FileKind::ReStructuredText));
        for name in ["docker-bake.hcl", "docker-bake.override.json"] {
            assert_eq!(FileKind::of(name), Some(FileKind::Bake), "{name}");
        }
        let others = "composer.yml docker-stack.yml decompose.yml package.json main.hcl Dockerfile.dockerignore Dockerfile.j2 Dockerfile~ dockerfiles dockerfile_test.go .dockerignore \
            Dockerfile.dev.swp .dockerfile containerfile_test.go dockerfile-lint Dockerfile-old~ Dockerfile_linux.template x Dockerfile/x";
        for name in others.split_whitespace() {
            assert_eq!(FileKind::of(name), None, "{name}");
        }
    }
}
