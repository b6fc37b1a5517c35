//! An open document with what is known of its present version.

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde_json::Value;

use crate::config::Config;
use crate::host::{Configs, Contexts};
use crate::lint::{FileKind, Parsed, Reading};
use crate::model::Model;
use crate::shell::Memo;
use crate::syntax::dockerfile::{Dockerfile, Instruction};
use crate::text::{FileId, Span};

use super::diagnostics::Findings;
use super::dispatch::Waiting;
use super::jobs::Cancel;
use super::position::{Encoding, Lines};
use super::tokens::Told;
use super::uri::file_path;

/// One version of a document; it never changes, so that jobs can hold on to it.
#[derive(Debug)]
pub(super) struct Snapshot {
    pub(super) uri: String,
    pub(super) version: Value,
    pub(super) text: Arc<str>,
    pub(super) lines: Lines,
    /// `None` for what is not linted, such as other files of the build context.
    pub(super) kind: Option<FileKind>,
    /// The file, if the URI names one on this machine.
    pub(super) path: Option<PathBuf>,
    /// True where edits say for which version they are, so that the client refuses those that come too late.
    pub(super) pins_edits: bool,
    memo: Arc<Memo>,
    reading: OnceLock<Reading>,
    /// The folder that this version is built from.
    folder: Kept<Contexts, Option<PathBuf>>,
    config: Kept<Configs, Result<Arc<Config>, String>>,
}

/// What was made of something that is replaced as a whole once it may have changed.
#[derive(Debug)]
struct Kept<K, V>(Mutex<Option<(Arc<K>, V)>>);

impl<K, V> Default for Kept<K, V> {
    fn default() -> Kept<K, V> {
        Kept(Mutex::default())
    }
}

impl<K, V: Clone> Kept<K, V> {
    /// What was made of `of` before, or else what `make` makes of it.
    fn get(&self, of: &Arc<K>, make: impl FnOnce() -> V) -> V {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*known {
            Some((made_of, made)) if Arc::ptr_eq(made_of, of) => made.clone(),
            _ => known.insert((of.clone(), make())).1.clone(),
        }
    }

    /// What was made last.
    fn last(&self) -> Option<V> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(|(_, made)| made.clone())
    }

    /// The same for the next version of a document.
    fn again(&self) -> Kept<K, V> {
        Kept(Mutex::new(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()))
    }
}

impl Snapshot {
    pub(super) fn new(uri: &str, kind: Option<FileKind>, version: Value, text: &str, encoding: Encoding) -> Snapshot {
        Snapshot {
            uri: uri.to_string(),
            version,
            lines: Lines::new(text, encoding),
            kind,
            path: file_path(uri),
            text: text.into(),
            pins_edits: false,
            memo: Arc::default(),
            reading: OnceLock::new(),
            folder: Kept::default(),
            config: Kept::default(),
        }
    }

    /// The same with what is remembered of shell code, of all documents.
    pub(super) fn remembering(self, memo: &Arc<Memo>) -> Snapshot {
        Snapshot { memo: memo.clone(), ..self }
    }

    /// The same for a client that takes edits with the version that they are for.
    pub(super) fn pinning_edits(self, pins_edits: bool) -> Snapshot {
        Snapshot { pins_edits, ..self }
    }

    /// The next version, after the content changes of a `didChange`, in order; malformed ones are
    /// passed over.
    fn changed(&self, version: Value, changes: &[Value]) -> Snapshot {
        let encoding = self.lines.encoding();
        let mut text = self.text.to_string();
        let mut lines = None;
        for change in changes {
            let Some(new) = change.get("text").and_then(Value::as_str) else { continue };
            match change.get("range") {
                None | Some(Value::Null) => text = new.to_string(),
                Some(range) => {
                    let lines = lines.as_ref().unwrap_or(&self.lines);
                    let ends = (lines.at(&text, range.get("start")), lines.at(&text, range.get("end")));
                    let (Some(start), Some(end)) = ends else { continue };
                    text.replace_range(start.min(end)..start.max(end), new);
                }
            }
            lines = Some(Lines::new(&text, encoding));
        }
        let lines = lines.unwrap_or_else(|| self.lines.clone());
        self.next(version, text.into(), lines)
    }

