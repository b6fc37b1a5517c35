//! The loop: events in order, one panic guard round each, linting when nothing else waits.

mod configuration;
mod handshake;
mod lints;
mod progress;

use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};

use crate::shell;

use super::client::Client;
use super::dispatch::{self, Json, Run, Waiting, written};
use super::document::{self, Document, Snapshot};
use super::everywhere::Memo;
use super::items::Item;
use super::jobs::{Cancel, Jobs, Progress};
use super::layers::{Layers, is_dockerfile};
use super::linting::{Program, Surroundings};
use super::registries::Registries;
use super::transport::{Event, Inbox, Outbox};
use super::workspace::Workspace;

const INVALID_REQUEST: i64 = -32600;
const METHOD_NOT_FOUND: i64 = -32601;
const INVALID_PARAMS: i64 = -32602;
const INTERNAL_ERROR: i64 = -32603;
const NOT_INITIALIZED: i64 = -32002;
pub(super) const CANCELLED: i64 = -32800;
const CONTENT_MODIFIED: i64 = -32801;

/// An error answer: code and words.
pub(super) type Failure = (i64, String);

/// Where the protocol's handshake stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    New,
    Running,
    Stopped,
}

/// The service's state. Features are functions over it; only the loop has it.
pub(super) struct Server {
    pub(super) client: Client,
    pub(super) jobs: Jobs,
    pub(super) workspace: Workspace,
    pub(super) documents: BTreeMap<String, Document>,
    pub(super) layers: Layers,
    pub(super) everywhere: Memo,
    /// What completion offered last.
    pub(super) offered: Vec<Item>,
    pub(super) registries: Registries,
    memo: Arc<shell::Memo>,
    shellcheck: Arc<Program>,
    phase: Phase,
    /// True for a client that asks for diagnostics instead of being told.
    pulls: bool,
    /// What cannot be read in the settings, as the client was told.
    faults: Vec<String>,
    /// Settings given in `initialize`, below those that the client's configuration has.
    initial: Value,
    /// The request that a feature answers now.
    current: Option<Value>,
    /// Requests whose answer comes later, by id.
    held: HashMap<String, Cancel>,
    /// Progress under way, by token.
    progress: HashMap<String, Progress>,
}

/// A request whose answer comes later.
pub(super) struct Ticket {
    id: Value,
    /// Set when the client no longer wants the answer.
    pub(super) cancel: Cancel,
}

impl Server {
    pub(super) fn new(outbox: Outbox, inbox: &Inbox) -> Server {
        Server {
            client: Client::new(outbox),
            jobs: Jobs::new(inbox.reports.clone()),
            workspace: Workspace::new(),
            documents: BTreeMap::new(),
            layers: Layers::default(),
            everywhere: Memo::default(),
            offered: Vec::new(),
            registries: Registries::default(),
            memo: Arc::default(),
            shellcheck: Arc::default(),
            phase: Phase::New,
            pulls: false,
            faults: Vec::new(),
            initial: Value::Null,
            current: None,
            held: HashMap::new(),
            progress: HashMap::new(),
        }
    }

    /// Runs until `exit` or the end of the stream; gives the exit status.
    pub(super) fn run(mut self, inbox: &Inbox) -> u8 {
        loop {
            let event = inbox.events.try_recv().or_else(|_| {
                self.start_lints();
                inbox.events.recv()
            });
            match event.unwrap_or(Event::End) {
                Event::Message(message) if message.get("method").is_none() => self.answered(&message),
                Event::Message(message) if message["method"] == "exit" => {
                    return u8::from(self.phase != Phase::Stopped);
                }
                Event::Message(message) => self.message(&message, inbox),
                Event::Cancelled(id) => self.cancelled(&id),
                Event::Done(then) => self.guarded(then),
                Event::End => return 1,
            }
        }
    }

    /// Nobody hears of a notification or a job that failed; the panic hook says it on stderr.
    fn guarded(&mut self, work: impl FnOnce(&mut Server)) {
        let _ = catch_unwind(AssertUnwindSafe(|| work(self)));
    }

    fn answered(&mut self, message: &Value) {
        let Some(then) = message.get("id").and_then(|id| self.client.answered(id)) else { return };
        let result = match message.get("error").filter(|error| !error.is_null()) {
            Some(error) => Err(error.clone()),
            None => Ok(message.get("result").cloned().unwrap_or_default()),
        };
        self.guarded(|server| then(server, result));
    }

    fn message(&mut self, message: &Value, inbox: &Inbox) {
        let method = message.get("method").and_then(Value::as_str).unwrap_or_default();
        let params = message.get("params").unwrap_or(&Value::Null);
        match message.get("id") {
            Some(id) => {
                let cancelled = inbox.take_cancelled(id);
                self.request(id, method, params, cancelled);
            }
            None if self.phase == Phase::Running => self.guarded(|server| server.notification(method, params)),
            None => {}
        }
    }

