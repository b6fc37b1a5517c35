use crate::config::{Config, ConfigError, FailOn, ShellEngine};
use crate::diagnostic::Diagnostic;
use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::cache::{COMMIT, Memory, Past, Request};
use crate::host::{self, Configs, Contexts, DiskFiles, Documents, Git, History, Place, PlaceError, ShellCheck, Store};
use crate::lint::{self, FileKind, Fixed, Input, Parsed, Pasts, Reading};
use crate::model::Model;
use crate::model::docs::{DocText, Docs};
use crate::shell::{ExternalEngine, Memo};
use crate::text::{FileId, Source, Sources, unified_diff};

use crate::cli::output::complain;

use super::Fixing;
use super::gather::Item;

/// What is done to each file; shared by all threads.
pub(super) struct Job<'a> {
    pub(super) configs: &'a Configs,
    pub(super) contexts: Contexts,
    pub(super) documents: Documents,
    pub(super) fixing: Fixing,
    /// Commits that diagnostics about the cache are held against, if any.
    pub(super) history: Option<usize>,
    /// Where results are shared, if they are.
    pub(super) store: Option<Arc<Store>>,
    /// Looked for when the first file asks for it.
    pub(super) shellcheck: OnceLock<Result<ShellCheck, String>>,
    /// Files of one repository share many commands, and fixing lints a file several times.
    pub(super) memo: Arc<Memo>,
}

/// What came of one file.
#[derive(Debug, Default)]
pub(super) struct Done {
    /// The name, if the file was linted.
    pub(super) name: Option<String>,
    /// The texts that the diagnostics point into; empty for a clean file.
    pub(super) sources: Sources,
    /// What was found, or is left after fixing.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The file's threshold, if it was linted.
    pub(super) fail_on: Option<FailOn>,
    /// True if the file's configuration names a baseline.
    pub(super) has_baseline: bool,
    /// What went wrong.
    pub(super) errors: Vec<String>,
    /// Fixes that were refused.
    pub(super) refused: Vec<String>,
    /// How many fixes went in.
    pub(super) fixed: usize,
    /// The unified diff, when asked for.
    pub(super) diff: String,
    /// The text of standard input after fixing.
    pub(super) stdin_text: Option<Vec<u8>>,
}