    /// The same version for another look at its surroundings.
    fn again(&self) -> Snapshot {
        let reading = self.reading.get().map(Reading::without_model).map(OnceLock::from).unwrap_or_default();
        Snapshot { reading, ..self.with_version(self.version.clone()) }
    }

    /// The same text as another version.
    fn with_version(&self, version: Value) -> Snapshot {
        let (reading, folder) = (self.reading.clone(), self.folder.again());
        Snapshot { reading, folder, ..self.next(version, self.text.clone(), self.lines.clone()) }
    }

    /// Another version, of whose text nothing is known yet.
    fn next(&self, version: Value, text: Arc<str>, lines: Lines) -> Snapshot {
        Snapshot {
            uri: self.uri.clone(),
            version,
            text,
            lines,
            kind: self.kind,
            path: self.path.clone(),
            pins_edits: self.pins_edits,
            memo: self.memo.clone(),
            reading: OnceLock::new(),
            folder: Kept::default(),
            config: self.config.again(),
        }
    }

    /// The byte offset of a position of the protocol.
    pub(super) fn at(&self, position: Option<&Value>) -> Option<usize> {
        self.lines.at(&self.text, position)
    }

    /// The bytes of a range of the protocol, whichever of its ends comes first.
    pub(super) fn span(&self, range: &Value) -> Option<Span> {
        let (start, end) = (self.at(range.get("start"))?, self.at(range.get("end"))?);
        Some(Span::from(start.min(end)..start.max(end)))
    }

    /// What the parser made of this version; it is parsed once, by the loop or by the linter.
    fn reading(&self) -> &Reading {
        self.reading.get_or_init(|| Reading::new(FileId(0), self.text.clone(), self.memo.clone()))
    }

    /// The tree of this version.
    pub(super) fn tree(&self) -> &Dockerfile {
        self.reading().tree()
    }

    /// What the linter need not find out again.
    pub(super) fn parsed(&self, config: &Config) -> Parsed<'_> {
        self.reading().parsed(config)
    }

    /// The folder that this version is built from: what `choose` said first, as long as the files on disk
    /// are believed to be the same.
    pub(super) fn folder_in(
        &self,
        contexts: &Arc<Contexts>,
        choose: impl FnOnce() -> Option<PathBuf>,
    ) -> Option<PathBuf> {
        self.folder.get(contexts, choose)
    }

    /// The configuration: what `resolve` said first, as long as the files on disk are believed to be the
    /// same. It holds for all versions.
    pub(super) fn config_by(
        &self,
        configs: &Arc<Configs>,
        resolve: impl FnOnce() -> Result<Arc<Config>, String>,
    ) -> Result<Arc<Config>, String> {
        self.config.get(configs, resolve)
    }

    /// What the tree means, by the configuration as far as it is known.
    pub(super) fn model(&self) -> &Model<'_> {
        self.reading().model(|| self.config.last().and_then(Result::ok).unwrap_or_default())
    }
}

/// A number that was not used before: a document that is closed and opened again is another one.
fn fresh_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// An open document: its newest version, and what was found in it.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) snapshot: Arc<Snapshot>,
    /// What was found in this version, once it was linted.
    pub(super) findings: Option<Arc<Findings>>,
    /// Changes with every edit and every look at the configuration.
    pub(super) result_id: u64,
    /// The lint that is under way, one at a time; cancelled once the document has changed.
    pub(super) lint: Option<Cancel>,
    /// True while the build context is listed, which takes long.
    pub(super) is_listing: bool,
    /// Requests that wait for the findings.
    pub(super) waiting: Vec<Waiting>,
    /// The semantic tokens that the client has.
    pub(super) tokens: Told,
    /// The version before, if it was linted: an undo brings it back.
    last: Option<(Arc<Snapshot>, Arc<Findings>)>,
}

impl Deref for Document {
    type Target = Snapshot;

    fn deref(&self) -> &Snapshot {
        &self.snapshot
    }
}

impl Document {
    pub(super) fn new(snapshot: Snapshot) -> Document {
        Document {
            snapshot: Arc::new(snapshot),
            findings: None,
            result_id: fresh_id(),
            lint: None,
            is_listing: false,
            waiting: Vec::new(),
            tokens: Told::default(),
            last: None,
        }
    }