    fn request(&mut self, id: &Value, method: &str, params: &Value, cancelled: bool) {
        let refusal = match self.phase {
            _ if cancelled => Some((CANCELLED, "cancelled by the client")),
            Phase::Stopped => Some((INVALID_REQUEST, "the server was shut down")),
            Phase::Running if method == "initialize" => Some((INVALID_REQUEST, "the server is initialized already")),
            Phase::New if method != "initialize" => Some((NOT_INITIALIZED, "the server is not initialized")),
            _ => None,
        };
        if let Some((code, why)) = refusal {
            return self.client.outbox.error(id, code, why);
        }
        self.answer(id, method, |server| match method {
            "initialize" => Ok(Some(written(&server.initialize(params)))),
            "shutdown" => {
                server.phase = Phase::Stopped;
                Ok(Some(written(&Value::Null)))
            }
            _ => server.feature(id, method, params),
        });
    }

    /// Runs what gives the answer, and sends it unless it is `None`: then it comes later.
    fn answer(&mut self, id: &Value, what: &str, run: impl FnOnce(&mut Server) -> Result<Option<Json>, Failure>) {
        self.current = Some(id.clone());
        let result = catch_unwind(AssertUnwindSafe(|| run(self)));
        let is_held = self.current.take().is_none();
        if !matches!(result, Ok(Ok(_))) {
            // One answer is enough, though a job may have been promised another.
            self.held.remove(&id.to_string()).iter().for_each(Cancel::cancel);
        }
        match result {
            Ok(Ok(Some(_)) | Ok(None)) if is_held => {}
            Ok(Ok(None)) => {}
            Ok(Ok(Some(result))) => self.client.outbox.answer(id, &result),
            Ok(Err((code, why))) => self.client.outbox.error(id, code, &why),
            Err(_) => {
                let why = format!("`{what}` failed; this is a fault of cachalot");
                self.client.outbox.error(id, INTERNAL_ERROR, &why);
            }
        }
    }

    fn feature(&mut self, id: &Value, method: &str, params: &Value) -> Result<Option<Json>, Failure> {
        let Some(feature) = dispatch::find(method) else {
            return Err((METHOD_NOT_FOUND, format!("`{method}` is not supported")));
        };
        let null = || Ok(Some(written(&Value::Null)));
        match feature.run {
            Run::Workspace(run) => run(self, params).map(|value| Some(written(&value))),
            Run::Linted(run) => {
                let uri = uri(params)?;
                match self.documents.get_mut(uri) {
                    None => null(),
                    Some(document) if document.findings.is_none() => {
                        document.waiting.push(Waiting { id: id.clone(), params: params.clone(), run });
                        Ok(None)
                    }
                    Some(_) => run(self, uri, params).map(Some),
                }
            }
            Run::Text(run) => match self.dockerfile(uri(params)?) {
                Some(document) => Ok(Some(run(document, params))),
                None => null(),
            },
            Run::Document(run) | Run::Position(run) => {
                let (uri, position) = (uri(params)?, params.get("position"));
                let is_place = |key| position.and_then(|it| it.get(key)).is_some_and(Value::is_u64);
                if matches!(feature.run, Run::Position(_)) && !(is_place("line") && is_place("character")) {
                    return Err(invalid("position is missing"));
                }
                let Some(document) = self.dockerfile(uri) else { return null() };
                let offset = document.at(position).unwrap_or(0);
                run(self, uri, offset, params).map(|value| Some(written(&value)))
            }
        }
    }

    /// An open Dockerfile.
    fn dockerfile(&mut self, uri: &str) -> Option<&mut Document> {
        self.documents.get_mut(uri).filter(|document| is_dockerfile(document))
    }

    /// Promises the answer of the present request for later: what the feature returns is not sent.
    pub(super) fn hold(&mut self) -> Ticket {
        let ticket = Ticket { id: self.current.take().unwrap_or_default(), cancel: Cancel::default() };
        self.held.insert(ticket.id.to_string(), ticket.cancel.clone());
        ticket
    }

    /// Answers a request that was held, unless the client gave it up.
    pub(super) fn settle(&mut self, ticket: &Ticket, result: Result<impl Serialize, Failure>) {
        if self.held.remove(&ticket.id.to_string()).is_none() {
            return;
        }
        match result {
            Ok(result) => self.client.outbox.answer(&ticket.id, &written(&result)),
            Err((code, why)) => self.client.outbox.error(&ticket.id, code, &why),
        }
    }

