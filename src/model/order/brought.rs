//! What a COPY, ADD or bind mount brings into the image, and where it lands.

use std::cell::OnceCell;

use crate::syntax::dockerfile::Word;
use crate::text::Span;

use super::super::tools::is_dependency_file;
use super::super::{Context, EntryKind, Mount, Step, paths};

/// One source of a COPY, ADD or bind mount of the build context.
#[derive(Clone, Debug)]
pub(super) struct Source<'f> {
    /// Path or pattern in the context, cleaned; empty for the whole context.
    pub path: String,
    /// As [`Source::path`], before cleaning: a slash at the end tells a folder.
    pub written: String,
    /// The word in the file.
    pub span: Span,
    /// Where it lands, absolute: the folder or file itself, not the one above it.
    pub dest: Option<String>,
    /// The files that come along; `None` where no context tells.
    pub files: Option<Vec<&'f str>>,
    /// True where it is one file for certain.
    pub single: bool,
    is_manifest: OnceCell<bool>,
}

impl Source<'_> {
    /// True if some tool reads it to know what to install.
    pub(super) fn is_manifest(&self) -> bool {
        *self.is_manifest.get_or_init(|| is_dependency_file(&self.path))
    }

    /// True for the whole context.
    pub(super) fn is_whole(&self) -> bool {
        matches!(self.path.as_str(), "" | "*" | "**" | "**/*" | "*.*")
    }

    /// True for a pattern.
    pub(super) fn is_pattern(&self) -> bool {
        self.path.contains(['*', '?', '['])
    }

    /// The path in the context of `inside`, an absolute path in the image; `None` if this source
    /// does not put anything there.
    pub(super) fn context_path(&self, inside: &str) -> Option<String> {
        let dest = self.dest.as_deref()?;
        if self.is_pattern() && !self.is_whole() {
            return None;
        }
        let rest = below(inside, dest)?;
        let from = if self.is_whole() { "" } else { &self.path };
        Some(match (from.is_empty(), rest.is_empty()) {
            (true, _) => rest.to_string(),
            (_, true) => from.to_string(),
            _ => format!("{from}/{rest}"),
        })
    }
}

/// What is left of `path` below `folder`; empty for the folder itself.
pub(super) fn below<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    let rest = path.strip_prefix(folder.trim_end_matches('/'))?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
}

/// The sources that `step`, a COPY or ADD of the build context, reads.
pub(super) fn of_transfer<'f>(step: &Step, context: Option<&Context<'f>>) -> Vec<Source<'f>> {
    let Some(transfer) = step.transfer() else { return Vec::new() };
    let dest = step.expand(&transfer.dest);
    let parents = step.instruction.flag("parents").is_some();
    let folder = dest.known.then(|| step.before.workdir.join(&dest.text)).flatten();
    let into = dest.text.ends_with('/') || matches!(dest.text.as_str(), "." | "..") || transfer.sources.len() > 1;
    // `COPY initial-condarc /opt/conda/.condarc`: what gets a file's name is a file.
    let file_dest = !into && super::names::guess(&dest.text) == super::names::Guess::File;
    let read = |word: &Word| {
        let mut source = one(step, word, context)?;
        source.single |= file_dest && source.files.is_none() && !source.is_pattern() && !source.is_whole();
        source.dest = folder.as_ref().map(|folder| match () {
            () if parents => join(folder, &source.path),
            () if source.single && !file_dest && (into || Some(folder) == step.before.workdir.path.as_ref()) => {
                join(folder, super::names::base(&source.path))
            }
            () => folder.clone(),
        });
        Some(source)
    };
    transfer.sources.iter().filter_map(read).collect()
}

fn join(folder: &str, rest: &str) -> String {
    paths::clean(&format!("{folder}/{rest}"))
}

fn one<'f>(step: &Step, word: &Word, context: Option<&Context<'f>>) -> Option<Source<'f>> {
    let expanded = step.expand(word);
    let text = expanded.text.as_str();
    let is_remote = text.contains("://") || text.starts_with("git@") || word.raw.starts_with("<<");
    if is_remote || (!expanded.known && !text.contains(|c: char| c.is_alphanumeric())) || text.is_empty() {
        return None;
    }
    let known = expanded.known.then_some(()).and(context);
    Some(source(text, word.span, known))
}

fn source<'f>(text: &str, span: Span, context: Option<&Context<'f>>) -> Source<'f> {
    let path = paths::from_root(text);
    let files = context.map(|context| files(context, &path)).filter(|files| !files.is_empty());
    let is_file = |context: &Context| context.entry(&path).is_some_and(|entry| !entry.is_dir());
    let written = text.to_string();
    let is_manifest = OnceCell::new();
    let mut source = Source { path: path.clone(), written, span, dest: None, files, single: false, is_manifest };
    source.single = match context {
        Some(context) if source.files.is_some() => is_file(context),
        _ => !source.is_whole() && !source.is_pattern() && super::names::guess(text) == super::names::Guess::File,
    };
    source
}

/// Number of files looked at; a larger context is judged by its beginning.
const LOOKED_AT: usize = 5_000;

fn files<'f>(context: &Context<'f>, path: &str) -> Vec<&'f str> {
    let matching = context.matching(path).into_iter().filter(|entry| entry.kind != EntryKind::Dir);
    matching.take(LOOKED_AT).map(|entry| entry.path.as_str()).collect()
}

/// The source of a bind mount of the build context.
pub(super) fn of_mount<'f>(mount: &Mount, context: Option<&Context<'f>>) -> Option<Source<'f>> {
    if !mount.binds_context() || !mount.known {
        return None;
    }
    let mut source = source(&mount.source, mount.span, context);
    source.dest = paths::is_absolute(&mount.target).then(|| paths::clean(&mount.target));
    Some(source)
}
