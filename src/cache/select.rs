use std::sync::Arc;

use crate::syntax::dockerignore::{Glob, Matcher};

use super::digest::{Digest, Hasher};
use super::paths::{base, has_wildcard, is_within};
use super::tree::{Dir, Node};

/// Which files of its source a COPY or a mount reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selector {
    /// The path from the root of the source, with its leading slash.
    pub path: String,
    /// True where wildcards in the path are a pattern.
    pub wildcard: bool,
    /// `--parents`: only what these patterns hold.
    pub include: Vec<String>,
    /// `--exclude`.
    pub exclude: Vec<String>,
    /// Paths that must exist.
    pub required: Vec<String>,
}

/// What a selector finds.
#[derive(Default)]
struct Found {
    /// The entries: their paths from the root of the source, and the digests that count.
    entries: Vec<(String, Digest)>,
    /// The first link that is to be followed and leads nowhere.
    broken: Option<String>,
}

/// A file, link or folder that a COPY takes.
#[derive(Clone, Debug)]
pub struct Taken {
    /// Its path from the root of the source.
    pub source: String,
    /// Where it lands below the destination; a file that is named itself has its own name here.
    pub below: String,
    /// True for a file that is named itself: without a slash at its end the destination is the file.
    pub named: bool,
    /// What it is; a folder's entries come by themselves.
    pub node: Node,
}

impl Selector {
    /// The path itself and all below it.
    pub fn path(path: &str) -> Selector {
        Selector { path: path.to_string(), ..Selector::default() }
    }

    fn is_plain(&self) -> bool {
        !self.wildcard && self.include.is_empty() && self.exclude.is_empty()
    }

    fn inner(&self) -> &str {
        self.path.trim_matches('/')
    }

    /// What the builder's content hash tells apart; the error is the path that does not exist.
    fn digest(&self, root: &Arc<Dir>) -> Result<Digest, String> {
        if self.is_plain() {
            return match root.resolve(self.inner(), true) {
                Some((path, Node::Dir(dir))) if path.is_empty() => Ok(dir.digest()),
                Some((_, node)) => Ok(node.digest()),
                None => Err(self.path.clone()),
            };
        }
        let (prefix, found) = self.list(root)?;
        if let [(path, digest)] = found.entries.as_slice()
            && base(path) == base(&self.path)
        {
            return Ok(*digest);
        }
        let mut hasher = Hasher::new("list");
        for (path, digest) in &found.entries {
            hasher.add(path.strip_prefix(&prefix).unwrap_or(path).as_bytes());
            hasher.add(digest);
        }
        Ok(hasher.sum())
    }

    /// All that a COPY of this selection takes, folders before what lies in them; the error is the
    /// path that does not exist.
    pub fn taken(&self, root: &Arc<Dir>) -> Result<Vec<Taken>, String> {
        let mut tops = Vec::new();
        if self.wildcard {
            let Ok(glob) = Glob::new(self.inner()) else { return Err(self.path.clone()) };
            let prefix = wildcard_prefix(self.inner());
            if let Some((_, Node::Dir(dir))) = root.resolve(prefix, false) {
                matches(&dir, prefix, self.inner().matches('/').count() + 1, &glob, &mut tops);
            }
        } else {
            tops.push(self.inner().to_string());
        }
        let filters = Filters::new(self);
        let mut taken = Vec::new();
        for top in tops {
            let Some((_, node)) = root.resolve(&top, true) else { return Err(format!("/{top}")) };
            match node {
                Node::Dir(dir) => filters.below(&dir, &top, "", &mut taken),
                node => taken.push(Taken { below: base(&top).to_string(), source: top, named: true, node }),
            }
        }
        Ok(taken)
    }

