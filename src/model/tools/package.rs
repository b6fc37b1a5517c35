use crate::text::Span;

/// A package named on a command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// As given, version included.
    pub text: String,
    /// Without the version: `curl` for `curl=8.5.0-2`, `@scope/a` for `@scope/a@1`.
    pub name: String,
    /// What stands behind the name: `8.5.0-2`, `>=2,<3`, `latest`.
    pub version: Option<String>,
    /// Where it comes from.
    pub source: Source,
    /// Its bytes in the file.
    pub span: Span,
    /// Its index in the command's arguments.
    pub arg: usize,
}

/// Where a named package comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// A package index.
    Registry,
    /// An archive in the image: `./x.deb`, `dist/*.whl`.
    File,
    /// A source folder in the image: `.`, `./plugin`, `.[dev]`.
    Folder,
    /// A web address or a repository: `git+https://…`, `user/repo` for npm.
    Url,
    /// Not known before the build: `$PACKAGES`.
    Unknown,
}

/// How an ecosystem writes versions behind names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Versions {
    None,
    /// `name=1` and `name/release`.
    Deb,
    /// `name=1`, `name~1`, `name<1`, `name>1`, `name@repository` is no version.
    Apk,
    /// `name-1.2-3.el9`.
    Rpm,
    /// `name==1`, `name>=1,<2`, `name[extra]~=1`, `name @ url`.
    Pip,
    /// `name@1`, a leading `@scope` aside.
    At,
    /// `name:1`.
    Colon,
    /// `name=1`, `name>=1`.
    Equals,
}

impl Package {
    /// Takes a package's text apart.
    pub(crate) fn read(text: &str, opaque: bool, versions: Versions, span: Span, arg: usize) -> Package {
        let source = if opaque { Source::Unknown } else { source(text, versions) };
        let (name, version) = match source {
            Source::Registry => split(text, versions),
            Source::Url if versions == Versions::At => split_url(text),
            _ => (text, None),
        };
        Package {
            text: text.to_owned(),
            name: name.trim_end().to_owned(),
            version: version.map(|version| version.trim_start().to_owned()),
            source,
            span,
            arg,
        }
    }

    /// True for a version that names more than a moving tag.
    pub fn is_pinned(&self) -> bool {
        self.version.as_deref().is_some_and(|version| !matches!(version, "" | "latest" | "*" | "next" | "stable"))
    }
}

fn source(text: &str, versions: Versions) -> Source {
    let path = text.strip_prefix("file:").unwrap_or(text);
    if text.contains("://") || text.starts_with("git+") || text.starts_with("git@") || text.contains("github:") {
        return Source::Url;
    }
    if versions == Versions::Pip && text.contains(" @ ") {
        return Source::Url;
    }
    let without_extras = path.split_once('[').map_or(path, |(path, _)| path).trim_end_matches('/');
    if ARCHIVES.iter().any(|suffix| without_extras.ends_with(suffix)) {
        return Source::File;
    }
    let first = without_extras.split('/').next().unwrap_or_default();
    let is_path = matches!(first, "." | ".." | "~") || path.len() < text.len() || path.starts_with('/');
    // Groups and release names have slashes too: only a leading dot or slash says folder.
    if is_path {
        let of_system = matches!(versions, Versions::Deb | Versions::Apk | Versions::Rpm | Versions::Equals);
        return if of_system { Source::File } else { Source::Folder };
    }
    match versions {
        Versions::At if !text.starts_with('@') && text.matches('/').count() == 1 && !text.contains('@') => Source::Url,
        Versions::Pip if text.contains('/') => Source::Folder,
        _ => Source::Registry,
    }
}

const ARCHIVES: &[&str] = &[
    ".deb", ".rpm", ".apk", ".whl", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz", ".zip", ".gem", ".jar", ".nupkg",
    ".conda", ".xbps", ".zst",
];

fn split(text: &str, versions: Versions) -> (&str, Option<&str>) {
    let at = match versions {
        Versions::None => None,
        Versions::Deb => text.find(['=', '/']),
        Versions::Apk => text.find(['=', '~', '<', '>']),
        Versions::Equals => text.find(['=', '<', '>', '!']),
        Versions::Pip => text.find(['=', '<', '>', '!', '~']),
        Versions::At => text.get(1..).and_then(|rest| rest.find('@')).map(|at| at + 1),
        Versions::Colon => text.find(':'),
        Versions::Rpm => return split_rpm(text),
    };
    let Some(at) = at else { return (text, None) };
    let (name, version) = text.split_at(at);
    let version = match versions {
        // `>=1` says more than `1`; `==1` does not.
        Versions::Pip | Versions::Apk | Versions::Equals => version.trim_start_matches('='),
        _ => &version[1..],
    };
    (name, Some(version))
}

fn split_url(text: &str) -> (&str, Option<&str>) {
    match text.split_once('#') {
        Some((name, version)) => (name, Some(version)),
        None => (text, None),
    }
}

/// `java-17-openjdk` has no version, `java-17-openjdk-17.0.9` has: from some dash on, every part
/// begins with a digit (or is not known).
fn split_rpm(text: &str) -> (&str, Option<&str>) {
    // Rpm's own names can be long only if somebody is hostile: look at the parts from the end.
    let mut cut = None;
    let mut end = text.len();
    while let Some(dash) = text[..end].rfind('-') {
        let part = &text[dash + 1..end];
        if dash == 0 || !part.starts_with(|first: char| first.is_ascii_digit() || first == '$') {
            break;
        }
        cut = Some(dash);
        end = dash;
    }
    match cut {
        Some(dash) => (&text[..dash], Some(&text[dash + 1..])),
        None => (text, None),
    }
}
