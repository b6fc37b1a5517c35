use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::meaning::Meaning;
use super::tool::{Ecosystem, Tool, all};

impl Tool {
    /// True if an install reads this file: manifest, lock file, settings. `path` uses `/`; only
    /// its end matters, so it may be relative to any folder.
    pub fn reads(&self, path: &str) -> bool {
        READ_BY[self.name].own.matches(path)
    }

    fn files(&self) -> impl Iterator<Item = &'static str> {
        [self.manifests, self.lock_files, self.config_files].into_iter().flatten().copied()
    }

    /// True if this file is a manifest of the tool.
    pub fn is_manifest(&self, path: &str) -> bool {
        any_matches(self.manifests, path)
    }

    /// True if this file is a lock file of the tool.
    pub fn is_lock_file(&self, path: &str) -> bool {
        any_matches(self.lock_files, path)
    }

    /// True if this file shows that the dependencies lie in the context already.
    pub fn is_vendored(&self, path: &str) -> bool {
        any_matches(self.vendored, path)
    }
}

impl Meaning {
    /// True if this command reads the file: what its tool reads, tools of the same ecosystem
    /// included, and the files named on its command line.
    pub fn reads(&self, path: &str) -> bool {
        self.names_file(path) || READ_BY[self.tool.name].family.matches(path)
    }

    /// True if the file stands on the command line.
    fn names_file(&self, path: &str) -> bool {
        let named = self.files.iter().map(String::as_str);
        let archives = self.packages.iter().map(|package| package.text.as_str());
        named.chain(archives).any(|file| {
            let file = file.trim_start_matches("./").trim_start_matches('/');
            !file.is_empty() && (ends_with_path(file, path) || ends_with_path(path, file) || glob_matches(file, path))
        })
    }
}

fn shares_files(tool: &Tool, other: &Tool) -> bool {
    // Meteor keeps its own sources in `packages/`; to others that is any folder.
    tool.name != "meteor"
        && tool.ecosystem == other.ecosystem
        && !matches!(tool.ecosystem, Ecosystem::Other | Ecosystem::System)
}

/// True if any tool reads the file to know what to install.
pub fn is_dependency_file(path: &str) -> bool {
    ANY.matches(path)
}

/// The patterns of one tool, and of all tools that share its ecosystem's files.
struct Readable {
    own: Patterns,
    family: Patterns,
}

static READ_BY: LazyLock<HashMap<&'static str, Readable>> = LazyLock::new(|| {
    let family = |tool: &'static Tool| {
        let relatives = all().filter(move |other| !tool.system && shares_files(other, tool));
        Patterns::new(tool.files().chain(relatives.flat_map(Tool::files)))
    };
    let readable = |tool: &'static Tool| Readable { own: Patterns::new(tool.files()), family: family(tool) };
    all().map(|tool| (tool.name, readable(tool))).collect()
});

static ANY: LazyLock<Patterns> = LazyLock::new(|| Patterns::new(all().flat_map(Tool::files)));

/// Patterns sorted by how they are looked up: a whole context is held against them, file by file.
struct Patterns {
    /// Names without `/` and `*`.
    names: HashSet<&'static str>,
    /// Folders of one component.
    folders: HashSet<&'static str>,
    /// The others.
    rest: Vec<&'static str>,
}

impl Patterns {
    fn new(patterns: impl Iterator<Item = &'static str>) -> Patterns {
        let mut sorted = Patterns { names: HashSet::new(), folders: HashSet::new(), rest: Vec::new() };
        for pattern in patterns {
            match pattern.strip_suffix('/') {
                Some(folder) if !folder.contains(['/', '*']) => drop(sorted.folders.insert(folder)),
                None if !pattern.contains(['/', '*']) => drop(sorted.names.insert(pattern)),
                _ if !sorted.rest.contains(&pattern) => sorted.rest.push(pattern),
                _ => {}
            }
        }
        sorted
    }

