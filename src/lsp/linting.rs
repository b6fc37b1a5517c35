//! The linter's input for a document: its configuration, its build context under the editor's
//! unsaved texts, and the documents near it, as the command line has them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, LazyLock, OnceLock};
use std::time::Duration;

use crate::config::{Config, ShellEngine};
use crate::diagnostic::{Diagnostic, Severity};
use crate::host::{Configs, Contexts, DiskFiles, Documents, ShellCheck, build_folder, project_root};
use crate::lint::{self, FileKind, Input};
use crate::model::docs::Docs;
use crate::model::{Entry, EntryKind, Files};
use crate::shell::{ExternalEngine, Memo};
use crate::text::{FileId, Source, Sources, Span};

use super::document::Snapshot;
use super::jobs::Cancel;

/// All that the findings of a document depend on, but its text. Cheap to clone, made for jobs.
#[derive(Clone)]
pub(super) struct Surroundings {
    pub(super) configs: Arc<Configs>,
    pub(super) contexts: Arc<Contexts>,
    pub(super) documents: Arc<Documents>,
    /// The texts of all open files, which count more than those on disk.
    pub(super) open: Arc<HashMap<PathBuf, Arc<str>>>,
    /// What was found in shell code before.
    pub(super) memo: Arc<Memo>,
    pub(super) shellcheck: Arc<Program>,
    /// True for the findings that can be had before the build context is listed.
    pub(super) without_context: bool,
}

/// How long findings wait for a build context to be listed; most take a few milliseconds.
const PATIENCE: Duration = Duration::from_millis(500);

/// Threads for the rules of one document at most.
const MAX_THREADS: usize = 4;

/// Threads for the rules of one document. The system reads files to say how many processors there are.
static THREADS: LazyLock<usize> =
    LazyLock::new(|| std::thread::available_parallelism().map_or(1, usize::from).min(MAX_THREADS));

/// The `shellcheck` program, looked for when a configuration first asks for it.
#[derive(Debug, Default)]
pub(super) struct Program(OnceLock<Option<ShellCheck>>);

impl Program {
    fn of(&self, config: &Config) -> Option<&dyn ExternalEngine> {
        let wanted = matches!(config.shell.value, ShellEngine::External | ShellEngine::Auto);
        let found = || self.0.get_or_init(|| ShellCheck::find().ok()).as_ref();
        wanted.then(found).flatten().map(|it| it as &dyn ExternalEngine)
    }
}

/// What a lint found, with the texts that it points into; the document is the first.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) sources: Sources,
    /// Says when the build context is listed, where these findings did not wait for it.
    pub(super) late: Option<Receiver<()>>,
}

impl Surroundings {
    /// The configuration of a document; one that is in no file counts as one of the folder that the
    /// server was started in.
    pub(super) fn config(&self, snapshot: &Snapshot) -> Result<Arc<Config>, String> {
        snapshot.config_by(&self.configs, || {
            let path = snapshot.path.as_deref().unwrap_or(Path::new("Dockerfile"));
            self.configs.of(path).map(Arc::new).map_err(|error| error.to_string())
        })
    }

    /// Lints a document. A configuration that cannot be read is a finding.
    pub(super) fn lint(&self, snapshot: &Snapshot, cancel: &Cancel) -> Found {
        let mut sources = Sources::default();
        let found =
            self.with_input(snapshot, &mut sources, |input| lint::lint(&Input { stop: Some(cancel.flag()), ..*input }));
        let diagnostics = match found {
            None => Vec::new(),
            Some(Ok(found)) => found,
            Some(Err(error)) => {
                let about = Diagnostic::new("invalid-config", Severity::Error, FileId(0), Span::at(0), error);
                vec![about.note("no rule runs until the configuration is mended")]
            }
        };
        Found { diagnostics, sources, late: None }
    }

