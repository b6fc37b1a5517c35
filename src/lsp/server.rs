//! The loop: messages in order, one panic guard round each, diagnostics when nothing else waits.

use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::TryRecvError;
use std::time::Duration;

use serde_json::{Value, json};

use crate::config::Overrides;
use crate::host::{ConfigChoice, Configs, Contexts};

use super::document::Document;
use super::position::Encoding;
use super::transport::{Inbox, Outbox};
use super::{actions, completion, diagnostics, hover, names, outline};

const INVALID_REQUEST: i64 = -32600;
const METHOD_NOT_FOUND: i64 = -32601;
const INVALID_PARAMS: i64 = -32602;
const INTERNAL_ERROR: i64 = -32603;
const NOT_INITIALIZED: i64 = -32002;
const CANCELLED: i64 = -32800;

/// How often the client's process is looked for.
const WATCH: Duration = Duration::from_secs(2);

/// An error answer: code and words.
pub(super) type Failure = (i64, String);

/// The service's state.
pub(super) struct Server {
    outbox: Outbox,
    started: bool,
    stopped: bool,
    encoding: Encoding,
    pulls: bool,
    pub(super) documents: BTreeMap<String, Document>,
    pub(super) configs: Configs,
    pub(super) contexts: Contexts,
}

impl Server {
    pub(super) fn new(outbox: Outbox) -> Server {
        Server {
            outbox,
            started: false,
            stopped: false,
            encoding: Encoding::Utf16,
            pulls: false,
            documents: BTreeMap::new(),
            configs: Configs::new(ConfigChoice::Nearest, Overrides::default()),
            contexts: Contexts::default(),
        }
    }

    /// Runs until `exit` or the end of the stream; gives the exit status.
    pub(super) fn run(mut self, inbox: &Inbox) -> u8 {
        loop {
            let message = match inbox.messages.try_recv() {
                Ok(message) => message,
                Err(TryRecvError::Empty) if self.publish_one() => continue,
                Err(_) => match inbox.messages.recv() {
                    Ok(message) => message,
                    Err(_) => return 1,
                },
            };
            let method = message.get("method").and_then(Value::as_str).unwrap_or_default().to_string();
            if method == "exit" {
                return u8::from(!self.stopped);
            }
            let params = message.get("params").unwrap_or(&Value::Null);
            match message.get("id") {
                Some(id) => {
                    let cancelled = inbox.take_cancelled(id);
                    self.answer(id, &method, params, cancelled);
                }
                None if self.started && !self.stopped => {
                    // Nobody hears of a notification that failed; the panic hook says it on stderr.
                    let _ = catch_unwind(AssertUnwindSafe(|| self.notification(&method, params)));
                }
                None => {}
            }
        }
    }

    fn answer(&mut self, id: &Value, method: &str, params: &Value, cancelled: bool) {
        let result = match () {
            () if cancelled => Err((CANCELLED, "cancelled by the client".to_string())),
            () if self.stopped => Err((INVALID_REQUEST, "the server was shut down".to_string())),
            () if self.started && method == "initialize" => {
                Err((INVALID_REQUEST, "the server is initialized already".to_string()))
            }
            () if !self.started && method != "initialize" => {
                Err((NOT_INITIALIZED, "the server is not initialized".to_string()))
            }
            () => catch_unwind(AssertUnwindSafe(|| self.request(method, params)))
                .unwrap_or_else(|_| Err((INTERNAL_ERROR, format!("`{method}` failed; this is a fault of cachalot")))),
        };
        match result {
            Ok(result) => self.outbox.send(json!({"jsonrpc": "2.0", "id": id, "result": result})),
            Err((code, message)) => self.outbox.error(id, code, &message),
        }
    }

    fn request(&mut self, method: &str, params: &Value) -> Result<Value, Failure> {
        match method {
            "initialize" => return Ok(self.initialize(params)),
            "shutdown" => {
                self.stopped = true;
                return Ok(Value::Null);
            }
            _ => {}
        }
        let Some(feature) = feature(method) else {
            return Err((METHOD_NOT_FOUND, format!("`{method}` is not supported")));
        };
        let uri = params.pointer("/textDocument/uri").and_then(Value::as_str);
        let uri = uri.ok_or_else(|| invalid("textDocument.uri is missing"))?.to_string();
        let needs_position = matches!(
            method.rsplit('/').next(),
            Some(
                "hover" | "completion" | "definition" | "references" | "documentHighlight" | "prepareRename" | "rename"
            )
        );
        let position = params.get("position");
        let number = |key| position.and_then(|it| it.get(key)).is_some_and(Value::is_u64);
        if needs_position && !(number("line") && number("character")) {
            return Err(invalid("position is missing"));
        }
        let Some(document) = self.documents.get(&uri) else { return Ok(Value::Null) };
        let offset = document.at(position).unwrap_or(0);
        feature(self, &uri, offset, params)
    }