    fn matches(&self, path: &str) -> bool {
        let trimmed = path.trim_start_matches("./").trim_matches('/');
        let name = trimmed.rsplit('/').next().unwrap_or(trimmed);
        self.names.contains(name)
            || trimmed.split('/').any(|component| self.folders.contains(component))
            || any_matches(&self.rest, trimmed)
            || (trimmed.contains(['*', '?', '[']) && self.names.iter().any(|pattern| path_matches(pattern, trimmed)))
    }
}

fn any_matches(patterns: &[&str], path: &str) -> bool {
    patterns.iter().any(|pattern| path_matches(pattern, path))
}

/// A table's pattern against a path; the path may itself be a pattern, as in `COPY package*.json`.
fn path_matches(pattern: &str, path: &str) -> bool {
    let path = path.trim_start_matches("./").trim_matches('/');
    if let Some(folder) = pattern.strip_suffix('/') {
        return has_folder(path, folder);
    }
    let path_is_glob = path.contains(['*', '?', '[']);
    if !pattern.contains('*') && !path_is_glob {
        return ends_with_path(path, pattern);
    }
    let depth = pattern.matches('/').count() + 1;
    let Some(tail) = tail(path, depth) else { return false };
    glob_matches(pattern, tail) || (path_is_glob && glob_covers(tail, pattern))
}

/// True if `folder` (one or more components) is among the components of `path`.
fn has_folder(path: &str, folder: &str) -> bool {
    path.match_indices(folder).any(|(at, _)| {
        let after = &path[at + folder.len()..];
        (at == 0 || path[..at].ends_with('/')) && (after.is_empty() || after.starts_with('/'))
    })
}

/// The last `depth` components of a path.
fn tail(path: &str, depth: usize) -> Option<&str> {
    let slashes = path.bytes().enumerate().rev().filter(|(_, byte)| *byte == b'/').map(|(at, _)| at);
    let mut slashes = slashes.skip(depth - 1);
    match slashes.next() {
        Some(slash) => Some(&path[slash + 1..]),
        None => (path.matches('/').count() + 1 == depth).then_some(path),
    }
}

/// A user's glob that was surely written for this manifest: it matches the manifest's name, says
/// something of its own, and does not end as source code does.
fn glob_covers(glob: &str, pattern: &str) -> bool {
    let witness = pattern.replace('*', "x");
    let literal = glob.chars().filter(|letter| letter.is_alphanumeric()).count();
    let extension = glob.rsplit_once('.').map_or("", |(_, extension)| extension);
    let stem = glob.split(['*', '?', '[']).next().unwrap_or_default();
    literal >= 2 && (!SOURCE_CODE.contains(&extension) || stem.len() >= 3) && glob_matches(glob, &witness)
}

const SOURCE_CODE: &[&str] = &[
    "py", "js", "mjs", "cjs", "ts", "tsx", "jsx", "rb", "go", "rs", "java", "kt", "kts", "php", "cs", "ex", "exs", "c",
    "cpp", "h", "scala", "clj", "swift", "dart", "hs", "ml", "pl", "lua", "r", "R", "jl", "sh",
];

fn ends_with_path(path: &str, end: &str) -> bool {
    path.strip_suffix(end).is_some_and(|before| before.is_empty() || before.ends_with('/'))
}

/// True if the glob (`*`, `?`; no `/` in what they stand for) matches the whole text.
pub fn glob_matches(glob: &str, text: &str) -> bool {
    let (glob, text) = (glob.as_bytes(), text.as_bytes());
    let (mut at, mut pos) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while pos < text.len() {
        match glob.get(at) {
            Some(b'*') => {
                star = Some((at, pos));
                at += 1;
                continue;
            }
            Some(b'?') if text[pos] != b'/' => {}
            Some(byte) if *byte == text[pos] => {}
            _ => {
                let Some((back, from)) = star.filter(|(_, from)| text[*from] != b'/') else { return false };
                star = Some((back, from + 1));
                at = back + 1;
                pos = from + 1;
                continue;
            }
        }
        at += 1;
        pos += 1;
    }
    glob[at..].iter().all(|byte| *byte == b'*')
}
