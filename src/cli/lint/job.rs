use crate::config::{Config, ConfigError};
use crate::diagnostic::{Applicability, Diagnostic};
use crate::host::{self, Configs};
use crate::lint::{self, FileKind, Fixed, Input};
use crate::text::{FileId, Source, Sources};

use super::Fixing;
use super::gather::Item;

/// What is done to each file; shared by all threads.
pub(super) struct Job<'a> {
    pub(super) configs: &'a Configs,
    pub(super) fixing: Fixing,
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
    /// True if a diagnostic reached the file's threshold.
    pub(super) fails: bool,
    /// What went wrong.
    pub(super) errors: Vec<String>,
    /// Fixes that were refused.
    pub(super) refused: Vec<String>,
    /// How many fixes went in.
    pub(super) fixed: usize,
    /// The unified diff, when asked for.
    pub(super) diff: String,
    /// The text of standard input after fixing.
    pub(super) stdin_text: Option<String>,
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
        if !item.named && item.kind == FileKind::Markdown && !may_hold_a_fence(&bytes) {
            return Ok(());
        }
        let config = self.configs.of(&item.path).map_err(|error| shown(&error))?;
        if config.excluded && !item.named {
            return Ok(());
        }
        let mut sources = Sources::default();
        let file = sources.add(Source::from_bytes(&*item.name, &bytes));
        if let Some(limit) = self.limit()
            && !refuses_bytes(&sources, file, done)
        {
            self.fix(item, done, &mut sources, file, &config, limit)?;
        }
        done.name = Some(item.name.clone());
        if matches!(self.fixing, Fixing::Diff(_)) {
            return Ok(());
        }
        done.diagnostics = lint::lint(&Input::new(&sources, file, item.kind, &config));
        done.fails = done.diagnostics.iter().any(|it| config.fail_on.value.fails(it.severity));
        if !done.diagnostics.is_empty() {
            done.sources = sources;
        }
        Ok(())
    }

    fn limit(&self) -> Option<Applicability> {
        match self.fixing {
            Fixing::Off => None,
            Fixing::Apply(limit) | Fixing::Diff(limit) => Some(limit),
        }
    }

    fn fix(
        &self,
        item: &Item,
        done: &mut Done,
        sources: &mut Sources,
        file: FileId,
        config: &Config,
        limit: Applicability,
    ) -> Result<(), String> {
        let Fixed { text, applied, refused, .. } = lint::fix(&Input::new(sources, file, item.kind, config), limit);
        let old = &sources.get(file).text;
        let changed = text != **old;
        done.refused.extend(
            refused.iter().map(|it| format!("{}:{}: fix of {} refused: {}", item.name, it.line, it.rule, it.why)),
        );
        if matches!(self.fixing, Fixing::Diff(_)) {
            if changed {
                done.diff = lint::unified_diff(old, &text, &item.name);
            }
            return Ok(());
        }
        if item.stdin {
            done.stdin_text = Some(text.clone());
        } else if changed {
            host::write_atomically(&item.path, text.as_bytes())
                .map_err(|error| format!("{}: cannot be written: {error}", item.name))?;
        }
        if changed {
            done.fixed = applied.len();
            *sources = Sources::default();
            sources.add(Source::new(&*item.name, text));
        }
        Ok(())
    }
}

/// Bytes that are not UTF-8 would be lost in writing, so such a file is left alone.
fn refuses_bytes(sources: &Sources, file: FileId, done: &mut Done) -> bool {
    let source = sources.get(file);
    if !source.invalid.is_empty() {
        done.refused.push(format!("{}: not fixed, because it is not UTF-8", source.name));
    }
    !source.invalid.is_empty()
}

/// Most Markdown shows no Dockerfile; a glance saves parsing it.
fn may_hold_a_fence(bytes: &[u8]) -> bool {
    let has = |what: &[u8]| memchr::memmem::find(bytes, what).is_some();
    has(b"```") || has(b"~~~")
}

/// The error with its file as people know it.
fn shown(error: &ConfigError) -> String {
    let path = host::display(std::path::Path::new(&error.path));
    ConfigError { path, ..error.clone() }.to_string()
}