    /// Applies the content changes of a `didChange`. A text that was there a moment ago has its findings at
    /// once. Gives what is of no use any more and takes a while to be dropped.
    pub(super) fn change(&mut self, version: Value, changes: &[Value]) -> impl Send + 'static {
        let mut next = self.snapshot.changed(version, changes);
        let last = self.last.take();
        let known = last.as_ref().filter(|(it, _)| it.text == next.text);
        let findings = known.map(|(it, findings)| {
            next = it.with_version(next.version.clone());
            findings.clone()
        });
        let before = std::mem::replace(&mut self.snapshot, Arc::new(next));
        self.last = self.findings.take().map(|found| (before.clone(), found));
        let waste = (before, last);
        self.forget();
        self.findings = findings;
        waste
    }

    /// Another document changed, on which what was found may depend.
    pub(super) fn forget_last(&mut self) {
        self.last = None;
    }

    /// Forgets what was found and meant, because the surroundings changed.
    pub(super) fn outdate(&mut self) {
        self.snapshot = Arc::new(self.snapshot.again());
        self.last = None;
        self.forget();
    }

    fn forget(&mut self) {
        self.findings = None;
        self.result_id = fresh_id();
        if let Some(lint) = &self.lint {
            lint.cancel();
        }
    }
}

/// The instruction that covers the byte at `offset`, its end included.
pub(super) fn instruction_at(tree: &Dockerfile, offset: usize) -> Option<&Instruction> {
    let offset = offset as u32;
    let after = tree.instructions.partition_point(|it| it.span.start <= offset);
    tree.instructions[..after].last().filter(|it| offset <= it.span.end)
}

/// What a document is: the language that the editor says counts where the name says nothing, and never
/// makes a Dockerfile of a compose file or of a program's source that happens to be open too.
pub(super) fn kind(uri: &str, language: &str) -> Option<FileKind> {
    let path = uri.split(['?', '#']).next().unwrap_or(uri);
    let by_name = FileKind::of(path);
    let language = language.to_ascii_lowercase();
    match language.as_str() {
        "markdown" | "mdx" => Some(FileKind::Markdown),
        "asciidoc" => Some(FileKind::AsciiDoc),
        "restructuredtext" | "rst" => Some(FileKind::ReStructuredText),
        "dockercompose" | "docker-compose" | "yaml.docker-compose" => Some(FileKind::Compose),
        "dockerbake" | "docker-bake" | "hcl.docker-bake" => Some(FileKind::Bake),
        // Editors send all kinds of YAML under other languages' names.
        _ if [".yml", ".yaml", ".json", ".hcl"].iter().any(|ending| path.ends_with(ending)) => {
            by_name.filter(|kind| kind.builds())
        }
        _ if language.contains("docker") || language.contains("container") => {
            by_name.filter(|kind| !kind.builds()).or(Some(FileKind::Dockerfile))
        }
        // A shell script may be called `dockerfile`, a Dockerfile with a strange name may be plain text.
        _ => by_name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_and_language_say_what_a_document_is() {
        let cases = [
            ("file:///a/Dockerfile", "", Some(FileKind::Dockerfile)),
            ("untitled:Untitled-1", "dockerfile", Some(FileKind::Dockerfile)),
            ("file:///a/image.txt", "Containerfile", Some(FileKind::Dockerfile)),
            ("file:///a/compose.yaml", "dockerfile", Some(FileKind::Compose)),
            ("file:///a/compose.yaml?x=1", "yaml", Some(FileKind::Compose)),
            ("file:///a/stack.yaml", "dockercompose", Some(FileKind::Compose)),
            ("file:///a/stack.yaml", "dockerfile", None),
            ("file:///a/docker-bake.hcl", "hcl", Some(FileKind::Bake)),
            ("file:///a/docker-bake.json", "json", Some(FileKind::Bake)),
            ("file:///a/package.json", "json", None),
            ("file:///a/main.js", "javascript", None),
            ("file:///a/README.md", "dockerfile", Some(FileKind::Markdown)),
            ("untitled:Untitled-2", "markdown", Some(FileKind::Markdown)),
        ];
        for (uri, language, kind) in cases {
            assert_eq!(super::kind(uri, language), kind, "{uri} {language}");
        }
    }
}
