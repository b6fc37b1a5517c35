//! Lints of open documents: started when nothing else waits, told when they are done.

use std::sync::Arc;
use std::sync::mpsc::Receiver;

use super::Server;
use crate::lsp::diagnostics::{self, Findings};
use crate::lsp::dispatch::Waiting;
use crate::lsp::document::{Document, Snapshot};
use crate::lsp::jobs::Cancel;
use crate::lsp::layers;
use crate::lsp::linting::Found;

/// Gives the findings of a document, beside the loop.
type Linter = Box<dyn FnOnce(&Snapshot, &Cancel) -> Found + Send>;

impl Server {
    /// Starts a lint of each document whose present version somebody waits for.
    pub(super) fn start_lints(&mut self) {
        let asked = |it: &Document| self.is_told(it) || !it.waiting.is_empty();
        let wanted = |it: &Document| it.findings.is_none() && it.lint.is_none() && asked(it);
        let uris: Vec<String> = self.documents.values().filter(|it| wanted(it)).map(|it| it.uri.clone()).collect();
        for uri in uris {
            self.start_lint(&uri);
        }
    }

    /// True for a document whose diagnostics are pushed: nobody pulls those of files that are not linted.
    pub(super) fn is_told(&self, document: &Document) -> bool {
        !self.pulls || document.kind.is_none()
    }

    fn start_lint(&mut self, uri: &str) {
        let Some(document) = self.documents.get(uri) else { return };
        let snapshot = document.snapshot.clone();
        let lint = self.linter(&snapshot);
        let cancel = Cancel::default();
        let (stop, mine) = (cancel.clone(), cancel.clone());
        let uri = uri.to_string();
        if let Some(document) = self.documents.get_mut(&uri) {
            document.lint = Some(cancel);
        }
        let work = move || {
            let mut found = lint(&snapshot, &stop);
            let late = found.late.take();
            (Findings::new(&snapshot, found), late)
        };
        self.jobs.short(work, move |server, (found, late)| {
            if let Some(late) = late {
                server.wait_for_context(&uri, late);
            }
            server.linted(&uri, &mine, found);
        });
    }

    /// What gives the findings of a document: the linter, or for another file of a build what it changes there.
    fn linter(&mut self, snapshot: &Snapshot) -> Linter {
        match (snapshot.kind, snapshot.path.clone()) {
            (None, Some(path)) => {
                let builds = layers::builds(self, &path);
                Box::new(move |snapshot, _| builds.changed_by(&path, &snapshot.text))
            }
            _ => {
                let surroundings = self.surroundings(snapshot);
                let is_listing = self.documents.get(&snapshot.uri).is_some_and(|it| it.is_listing);
                Box::new(move |snapshot, stop| surroundings.lint_soon(snapshot, stop, is_listing))
            }
        }
    }

    /// Has a document linted again once its build context is listed.
    fn wait_for_context(&mut self, uri: &str, listed: Receiver<()>) {
        let Some(document) = self.documents.get_mut(uri) else { return };
        document.is_listing = true;
        let uri = uri.to_string();
        self.jobs.long(
            move || _ = listed.recv(),
            move |server, ()| {
                let Some(document) = server.documents.get_mut(&uri) else { return };
                document.is_listing = false;
                document.outdate();
                if server.pulls {
                    server.client.refresh("diagnostics");
                }
            },
        );
    }

    /// Takes the findings of a document's present version, and does what waited for them.
    fn linted(&mut self, uri: &str, lint: &Cancel, found: Findings) {
        let Some(document) = self.documents.get_mut(uri) else { return };
        if document.lint.take_if(|it| it.is(lint)).is_none_or(|lint| lint.is_cancelled()) {
            return;
        }
        document.findings = Some(Arc::new(found));
        self.tell(uri);
    }

    /// Answers who waits for the findings of a document, and publishes them, once they are there.
    pub(super) fn tell(&mut self, uri: &str) {
        let Some(document) = self.documents.get_mut(uri).filter(|it| it.findings.is_some()) else { return };
        // Somebody waits for an answer, while what is published is only there to be looked at.
        for Waiting { id, params, run } in std::mem::take(&mut document.waiting) {
            self.answer(&id, "a request", |server| run(server, uri, &params).map(Some));
        }
        if self.documents.get(uri).is_some_and(|it| self.is_told(it)) {
            diagnostics::publish(self, uri);
        }
    }
}
