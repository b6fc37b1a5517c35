//! The client's settings, and what is forgotten when they or the files on disk change.

use serde_json::{Value, json};

use super::Server;
use crate::lsp::document::Document;
use crate::lsp::settings::{SECTION, Settings};

impl Server {
    /// Settings that came without being asked for, from clients that cannot be asked.
    pub(super) fn settings_changed(&mut self, params: &Value) {
        match params.pointer(&format!("/settings/{SECTION}")) {
            Some(section) if !self.client.can("/workspace/configuration") => self.configure(&section.clone(), &[]),
            _ => self.ask_settings(),
        }
    }

    /// Asks for the settings, where the client has some; whatever it answers, what was read from
    /// disk is read again.
    pub(super) fn ask_settings(&mut self) {
        if !self.client.can("/workspace/configuration") {
            return self.look_again();
        }
        let folders = self.workspace.folders().map(|(uri, _)| json!({"scopeUri": uri, "section": SECTION}));
        let items: Vec<Value> = std::iter::once(json!({"section": SECTION})).chain(folders).collect();
        self.client.ask("workspace/configuration", json!({"items": items}), |server, answer| {
            let answer = answer.ok().and_then(|it| it.as_array().cloned()).unwrap_or_default();
            let (everywhere, folders) = answer.split_first().map_or((Value::Null, &[][..]), |(a, b)| (a.clone(), b));
            server.configure(&everywhere, folders);
        });
    }

    pub(super) fn configure(&mut self, everywhere: &Value, folders: &[Value]) {
        let read = |section: &Value| Settings::read(&merged(&self.initial, section));
        let (everywhere, faults) = read(everywhere);
        let (folders, of_folders): (Vec<Settings>, Vec<_>) = folders.iter().map(read).unzip();
        let mut faults: Vec<String> = faults.into_iter().chain(of_folders.into_iter().flatten()).collect();
        faults.sort();
        faults.dedup();
        // Settings are read again with every file that is saved.
        for fault in faults.iter().filter(|fault| !self.faults.contains(fault)) {
            self.client.show_message(2, fault);
        }
        self.faults = faults;
        self.workspace.configure(&everywhere, &folders);
        self.outdate();
    }

    /// Forgets what was read from disk.
    fn look_again(&mut self) {
        self.workspace.forget();
        self.outdate();
    }

    /// Something that findings depend on has changed.
    fn outdate(&mut self) {
        let had_findings = self.everywhere.forget() | self.documents.values().any(|it| it.findings.is_some());
        self.documents.values_mut().for_each(Document::outdate);
        self.layers.outdate();
        if self.pulls && had_findings {
            self.client.refresh("diagnostics");
        }
    }
}

/// Settings with those of `above` in place of their namesakes.
fn merged(below: &Value, above: &Value) -> Value {
    let mut all = below.as_object().cloned().unwrap_or_default();
    let set = above.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    all.extend(set.map(|(key, value)| (key.clone(), value.clone())));
    Value::Object(all)
}