    /// Lints a document within a moment: a build context of a hundred thousand files is listed beside it,
    /// and does not count yet. `is_listing` says that somebody waits for that already.
    pub(super) fn lint_soon(&self, snapshot: &Snapshot, cancel: &Cancel, is_listing: bool) -> Found {
        let soon = || Surroundings { without_context: true, ..self.clone() }.lint(snapshot, cancel);
        if is_listing {
            return soon();
        }
        let config = self.config(snapshot).ok().filter(|_| snapshot.kind == Some(FileKind::Dockerfile));
        let files = config.and_then(|config| self.around(snapshot, &config));
        let listed = files.filter(|files| !files.is_listed()).map(|files| files.list_beside());
        match listed.filter(|it| it.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout)) {
            Some(late) => Found { late: Some(late), ..soon() },
            None => self.lint(snapshot, cancel),
        }
    }

    /// Runs `with` on the linter's input; `None` where the document is not linted.
    pub(super) fn with_input<T>(
        &self,
        snapshot: &Snapshot,
        sources: &mut Sources,
        with: impl FnOnce(&Input) -> T,
    ) -> Option<Result<T, String>> {
        let kind = snapshot.kind?;
        let file = sources.add(Source::new(snapshot.uri.as_str(), snapshot.text.clone()));
        let config = match self.config(snapshot) {
            Ok(config) if config.excluded => return None,
            Ok(config) => config,
            Err(error) => return Some(Err(error)),
        };
        let path = snapshot.path.as_deref().filter(|_| kind == FileKind::Dockerfile);
        let docs = path.map(|path| self.documents.near(path, sources));
        let memo = Some(&*self.memo);
        let shellcheck = self.shellcheck.of(&config);
        let parsed = (kind == FileKind::Dockerfile).then(|| snapshot.parsed(&config));
        let input = Input::new(sources, file, kind, &config);
        let input = Input { docs: docs.as_ref(), memo, shellcheck, parsed, threads: *THREADS, ..input };
        let Some(context) = self.around(snapshot, &config).filter(|_| !self.without_context) else {
            return Some(Ok(with(&input)));
        };
        let path = snapshot.path.as_deref().and_then(|path| context.path_of(path));
        Some(Ok(with(&input.with_context(&context, path.as_deref()))))
    }

    /// The files that a document is linted with.
    fn around(&self, snapshot: &Snapshot, config: &Config) -> Option<Overlay> {
        let path = snapshot.path.as_deref()?;
        match snapshot.kind? {
            FileKind::Dockerfile => {
                let docs = self.documents.near(path, &mut Sources::default());
                Some(self.overlay(&self.folder(snapshot, path, &docs, config)?))
            }
            _ => Some(self.project(path)),
        }
    }

    /// The whole project, for files that speak of Dockerfiles elsewhere.
    fn project(&self, path: &Path) -> Overlay {
        self.overlay(&project_root(path))
    }

    /// The build context for what is being written: the folder that fits best so far, else the
    /// Dockerfile's own.
    pub(super) fn context(&self, snapshot: &Snapshot, config: &Config) -> Option<Overlay> {
        let path = snapshot.path.as_deref()?;
        let docs = self.documents.near(path, &mut Sources::default());
        let folder = self.folder(snapshot, path, &docs, config);
        Some(self.overlay(folder.as_deref().or(path.parent())?))
    }

    /// The build context: the configured folder, else the one that the Dockerfile is most likely built
    /// from.
    fn folder(&self, snapshot: &Snapshot, path: &Path, docs: &Docs, config: &Config) -> Option<PathBuf> {
        let configured = config.context.value.as_ref().map(PathBuf::from);
        configured.or_else(|| {
            snapshot.folder_in(&self.contexts, || build_folder(path, || snapshot.model(), docs, &self.contexts))
        })
    }

    fn overlay(&self, root: &Path) -> Overlay {
        Overlay { disk: self.contexts.at(root), root: root.to_path_buf(), open: self.open.clone() }
    }
}

/// A build context on disk, under the editor's unsaved texts.
pub(super) struct Overlay {
    disk: Arc<DiskFiles>,
    root: PathBuf,
    open: Arc<HashMap<PathBuf, Arc<str>>>,
}

impl Overlay {
    /// True where nothing waits for the disk any more.
    pub(super) fn is_listed(&self) -> bool {
        self.disk.is_listed()
    }

    /// Lists the folder on a thread of its own, and says when that is done.
    fn list_beside(&self) -> Receiver<()> {
        let (done, listed) = channel();
        let disk = self.disk.clone();
        std::thread::spawn(move || {
            disk.list();
            // Whoever asked may have listed it himself meanwhile.
            let _ = done.send(());
        });
        listed
    }

    /// The path of a file in the context; `None` where it lies elsewhere.
    pub(super) fn path_of(&self, file: &Path) -> Option<String> {
        self.disk.path_of(file)
    }
}

impl Files for Overlay {
    fn read(&self, path: &Path) -> Option<Arc<[u8]>> {
        let open = self.open.get(&self.root.join(path));
        open.map(|text| text.clone().into()).or_else(|| self.disk.read(path))
    }

    fn kind(&self, path: &str) -> Option<EntryKind> {
        if self.open.contains_key(&self.root.join(path)) { Some(EntryKind::File) } else { self.disk.kind(path) }
    }

    fn list(&self) -> &[Entry] {
        self.disk.list()
    }
}