    fn initialize(&mut self, params: &Value) -> Value {
        self.started = true;
        self.encoding = Encoding::negotiate(params);
        self.pulls = params.pointer("/capabilities/textDocument/diagnostic").is_some_and(Value::is_object);
        if let Some(process) = params.get("processId").and_then(Value::as_u64) {
            watch(process);
        }
        json!({
            "serverInfo": {"name": "cachalot", "version": env!("CARGO_PKG_VERSION")},
            "capabilities": {
                "positionEncoding": self.encoding.name(),
                "textDocumentSync": {"openClose": true, "change": 2, "save": true},
                "diagnosticProvider": {
                    "identifier": "cachalot", "interFileDependencies": true, "workspaceDiagnostics": false
                },
                "codeActionProvider": {"codeActionKinds": ["quickfix", actions::FIX_ALL]},
                "hoverProvider": true,
                "completionProvider": {"triggerCharacters": ["-", "=", ",", "$", "{", "/", " ", "#"]},
                "documentSymbolProvider": true,
                "foldingRangeProvider": true,
                "definitionProvider": true,
                "referencesProvider": true,
                "documentHighlightProvider": true,
                "renameProvider": {"prepareProvider": true},
            },
        })
    }

    fn notification(&mut self, method: &str, params: &Value) {
        let text_document = params.get("textDocument").unwrap_or(&Value::Null);
        let uri = text_document.get("uri").and_then(Value::as_str).unwrap_or_default();
        let version = text_document.get("version").cloned().unwrap_or_default();
        match method {
            "textDocument/didOpen" => {
                let Some(text) = text_document.get("text").and_then(Value::as_str) else { return };
                let language = text_document.get("languageId").and_then(Value::as_str).unwrap_or_default();
                let document = Document::new(uri, language, version, text.to_string(), self.encoding);
                self.documents.insert(uri.to_string(), document);
            }
            "textDocument/didChange" => {
                let changes = params.get("contentChanges").and_then(Value::as_array);
                if let (Some(document), Some(changes)) = (self.documents.get_mut(uri), changes) {
                    document.change(version, changes);
                }
            }
            "textDocument/didClose" if self.documents.remove(uri).is_some() && !self.pulls => {
                let cleared = json!({"uri": uri, "diagnostics": []});
                self.outbox.notify("textDocument/publishDiagnostics", cleared);
            }
            "textDocument/didSave"
            | "workspace/didChangeWatchedFiles"
            | "workspace/didChangeConfiguration"
            | "workspace/didChangeWorkspaceFolders" => self.look_again(),
            _ => {}
        }
    }

    /// Forgets what was read from disk.
    fn look_again(&mut self) {
        self.configs = Configs::new(ConfigChoice::Nearest, Overrides::default());
        self.contexts = Contexts::default();
        self.documents.values_mut().for_each(Document::outdate);
    }

    /// Publishes the diagnostics of one document that waits for it; false if none does.
    fn publish_one(&mut self) -> bool {
        if self.pulls {
            return false;
        }
        let Some(uri) = self.documents.values().find(|it| it.dirty).map(|it| it.uri.clone()) else { return false };
        if let Some(document) = self.documents.get_mut(&uri) {
            document.dirty = false;
        }
        let found = catch_unwind(AssertUnwindSafe(|| diagnostics::of(self, &uri)));
        let version = self.documents.get(&uri).map(|it| it.version.clone()).unwrap_or_default();
        let mut params = json!({"uri": uri, "diagnostics": found.unwrap_or_default()});
        if version.is_i64() || version.is_u64() {
            params["version"] = version;
        }
        self.outbox.notify("textDocument/publishDiagnostics", params);
        true
    }

    /// The texts of all open files, which count more than those on disk.
    pub(super) fn open_files(&self) -> HashMap<PathBuf, Arc<[u8]>> {
        let files = self.documents.values();
        files.filter_map(|it| Some((it.path.clone()?, Arc::from(it.text.as_bytes())))).collect()
    }
}

/// Answers a request about an open document at a byte offset.
type Feature = fn(&mut Server, &str, usize, &Value) -> Result<Value, Failure>;

fn feature(method: &str) -> Option<Feature> {
    Some(match method {
        "textDocument/diagnostic" => diagnostics::pull,
        "textDocument/codeAction" => actions::actions,
        "textDocument/hover" => hover::hover,
        "textDocument/completion" => completion::complete,
        "textDocument/documentSymbol" => outline::symbols,
        "textDocument/foldingRange" => outline::folds,
        "textDocument/definition" => names::definition,
        "textDocument/references" => names::references,
        "textDocument/documentHighlight" => names::highlight,
        "textDocument/prepareRename" => names::prepare_rename,
        "textDocument/rename" => names::rename,
        _ => return None,
    })
}

/// The error for parameters that do not fit.
pub(super) fn invalid(why: &str) -> Failure {
    (INVALID_PARAMS, why.to_string())
}

/// Ends the service when the client's process is gone, where the system tells.
fn watch(process: u64) {
    if !std::path::Path::new("/proc/self").exists() {
        return;
    }
    let place = PathBuf::from(format!("/proc/{process}"));
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(WATCH);
            if !place.exists() {
                std::process::exit(1);
            }
        }
    });
}
