//! The build context: the folder that COPY and ADD read from, as the builder gets to see it.

mod choice;
mod files;
mod source;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};

pub use choice::built_from;
pub use files::{Entry, EntryKind, Files, MemoryFiles};
use source::Source;

use crate::model::paths::from_root;
use crate::syntax::dockerignore::{Dockerignore, Matcher, clean_path};
use crate::text::decode;

/// A build context and the ignore file that holds for one Dockerfile. All paths are from the
/// context's root with `/` between folders; `./x`, `/x` and `x/` mean `x`.
///
/// What costs is computed when first asked for, so a context is cheap until a rule needs it.
pub struct Context<'f> {
    files: &'f dyn Files,
    dockerfile: Option<String>,
    ignore: OnceLock<Option<IgnoreFile>>,
    index: OnceLock<HashMap<&'f str, usize>>,
    sent: OnceLock<Sent<'f>>,
}

/// The ignore file in force.
#[derive(Clone, Debug)]
pub struct IgnoreFile {
    /// Its path in the context.
    pub path: String,
    /// Its text; bytes that are not UTF-8 are replaced by `?` each.
    pub text: Arc<str>,
    /// Its patterns with their places.
    pub parsed: Dockerignore,
    /// The patterns ready to match; those that the builder refuses are left out.
    pub matcher: Matcher,
}

struct Sent<'f> {
    entries: Vec<&'f Entry>,
    /// For each entry of the listing, whether it is sent.
    mask: Vec<bool>,
}

impl<'f> Context<'f> {
    /// The context of `files` for the Dockerfile at the path `dockerfile` in it; `None` where the
    /// Dockerfile comes from elsewhere.
    pub fn new(files: &'f dyn Files, dockerfile: Option<&str>) -> Context<'f> {
        let dockerfile = dockerfile.map(|path| clean_path(path.trim_start_matches('/')));
        Context { files, dockerfile, ignore: OnceLock::new(), index: OnceLock::new(), sent: OnceLock::new() }
    }

    /// The Dockerfile's own path in the context.
    pub fn dockerfile_path(&self) -> Option<&str> {
        self.dockerfile.as_deref()
    }

    /// The ignore file in force: `<Dockerfile>.dockerignore` if there is one, else
    /// `.dockerignore`; the two are never merged.
    pub fn ignore_file(&self) -> Option<&IgnoreFile> {
        let own = || self.dockerfile.as_ref().map(|path| format!("{path}.dockerignore"));
        let read = |path: String| {
            let bytes = self.files.read(Path::new(&path))?;
            let (text, _) = decode(&bytes);
            let parsed = Dockerignore::parse(&text);
            Some(IgnoreFile { path, matcher: parsed.matcher(), parsed, text: text.into() })
        };
        self.ignore.get_or_init(|| own().and_then(read).or_else(|| read(".dockerignore".to_string()))).as_ref()
    }

    /// Everything in the folder, ignored or not, in the order of the listing.
    pub fn entries(&self) -> &'f [Entry] {
        self.files.list()
    }

    /// The file, folder or link at `path`, ignored or not.
    pub fn entry(&self, path: &str) -> Option<&'f Entry> {
        self.position(path).map(|at| &self.files.list()[at])
    }

    /// True if something stands at `path`, ignored or not; the root always does.
    pub fn exists(&self, path: &str) -> bool {
        let path = from_root(path);
        path.is_empty() || self.entry(&path).is_some()
    }

    /// The text of the file at `path`, ignored or not; bytes that are not UTF-8 are replaced by
    /// `?` each.
    pub fn read_text(&self, path: &str) -> Option<String> {
        self.files.read(Path::new(&from_root(path))).map(|bytes| decode(&bytes).0)
    }

    /// What reaches the builder, in the order of the listing.
    pub fn sent(&self) -> &[&'f Entry] {
        &self.sent_set().entries
    }

    /// True if `path` stands in the context and reaches the builder.
    pub fn is_sent(&self, path: &str) -> bool {
        self.position(path).is_some_and(|at| self.sent_set().mask[at])
    }

    /// True if the ignore file keeps `path` from the builder, whether or not it exists. A folder
    /// that is sent only because an exception lies in it is not ignored.
    pub fn is_ignored(&self, path: &str) -> bool {
        match self.position(path) {
            Some(at) => !self.sent_set().mask[at],
            None => self.ignore_file().is_some_and(|ignore| ignore.matcher.excludes(&from_root(path))),
        }
    }

    /// What a COPY or ADD source brings in: the entries that reach the builder and match, and
    /// everything below them. `source` is the expanded word: `.`, a path, or a wildcard pattern.
    pub fn matching(&self, source: &str) -> Vec<&'f Entry> {
        let Some(mut source) = Source::new(&from_root(source)) else { return Vec::new() };
        self.sent().iter().copied().filter(|entry| source.brings(&entry.path)).collect()
    }

    fn position(&self, path: &str) -> Option<usize> {
        let files = self.files;
        let index = || files.list().iter().enumerate().map(|(at, entry)| (entry.path.as_str(), at)).collect();
        let index: &HashMap<&str, usize> = self.index.get_or_init(index);
        index.get(path).or_else(|| index.get(from_root(path).as_str())).copied()
    }

    fn sent_set(&self) -> &Sent<'f> {
        self.sent.get_or_init(|| {
            let all = self.files.list();
            let mask = match self.ignore_file() {
                Some(ignore) if !ignore.matcher.is_empty() => {
                    let listed: Vec<(&str, bool)> =
                        all.iter().map(|entry| (entry.path.as_str(), entry.is_dir())).collect();
                    ignore.matcher.sent(&listed)
                }
                _ => vec![true; all.len()],
            };
            let entries = all.iter().zip(&mask).filter(|(_, sent)| **sent).map(|(entry, _)| entry).collect();
            Sent { entries, mask }
        })
    }
}

#[cfg(test)]
mod tests;
