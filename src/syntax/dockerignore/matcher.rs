use super::clean::parent;
use super::glob::BadPattern;
use super::pattern::Pattern;

/// The patterns of an ignore file, ready to match paths: `/` between folders, from the context's
/// root. A later pattern overrules an earlier one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matcher {
    pub(super) patterns: Vec<Pattern>,
}

impl Matcher {
    /// Compiles patterns as [`super::Dockerignore::parse`] leaves them; the error names the first
    /// that the builder refuses.
    pub fn new<S: AsRef<str>>(patterns: &[S]) -> Result<Matcher, BadPattern> {
        let patterns = patterns.iter().filter_map(|text| Pattern::new(text.as_ref()).transpose());
        Ok(Matcher { patterns: patterns.collect::<Result<_, _>>()? })
    }

    /// True without any pattern.
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// True if some pattern is a `!` exception.
    pub fn has_exceptions(&self) -> bool {
        self.patterns.iter().any(|pattern| pattern.exception)
    }

    /// True if `path` is excluded, by itself or with one of its folders: `patternmatcher`'s
    /// `MatchesOrParentMatches`.
    pub fn excludes(&self, path: &str) -> bool {
        let mut excluded = false;
        let parent = parent(path);
        for pattern in &self.patterns {
            if pattern.exception == excluded && matches_with_parents(pattern, path, &parent) {
                excluded = !pattern.exception;
            }
        }
        excluded
    }
}

fn matches_with_parents(pattern: &Pattern, path: &str, parent: &str) -> bool {
    let budget = &mut u64::MAX.clone();
    if pattern.matches(path, budget) {
        return true;
    }
    let ends = parent.match_indices('/').map(|(at, _)| at).chain([parent.len()]);
    parent != "." && ends.into_iter().any(|end| pattern.matches(&parent[..end], budget))
}
