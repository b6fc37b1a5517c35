//! What is said and asked for when a session begins.

use serde_json::{Map, Value, json};

use super::{Phase, Server};
use crate::lsp::dispatch::{self, Feature};
use crate::lsp::settings::SECTION;
use crate::lsp::watch;

impl Server {
    pub(super) fn initialize(&mut self, params: &Value) -> Value {
        self.phase = Phase::Running;
        self.client.introduce(params);
        self.pulls = self.client.can("/textDocument/diagnostic");
        self.workspace.open(params);
        self.initial = params.get("initializationOptions").cloned().unwrap_or_default();
        if let Some(process) = params.get("processId").and_then(Value::as_u64) {
            watch::watch(process);
        }
        self.configure(&Value::Null, &[]);
        let told = dispatch::told().filter(|it| !self.is_registered(it)).map(|it| it.capability);
        let mut capabilities: Map<String, Value> = told.map(|(key, value)| (key.to_string(), value())).collect();
        capabilities.insert("positionEncoding".to_string(), self.client.encoding.name().into());
        let sync = json!({"openClose": true, "change": 2, "save": true});
        capabilities.insert("textDocumentSync".to_string(), sync);
        let folders = json!({"workspaceFolders": {"supported": true, "changeNotifications": true}});
        capabilities.insert("workspace".to_string(), folders);
        let info = json!({"name": "cachalot", "version": env!("CARGO_PKG_VERSION")});
        json!({"serverInfo": info, "capabilities": capabilities})
    }

    /// True for a feature that is registered for Dockerfiles after the handshake.
    fn is_registered(&self, feature: &Feature) -> bool {
        feature.is_exclusive() && self.client.can(&format!("/{}/dynamicRegistration", feature.method))
    }

    pub(super) fn initialized(&mut self) {
        let features = dispatch::told().filter(|it| self.is_registered(it));
        let mut wanted: Vec<(&str, Value)> = features.map(|it| (it.method, it.registration())).collect();
        if self.client.can("/workspace/didChangeWatchedFiles/dynamicRegistration") {
            let watchers = watch::PATTERNS.map(|pattern| json!({"globPattern": pattern}));
            wanted.push(("workspace/didChangeWatchedFiles", json!({"watchers": watchers})));
        }
        if self.client.can("/workspace/didChangeConfiguration/dynamicRegistration") {
            wanted.push(("workspace/didChangeConfiguration", json!({"section": SECTION})));
        }
        self.client.register(wanted);
        self.ask_settings();
    }
}
