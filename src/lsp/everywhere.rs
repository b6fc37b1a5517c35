//! `workspace/diagnostic`: what the linter finds in all files of the open folders, open or not.
//!
//! Clients ask for it again and again. What was found is kept until something on disk or in the
//! settings changes, so that asking again costs nothing.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::sync::Arc;

use rayon::prelude::*;
use serde::Serialize;
use serde_json::Value;

use crate::host::{self, Found};
use crate::lint::FileKind;
use crate::text::decode;

use super::diagnostics::Findings;
use super::dispatch::Json;
use super::document::Snapshot;
use super::jobs::{Cancel, Progress};
use super::linting::Surroundings;
use super::position::Encoding;
use super::server::{CANCELLED, Failure, Server};
use super::uri::path_uri;

/// Files linted at most.
const MAX_FILES: usize = 20_000;
/// Files linted between two reports of progress.
const CHUNK: usize = 16;

/// What was found in one file.
#[derive(Debug)]
struct Report {
    uri: String,
    /// Changes when the findings do.
    id: String,
    items: Vec<Json>,
}

/// What was found in all files, as long as nothing changes.
#[derive(Debug, Default)]
pub(super) struct Memo(Option<Arc<Vec<Report>>>);

impl Memo {
    /// True if there was something to forget.
    pub(super) fn forget(&mut self) -> bool {
        self.0.take().is_some()
    }
}

/// `workspace/diagnostic`.
pub(super) fn pull(server: &mut Server, params: &Value) -> Result<Value, Failure> {
    let (known, ticket) = (known(params), server.hold());
    if let Some(reports) = server.everywhere.0.clone() {
        server.settle(&ticket, Ok(Told::all(&reports, &known)));
        return Ok(Value::Null);
    }
    let sweep = Sweep {
        folders: server.workspace.folders().map(|(_, path)| path.to_path_buf()).collect(),
        surroundings: server.folder_surroundings(),
        encoding: server.client.encoding,
        partial: params.get("partialResultToken").cloned(),
        known,
        gone: ticket.cancel.clone(),
    };
    let outbox = server.client.outbox.clone();
    let partial = sweep.partial.is_some();
    let known = sweep.known.clone();
    let work = move |progress: &Progress| {
        let tell = |new: &[Report]| {
            if let Some(token) = &sweep.partial {
                outbox.notify("$/progress", &Partial { token, value: Told::all(new, &sweep.known) });
            }
        };
        sweep.run(progress, &tell)
    };
    let title = "cachalot: linting the workspace";
    server.background(title, params.get("workDoneToken"), work, move |server, reports: Option<Vec<Report>>| {
        // What was stopped half way says nothing of the rest, now or later.
        let Some(reports) = reports.map(Arc::new) else {
            let stopped: Result<Told, _> = Err((CANCELLED, "stopped before all files were linted".to_string()));
            return server.settle(&ticket, stopped);
        };
        let untold = if partial { &[][..] } else { &reports };
        server.settle(&ticket, Ok(Told::all(untold, &known)));
        if !ticket.cancel.is_cancelled() {
            server.everywhere = Memo(Some(reports));
        }
    });
    Ok(Value::Null)
}

/// The result ids that the client has, by URI.
fn known(params: &Value) -> HashMap<String, String> {
    let all = params.get("previousResultIds").and_then(Value::as_array);
    let text = |it: &Value, key: &str| Some(it.get(key)?.as_str()?.to_string());
    all.into_iter().flatten().filter_map(|it| Some((text(it, "uri")?, text(it, "value")?))).collect()
}

/// Reports as the protocol writes them.
#[derive(Serialize)]
struct Told<'r> {
    items: Vec<OfFile<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OfFile<'r> {
    kind: &'static str,
    uri: &'r str,
    /// Always null: what is on disk has none.
    version: Option<i64>,
    result_id: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<&'r [Json]>,
}

/// Some of the reports, ahead of the answer.
#[derive(Serialize)]
struct Partial<'r> {
    token: &'r Value,
    value: Told<'r>,
}

impl Told<'_> {
    /// All reports; those that the client has, without their findings.
    fn all<'r>(reports: &'r [Report], known: &HashMap<String, String>) -> Told<'r> {
        let of_file = |Report { uri, id, items }: &'r Report| {
            let is_known = known.get(uri) == Some(id);
            let kind = if is_known { "unchanged" } else { "full" };
            OfFile { kind, uri, version: None, result_id: id, items: (!is_known).then_some(items) }
        };
        Told { items: reports.iter().map(of_file).collect() }
    }
}

/// One walk over all folders.
struct Sweep {
    folders: Vec<PathBuf>,
    /// One for each folder.
    surroundings: Vec<Surroundings>,
    encoding: Encoding,
    partial: Option<Value>,
    known: HashMap<String, String>,
    gone: Cancel,
}

impl Sweep {
    /// `None` where somebody stopped it.
    fn run(&self, progress: &Progress, tell: &dyn Fn(&[Report])) -> Option<Vec<Report>> {
        let files = self.files();
        let mut reports = Vec::new();
        for (at, chunk) in files.chunks(CHUNK).enumerate() {
            if progress.is_cancelled() || self.gone.is_cancelled() {
                return None;
            }
            let name = chunk.first().map(|(_, file)| host::display(&file.path)).unwrap_or_default();
            progress.report(at * CHUNK, files.len(), &name);
            let new: Vec<Report> = chunk.par_iter().filter_map(|(folder, file)| self.lint(*folder, file)).collect();
            tell(&new);
            reports.extend(new);
        }
        Some(reports)
    }

    /// All files with the folder that each is in; one that lies in several counts once.
    fn files(&self) -> Vec<(usize, Found)> {
        let mut all: Vec<(usize, Found)> = Vec::new();
        for (at, folder) in self.folders.iter().enumerate() {
            all.extend(host::find(folder).0.into_iter().map(|file| (at, file)));
        }
        all.sort_by(|a, b| a.1.path.cmp(&b.1.path));
        all.dedup_by(|a, b| a.1.path == b.1.path);
        all.truncate(MAX_FILES);
        all
    }

    fn lint(&self, folder: usize, file: &Found) -> Option<Report> {
        let surroundings = self.surroundings.get(folder)?;
        let text = match surroundings.open.get(&file.path) {
            Some(open) => open.to_string(),
            None => decode(&host::read(&file.path).ok()?).0,
        };
        let uri = path_uri(&file.path);
        let snapshot = Snapshot::new(&uri, Some(file.kind), Value::Null, &text, self.encoding);
        let found = surroundings.lint(&snapshot, &self.gone);
        let items = Findings::new(&snapshot, found).items;
        // Most Markdown and compose files have nothing to do with us.
        if items.is_empty() && file.kind != FileKind::Dockerfile && !self.known.contains_key(&uri) {
            return None;
        }
        let mut hasher = DefaultHasher::new();
        items.iter().for_each(|item| item.get().hash(&mut hasher));
        Some(Report { id: format!("{:x}", hasher.finish()), uri, items })
    }
}