    /// The selected entries under the names that the selector gives them, with the part of the path
    /// before them.
    fn list(&self, root: &Arc<Dir>) -> Result<(String, Found), String> {
        let mut found = Found::default();
        let prefix = if self.wildcard { wildcard_prefix(self.inner()) } else { self.inner() };
        let start = root.resolve(prefix, false);
        let filters = Filters::new(self);
        match start {
            Some((_, Node::Dir(dir))) if self.wildcard => {
                let Ok(glob) = Glob::new(self.inner()) else { return Err(self.path.clone()) };
                let depth = self.inner().matches('/').count() + 1;
                let matching = Matching { root, glob: &glob, depth, filters: &filters };
                matching.folder(&dir, prefix, &mut found);
            }
            Some((_, node)) if !self.wildcard => filters.take(root, &node, prefix, "", true, &mut found),
            // A pattern may match nothing, but the folder that it looks into must be there.
            None => return Err(if self.wildcard { format!("/{prefix}") } else { self.path.clone() }),
            Some(_) => {}
        }
        for required in &self.required {
            let required = required.trim_matches('/');
            // The root itself is never found.
            if required.is_empty() || !found.entries.iter().any(|(path, _)| path.starts_with(required)) {
                return Err(format!("/{required}"));
            }
        }
        match found.broken {
            Some(path) => Err(format!("/{path}")),
            None => Ok((prefix.to_string(), found)),
        }
    }

    /// Tells whether a change at a path may be one of what is selected.
    fn concern<'s>(&'s self, before: &Arc<Dir>, after: &Arc<Dir>) -> Box<dyn Fn(&str) -> bool + 's> {
        if self.is_plain() {
            let real = |tree: &Arc<Dir>| tree.resolve(self.inner(), true).map(|(path, _)| path);
            let sources = [Some(self.inner().to_string()), real(before), real(after)];
            return Box::new(move |path| {
                sources.iter().flatten().any(|source| is_within(path, source) || is_within(source, path))
            });
        }
        let filters = Filters::new(self);
        if !self.wildcard {
            let prefix = self.inner();
            return Box::new(move |path| {
                is_within(path, prefix) && filters.keeps(path[prefix.len()..].trim_start_matches('/'))
            });
        }
        let (glob, depth) = (Glob::new(self.inner()), self.inner().matches('/').count());
        Box::new(move |path| {
            let end = path.match_indices('/').map(|(at, _)| at).chain([path.len()]).nth(depth);
            let (head, rest) = path.split_at(end.unwrap_or(path.len()));
            glob.as_ref().is_ok_and(|glob| glob.is_match(head)) && filters.keeps(rest.trim_start_matches('/'))
        })
    }
}

/// The folders of a pattern before its first wildcard.
fn wildcard_prefix(pattern: &str) -> &str {
    let mut end = 0;
    for part in pattern.split_inclusive('/') {
        if has_wildcard(part) {
            break;
        }
        end += part.len();
    }
    pattern[..end].trim_end_matches('/')
}

struct Filters {
    include: Option<Matcher>,
    exclude: Option<Matcher>,
}

/// The paths at that depth which the pattern matches.
fn matches(dir: &Dir, folder: &str, depth: usize, glob: &Glob, found: &mut Vec<String>) {
    for (name, node) in dir.entries() {
        let path = joined(folder, name);
        let here = path.matches('/').count() + 1;
        match node {
            _ if here == depth && glob.is_match(&path) => found.push(path),
            Node::Dir(dir) if here < depth => matches(dir, &path, depth, glob, found),
            _ => {}
        }
    }
}

fn joined(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_string() } else { format!("{folder}/{name}") }
}

impl Filters {
    /// What is kept of all below a folder.
    fn below(&self, dir: &Dir, path: &str, rel: &str, taken: &mut Vec<Taken>) {
        for (name, node) in dir.entries() {
            let (path, rel) = (joined(path, name), joined(rel, name));
            let kept = self.keeps(&rel);
            let mark = taken.len();
            if let Node::Dir(dir) = node {
                self.below(dir, &path, &rel, taken);
            }
            if kept || taken.len() > mark {
                taken.insert(mark, Taken { source: path, below: rel, named: false, node: node.clone() });
            }
        }
    }