impl Job<'_> {
    /// Lints one file and fixes it if asked. Never fails: what goes wrong is part of the result.
    pub(super) fn run(&self, item: &Item) -> Done {
        let mut done = Done::default();
        if let Err(error) = self.lint(item, &mut done) {
            done.errors.push(error);
        }
        done
    }

    fn lint(&self, item: &Item, done: &mut Done) -> Result<(), String> {
        let bytes = if item.stdin { host::read_stdin() } else { host::read(&item.path) };
        let bytes = bytes.map_err(|error| error.to_string())?;
        if !item.named && item.kind.markup().is_some() && !may_hold_code(&bytes) {
            return Ok(());
        }
        let config = self.configs.of(&item.path).map_err(|error| shown(&error))?;
        if config.excluded && !item.named {
            return Ok(());
        }
        let mut sources = Sources::default();
        let file = sources.add(Source::from_bytes(&*item.name, &bytes));
        let text = &sources.get(file).text;
        let document = item.kind.markup().map(|markup| Arc::new(DocText::document(markup, text.clone())));
        let shown = document.as_ref().is_some_and(|document| !document.shown.is_empty());
        let shows_dockerfile = item.kind == FileKind::Dockerfile || shown;
        if !item.named && !shows_dockerfile && !lint::holds_commands(text, item.kind) {
            return Ok(());
        }
        let is_documented = item.on_disk && item.kind == FileKind::Dockerfile;
        let docs = is_documented.then(|| self.documents.near(&item.path, &mut sources));
        done.stdin_text = (item.stdin && self.fixing.writes()).then_some(bytes);
        let reading = OnceCell::new();
        let read = || reading.get_or_init(|| Reading::new(file, sources.get(file).text.clone(), self.memo.clone()));
        let context = self.context(item, &config, || read().model(|| &config), docs.as_ref());
        let path = context.as_ref().and_then(|context| context.path_of(&item.path));
        let shellcheck = self.shellcheck(&config)?;
        let (context, path, docs) = (context.as_deref(), path.as_deref(), docs.as_ref());
        let document = document.as_ref();
        // What is remembered of the whole file needs no tree.
        let is_read = self.store.is_none() && item.kind == FileKind::Dockerfile;
        let parsed = is_read.then(read).or(reading.get()).map(|it| it.parsed(&config));
        let memo = &*self.memo;
        let about = About { item, config: &config, context, path, docs, document, parsed, shellcheck, memo };
        if let Some(fixed) = self.fixed(&about.input(&sources, file)) {
            self.take_over(&about, done, &mut sources, file, fixed)?;
        }
        if matches!(self.fixing, Fixing::Diff(_)) {
            done.name = Some(item.name.clone());
            return Ok(());
        }
        done.diagnostics = self.linted(&about, &about.input(&sources, file));
        if item.on_disk && item.kind == FileKind::Dockerfile && done.diagnostics.iter().any(lint::is_about_cache) {
            let varying = || lint::varying(&done.diagnostics, &sources.get(file).text);
            match self.pasts(item, &config, varying) {
                Ok(Some(pasts)) => lint::add_costs(&mut done.diagnostics, &pasts, &sources, file),
                Ok(None) => {}
                Err(error) => done.refused.push(format!("{}: no history: {error}", item.name)),
            }
        }
        if item.named || shows_dockerfile || !done.diagnostics.is_empty() {
            done.name = Some(item.name.clone());
        }
        done.fail_on = Some(config.fail_on.value);
        done.has_baseline = config.baseline.value.is_some();
        if !done.diagnostics.is_empty() {
            done.sources = sources;
        }
        Ok(())
    }

    fn linted(&self, about: &About, input: &Input) -> Vec<Diagnostic> {
        let Some(store) = &self.store else { return lint::lint(input) };
        let engine = about.shellcheck.map(ShellCheck::identity).unwrap_or_default();
        lint::remembered(input, &engine, &Shelf { store, shellcheck: about.shellcheck })
    }

    /// The program that the file's configuration asks for.
    fn shellcheck(&self, config: &Config) -> Result<Option<&ShellCheck>, String> {
        let found = || self.shellcheck.get_or_init(ShellCheck::find).as_ref();
        match config.shell.value {
            ShellEngine::Native | ShellEngine::Off => Ok(None),
            ShellEngine::Auto => Ok(found().ok()),
            ShellEngine::External => found().map(Some).map_err(Clone::clone),
        }
    }

    /// Says where the program failed; true if it did.
    pub(super) fn say_shellcheck_failures(&self) -> bool {
        let failures = self.shellcheck.get().and_then(|found| found.as_ref().ok()).map(ShellCheck::take_failures);
        let failures = failures.unwrap_or_default();
        failures.iter().take(1).for_each(|why| complain(format_args!("{why}")));
        !failures.is_empty()
    }

    /// What happened to the file's steps along its history, where that was asked for.
    fn pasts(
        &self,
        item: &Item,
        config: &Config,
        varying: impl FnOnce() -> Vec<String>,
    ) -> Result<Option<Pasts>, PlaceError> {
        let Some(commits) = self.history else { return Ok(None) };
        let place = Place::new(&item.path, config.context.value.as_ref().map(PathBuf::from), &[])?;
        let mut git = Git::discover(&place.context)?;
        let commits = git.history(&git.commit("HEAD")?, None, commits.saturating_add(1))?;
        let given = config.build_args().map(|(name, value)| (format!("build-arg:{name}"), value.to_string()));
        let mut request = Request { options: given.collect(), ..Request::default() };
        request.options.extend(config.target.value.iter().map(|it| ("target".to_string(), it.clone())));
        let mut past = |request: &Request| -> Result<Past, PlaceError> {
            let mut go_on = || !host::is_interrupted();
            let history = History::build(&place, &mut git, &commits, request, Memory::All, &mut go_on)?;
            Ok(Past::of(&history.replay))
        };
        let plain = past(&request)?;
        let mut names = varying();
        names.retain(|name| !request.options.contains_key(&format!("build-arg:{name}")));
        request.options.extend(names.iter().map(|name| (format!("build-arg:{name}"), COMMIT.to_string())));
        let varied = if names.is_empty() { None } else { Some((names, past(&request)?)) };
        Ok(Some(Pasts { plain, varied }))
    }

    /// The build context: the configured folder, else the one that the Dockerfile is most likely built
    /// from. For files that speak of Dockerfiles, the whole project.
    fn context<'m>(
        &self,
        item: &Item,
        config: &Config,
        model: impl FnOnce() -> &'m Model<'m>,
        docs: Option<&Docs>,
    ) -> Option<Arc<DiskFiles>> {
        if let Some(folder) = config.context.value.as_ref().filter(|_| item.kind == FileKind::Dockerfile) {
            return Some(self.contexts.at(Path::new(folder)));
        }
        let path = Some(&item.path).filter(|_| item.on_disk)?;
        let Some(docs) = docs else { return Some(self.contexts.at(&host::project_root(path))) };
        Some(self.contexts.at(&host::build_folder(path, model, docs, &self.contexts)?))
    }

    /// What is made of the file; `None` where it stays as it is.
    fn fixed(&self, input: &Input) -> Option<Fixed> {
        match &self.fixing {
            Fixing::Off => None,
            Fixing::Apply(limit) | Fixing::Diff(limit) => Some(lint::fix(input, *limit)),
            Fixing::Silence(reason) => Some(lint::add_ignores(input, reason)),
        }
    }

    fn take_over(
        &self,
        about: &About,
        done: &mut Done,
        sources: &mut Sources,
        file: FileId,
        fixed: Fixed,
    ) -> Result<(), String> {
        let item = about.item;
        let Fixed { text, applied, refused, .. } = fixed;
        let line = |it: &lint::Refused| format!("{}:{}: fix of {} refused: {}", item.name, it.line, it.rule, it.why);
        done.refused.extend(refused.iter().map(line));
        let old = &sources.get(file).text;
        if text == **old {
            return Ok(());
        }
        if matches!(self.fixing, Fixing::Diff(_)) {
            done.diff = unified_diff(old, &text, &item.name);
            return Ok(());
        }
        if item.stdin {
            done.stdin_text = Some(text.clone().into_bytes());
        } else {
            host::write_atomically(&item.path, text.as_bytes())
                .map_err(|error| format!("{}: cannot be written: {error}", item.name))?;
        }
        done.fixed = applied.len();
        sources.replace(file, text);
        Ok(())
    }
}

