//! Which entries of a whole context the client sends, decided folder by folder as it walks.

use std::cmp::Ordering;

use super::Matcher;

/// Steps that matching may take in one walk; a hostile ignore file runs out of them, and the rest
/// of the context then counts as sent.
const WALK_BUDGET: u64 = 1_000_000_000;

impl Matcher {
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

    /// `patternmatcher`'s `MatchesUsingParentResults`: a pattern that holds the folder holds all
    /// below it; the others are asked only where they could change the answer.
    fn excludes(&mut self, path: &str, mut record: Option<&mut Vec<bool>>) -> bool {
        let mut excluded = false;
        let above = self.folders.last();
        for (at, pattern) in self.matcher.patterns.iter().enumerate() {
            let inherited = above.is_some_and(|folder| folder.matched[at]);
            let asked = pattern.exception == excluded;
            if inherited || (asked && pattern.matches(path, &mut self.budget)) {
                excluded = !pattern.exception;
                if let Some(record) = &mut record {
                    record[at] = true;
                }
            }
        }
        excluded
    }

    fn may_hold_exceptions(&mut self, folder: &str) -> bool {
        let mut exceptions = self.matcher.patterns.iter().filter(|pattern| pattern.exception);
        exceptions.any(|exception| {
            self.budget = self.budget.saturating_sub(1);
            let (prefix, plain) = exception.plain_prefix();
            !plain || prefix == folder || below(prefix, folder)
        })
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