    fn cancelled(&mut self, id: &Value) {
        let held = self.held.remove(&id.to_string()).inspect(Cancel::cancel).is_some();
        let mut waited = false;
        for document in self.documents.values_mut() {
            let before = document.waiting.len();
            document.waiting.retain(|it| it.id != *id);
            waited |= document.waiting.len() < before;
        }
        if held || waited {
            self.client.outbox.error(id, CANCELLED, "cancelled by the client");
        }
    }

    fn notification(&mut self, method: &str, params: &Value) {
        let text_document = params.get("textDocument").unwrap_or(&Value::Null);
        let uri = text_document.get("uri").and_then(Value::as_str).unwrap_or_default();
        let version = text_document.get("version").cloned().unwrap_or_default();
        match method {
            "initialized" => self.initialized(),
            "textDocument/didOpen" => {
                let Some(text) = text_document.get("text").and_then(Value::as_str) else { return };
                let language = text_document.get("languageId").and_then(Value::as_str).unwrap_or_default();
                let kind = document::kind(uri, language);
                let pins_edits = self.client.can("/workspace/workspaceEdit/documentChanges");
                let snapshot = Snapshot::new(uri, kind, version, text, self.client.encoding);
                let snapshot = snapshot.remembering(&self.memo).pinning_edits(pins_edits);
                self.close(uri);
                self.documents.insert(uri.to_string(), Document::new(snapshot));
            }
            "textDocument/didChange" => {
                let changes = params.get("contentChanges").and_then(Value::as_array);
                if let (Some(document), Some(changes)) = (self.documents.get_mut(uri), changes) {
                    let waste = document.change(version, changes);
                    self.jobs.drop_beside(waste);
                    self.documents.values_mut().filter(|it| it.uri != uri).for_each(Document::forget_last);
                    self.tell(uri);
                }
            }
            "textDocument/didClose" => {
                let is_told = self.documents.get(uri).is_some_and(|it| self.is_told(it));
                if !(self.close(uri) && is_told) {
                    return;
                }
                let cleared = json!({"uri": uri, "diagnostics": []});
                self.client.outbox.notify("textDocument/publishDiagnostics", &cleared);
            }
            "textDocument/didSave" | "workspace/didChangeWatchedFiles" => self.ask_settings(),
            "workspace/didChangeConfiguration" => self.settings_changed(params),
            "workspace/didChangeWorkspaceFolders" => {
                self.workspace.change(params.get("event").unwrap_or(&Value::Null));
                self.ask_settings();
            }
            "window/workDoneProgress/cancel" => {
                let token = params.get("token").map(Value::to_string).unwrap_or_default();
                self.progress.get(&token).iter().for_each(|progress| progress.cancel.cancel());
            }
            _ => {}
        }
    }

    /// Forgets a document; requests that wait for it get an empty answer.
    fn close(&mut self, uri: &str) -> bool {
        let Some(mut document) = self.documents.remove(uri) else { return false };
        self.layers.close(&document);
        document.outdate();
        for waiting in document.waiting {
            self.client.outbox.answer(&waiting.id, &written(&Value::Null));
        }
        true
    }

    /// What the findings of a document depend on.
    pub(super) fn surroundings(&self, snapshot: &Snapshot) -> Surroundings {
        self.surroundings_at(snapshot.path.as_deref())
    }

    /// What findings depend on at each of the open folders.
    pub(super) fn folder_surroundings(&self) -> Vec<Surroundings> {
        self.workspace.folders().map(|(_, path)| self.surroundings_at(Some(path))).collect()
    }

    fn surroundings_at(&self, path: Option<&Path>) -> Surroundings {
        let files = self.documents.values();
        Surroundings {
            configs: self.workspace.configs(path).clone(),
            contexts: self.workspace.contexts.clone(),
            documents: self.workspace.documents.clone(),
            open: Arc::new(files.filter_map(|it| Some((it.path.clone()?, it.text.clone()))).collect()),
            memo: self.memo.clone(),
            shellcheck: self.shellcheck.clone(),
            without_context: false,
        }
    }
}

/// The document that a request is about.
fn uri(params: &Value) -> Result<&str, Failure> {
    let uri = params.pointer("/textDocument/uri").and_then(Value::as_str);
    uri.ok_or_else(|| invalid("textDocument.uri is missing"))
}

/// The error for parameters that do not fit.
pub(super) fn invalid(why: &str) -> Failure {
    (INVALID_PARAMS, why.to_string())
}

/// The error for an answer that the document has outrun.
pub(super) fn modified() -> Failure {
    (CONTENT_MODIFIED, "the document has changed since".to_string())
}

#[cfg(test)]
mod tests;