    fn new(selector: &Selector) -> Filters {
        let matcher = |patterns: &[String]| if patterns.is_empty() { None } else { Matcher::new(patterns).ok() };
        Filters { include: matcher(&selector.include), exclude: matcher(&selector.exclude) }
    }

    fn keeps(&self, path: &str) -> bool {
        self.include.as_ref().is_none_or(|it| !path.is_empty() && it.excludes(path))
            && self.exclude.as_ref().is_none_or(|it| path.is_empty() || !it.excludes(path))
    }

    /// Collects what of `node` is kept; `rel` is its path as the patterns see it. Says nothing of
    /// folders but their headers, and those also where only something below them is kept.
    fn take(&self, root: &Arc<Dir>, node: &Node, path: &str, rel: &str, top: bool, found: &mut Found) {
        let kept = self.keeps(rel);
        match node {
            Node::Dir(dir) => {
                let mark = found.entries.len();
                for (name, node) in dir.entries() {
                    let below =
                        |folder: &str| if folder.is_empty() { name.to_string() } else { format!("{folder}/{name}") };
                    // The root has no header, and so its own entries count as the first ones.
                    self.take(root, node, &below(path), &below(rel), path.is_empty(), found);
                }
                if (kept || found.entries.len() > mark) && !path.is_empty() {
                    found.entries.insert(mark, (path.to_string(), node.header()));
                }
            }
            Node::Link(_) if kept && top => match root.resolve(path, true) {
                Some((_, node)) => found.entries.push((path.to_string(), node.digest())),
                None => found.broken = found.broken.take().or_else(|| Some(path.to_string())),
            },
            node if kept => found.entries.push((path.to_string(), node.digest())),
            _ => {}
        }
    }
}

struct Matching<'a> {
    root: &'a Arc<Dir>,
    glob: &'a Glob,
    depth: usize,
    filters: &'a Filters,
}

impl Matching<'_> {
    fn folder(&self, dir: &Dir, folder: &str, found: &mut Found) {
        for (name, node) in dir.entries() {
            let path = if folder.is_empty() { name.to_string() } else { format!("{folder}/{name}") };
            let depth = path.matches('/').count() + 1;
            if depth == self.depth && self.glob.is_match(&path) {
                self.filters.take(self.root, node, &path, "", true, found);
            } else if let (Node::Dir(dir), true) = (node, depth < self.depth) {
                self.folder(dir, &path, found);
            }
        }
    }
}

/// The digest of several selectors on one source: those within another one do not count twice. The
/// error is the path that does not exist.
pub(super) fn digest(selectors: &[Selector], root: &Arc<Dir>) -> Result<Digest, String> {
    let mut kept: Vec<&Selector> = Vec::new();
    for selector in selectors {
        let covers = |a: &Selector, b: &Selector| a.is_plain() && b.is_plain() && is_within(b.inner(), a.inner());
        if kept.iter().any(|other| covers(other, selector)) {
            // It does not count, but the copy wants it all the same.
            selector.digest(root)?;
            continue;
        }
        kept.retain(|other| !covers(selector, other));
        kept.push(selector);
    }
    kept.sort_by(|a, b| a.path.cmp(&b.path));
    let mut hasher = Hasher::new("selectors");
    for selector in kept {
        hasher.add(&selector.digest(root)?);
    }
    Ok(hasher.sum())
}

/// Names the selection itself, for sources whose files are not known.
pub(super) fn name(selectors: &[Selector]) -> Vec<u8> {
    format!("{selectors:?}").into_bytes()
}

/// The selected paths at which two trees differ; all that differ where the selection cannot say.
pub(super) fn changes(selectors: &[Selector], before: &Arc<Dir>, after: &Arc<Dir>) -> Vec<String> {
    let all = Dir::changes(before, after);
    let concerns: Vec<_> = selectors.iter().map(|selector| selector.concern(before, after)).collect();
    let chosen: Vec<String> =
        all.iter().filter(|path| concerns.iter().any(|concerns| concerns(path))).cloned().collect();
    if chosen.is_empty() { all } else { chosen }
}
