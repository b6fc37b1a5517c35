use crate::model::paths::has_wildcard;
use crate::syntax::dockerignore::Glob;

/// A COPY source that says of each path whether it comes along.
pub(super) enum Source {
    Everything,
    /// The path and all below it.
    Path(String),
    Wildcard(Wildcard),
}

pub(super) struct Wildcard {
    glob: Glob,
    /// Folders that the pattern names; a match brings all below it.
    depth: usize,
    /// The last path asked for, cut to `depth`, and the answer: neighbours share it.
    last: (String, bool),
}

impl Source {
    /// Reads a cleaned source, empty for the root; `None` for a pattern that the builder refuses.
    pub(super) fn new(source: &str) -> Option<Source> {
        if source.is_empty() {
            return Some(Source::Everything);
        }
        if !has_wildcard(source) {
            return Some(Source::Path(source.to_string()));
        }
        let depth = source.matches('/').count() + 1;
        Some(Source::Wildcard(Wildcard { glob: Glob::new(source).ok()?, depth, last: (String::new(), false) }))
    }

    /// True if the entry at `path` comes along.
    pub(super) fn brings(&mut self, path: &str) -> bool {
        match self {
            Source::Everything => true,
            Source::Path(source) => {
                path.strip_prefix(source.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            }
            Source::Wildcard(wildcard) => wildcard.brings(path),
        }
    }
}

impl Wildcard {
    fn brings(&mut self, path: &str) -> bool {
        let mut slashes = path.match_indices('/').map(|(at, _)| at);
        let Some(end) = slashes.by_ref().chain([path.len()]).nth(self.depth - 1) else { return false };
        let head = &path[..end];
        if self.last.0 != head {
            self.last = (head.to_string(), self.glob.is_match(head));
        }
        self.last.1
    }
}