/// The store, but for results that lack what a failing program should have said.
struct Shelf<'a> {
    store: &'a Store,
    shellcheck: Option<&'a ShellCheck>,
}

impl lint::Memory for Shelf<'_> {
    fn get(&self, name: &str) -> Option<Vec<u8>> {
        self.store.get(name)
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        if !self.shellcheck.is_some_and(ShellCheck::has_failed) {
            self.store.put(name, bytes);
        }
    }
}

/// A file with all that it is linted with.
struct About<'a> {
    item: &'a Item,
    config: &'a Config,
    context: Option<&'a DiskFiles>,
    path: Option<&'a str>,
    docs: Option<&'a Docs>,
    document: Option<&'a Arc<DocText>>,
    parsed: Option<Parsed<'a>>,
    shellcheck: Option<&'a ShellCheck>,
    memo: &'a Memo,
}

impl<'a> About<'a> {
    fn input(&self, sources: &'a Sources, file: FileId) -> Input<'a> {
        let shellcheck = self.shellcheck.map(|it| it as &dyn ExternalEngine);
        let input = Input::new(sources, file, self.item.kind, self.config);
        let About { docs, document, parsed, .. } = *self;
        let input = Input { docs, document, parsed, shellcheck, memo: Some(self.memo), ..input };
        match self.context {
            Some(files) => input.with_context(files, self.path),
            None => input,
        }
    }
}

/// Most documents show no Dockerfile and no command; a glance saves parsing them.
fn may_hold_code(bytes: &[u8]) -> bool {
    let has = |what: &[u8]| memchr::memmem::find(bytes, what).is_some();
    has(b"```") || has(b"~~~") || has(b"ocker") || has(b"ontainerfile")
}

/// The error with its file as people know it.
fn shown(error: &ConfigError) -> String {
    let path = host::display(std::path::Path::new(&error.path));
    ConfigError { path, ..error.clone() }.to_string()
}
