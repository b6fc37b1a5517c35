//! Which entries of a whole context the client sends, decided folder by folder as it walks.

use std::cmp::Ordering;

use super::Matcher;

/// Steps that matching may take in one walk; a hostile ignore file runs out of them, and the rest
/// of the context then counts as sent.
const WALK_BUDGET: u64 = 1_000_000_000;

/// What the patterns say of a folder, for those who walk a tree themselves.
#[derive(Clone, Debug, Default)]
pub struct FolderState {
    matched: Vec<bool>,
    excluded: bool,
    closed: bool,
}

impl FolderState {
    /// True if the folder is excluded; it is sent all the same where something below it is.
    pub fn is_excluded(&self) -> bool {
        self.excluded
    }

    /// True if nothing below can be sent: the walk leaves it out.
    pub fn is_closed(&self) -> bool {
        self.closed
    }
}

impl Matcher {
    /// The state of the context's root.
    pub fn root(&self) -> FolderState {
        FolderState { matched: vec![false; self.patterns.len()], ..FolderState::default() }
    }

    /// The state of the folder at `path`, which lies directly in the one of `above`.
    pub fn enter(&self, above: &FolderState, path: &str) -> FolderState {
        let mut matched = vec![false; self.patterns.len()];
        let budget = &mut FILE_BUDGET.clone();
        let excluded = self.decide(Some(&above.matched), path, budget, Some(&mut matched));
        let closed = excluded && !self.may_hold_exceptions(path);
        FolderState { matched, excluded, closed }
    }

    /// True if the file at `path`, directly in the folder of `above`, is kept from the builder.
    pub fn excludes_in(&self, above: &FolderState, path: &str) -> bool {
        self.decide(Some(&above.matched), path, &mut FILE_BUDGET.clone(), None)
    }

    /// `patternmatcher`'s `MatchesUsingParentResults`: a pattern that holds the folder holds all
    /// below it; the others are asked only where they could change the answer.
    fn decide(&self, above: Option<&[bool]>, path: &str, budget: &mut u64, mut record: Option<&mut Vec<bool>>) -> bool {
        let mut excluded = false;
        for (at, pattern) in self.patterns.iter().enumerate() {
            let inherited = above.is_some_and(|matched| matched[at]);
            let asked = pattern.exception == excluded;
            if inherited || (asked && pattern.matches(path, budget)) {
                excluded = !pattern.exception;
                if let Some(record) = &mut record {
                    record[at] = true;
                }
            }
        }
        excluded
    }

    fn may_hold_exceptions(&self, folder: &str) -> bool {
        let mut exceptions = self.patterns.iter().filter(|pattern| pattern.exception);
        exceptions.any(|exception| {
            let (prefix, plain) = exception.plain_prefix();
            !plain || prefix == folder || below(prefix, folder)
        })
    }

    /// Which of `entries` (path, is it a folder) reach the builder, in their order: those that are
    /// not excluded, and the folders above them. Exceptions are looked for in excluded folders too.
    pub fn sent(&self, entries: &[(&str, bool)]) -> Vec<bool> {
        let mut order: Vec<usize> = (0..entries.len()).collect();
        let walks_before = |a: &usize, b: &usize| walk_order(entries[*a].0, entries[*b].0);
        if !order.is_sorted_by(|a, b| walks_before(a, b) != Ordering::Greater) {
            order.sort_by(walks_before);
        }
        let mut walk =
            Walk { matcher: self, folders: Vec::new(), budget: WALK_BUDGET, sent: vec![false; entries.len()] };
        for at in order {
            walk.visit(at, entries[at].0, entries[at].1);
        }
        walk.sent
    }
}

/// Steps that matching one path may take.
const FILE_BUDGET: u64 = 1_000_000;

/// The order of a walk: a folder, then all below it, then its next sibling.
fn walk_order(a: &str, b: &str) -> Ordering {
    let key = |b| if b == b'/' { 0 } else { b };
    a.bytes().map(key).cmp(b.bytes().map(key))
}

struct Walk<'a> {
    matcher: &'a Matcher,
    /// The folders above the present entry, outermost first.
    folders: Vec<Folder<'a>>,
    budget: u64,
    sent: Vec<bool>,
}

struct Folder<'a> {
    path: &'a str,
    /// Its place among the entries, if it was listed.
    entry: Option<usize>,
    /// For each pattern, whether it holds the folder.
    matched: Vec<bool>,
    /// Excluded, and no exception can hold anything below.
    closed: bool,
}

impl<'a> Walk<'a> {
    fn visit(&mut self, at: usize, path: &'a str, is_folder: bool) {
        while self.folders.pop_if(|folder| !below(path, folder.path)).is_some() {}
        self.enter_unlisted(path);
        if self.folders.last().is_some_and(|folder| folder.closed) {
            return;
        }
        let excluded = if is_folder { self.enter(path, Some(at)) } else { self.excludes(path, None) };
        if !excluded {
            self.send(at);
        }
    }

    /// Enters the folders above `path` that the listing leaves out.
    fn enter_unlisted(&mut self, path: &'a str) {
        let known = self.folders.last().map_or(0, |folder| folder.path.len() + 1);
        let slashes: Vec<usize> = path[known..].match_indices('/').map(|(at, _)| known + at).collect();
        for slash in slashes.into_iter().filter(|slash| *slash > 0) {
            if self.folders.last().is_some_and(|folder| folder.closed) {
                return;
            }
            self.enter(&path[..slash], None);
        }
    }

    fn enter(&mut self, path: &'a str, entry: Option<usize>) -> bool {
        let mut matched = vec![false; self.matcher.patterns.len()];
        let excluded = self.excludes(path, Some(&mut matched));
        let closed = excluded && !self.may_hold_exceptions(path);
        self.folders.push(Folder { path, entry, matched, closed });
        excluded
    }

    fn excludes(&mut self, path: &str, record: Option<&mut Vec<bool>>) -> bool {
        let above = self.folders.last().map(|folder| folder.matched.as_slice());
        self.matcher.decide(above, path, &mut self.budget, record)
    }

    fn may_hold_exceptions(&mut self, folder: &str) -> bool {
        self.budget = self.budget.saturating_sub(self.matcher.patterns.len() as u64);
        self.matcher.may_hold_exceptions(folder)
    }

    fn send(&mut self, at: usize) {
        self.sent[at] = true;
        for entry in self.folders.iter().rev().filter_map(|folder| folder.entry) {
            if entry != at && std::mem::replace(&mut self.sent[entry], true) {
                return;
            }
        }
    }
}

fn below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}
