//! Long work beside the loop that the client can watch and stop.

use serde_json::{Value, json};

use super::Server;
use crate::lsp::jobs::Progress;

impl Server {
    /// Runs a job of seconds or minutes beside the loop, with progress shown under `title` where the
    /// client can, or under the token of the request that wants it. The job looks at
    /// [`Progress::is_cancelled`] and reports; a panic gives the default.
    pub(in crate::lsp) fn background<R: Default + Send + 'static>(
        &mut self,
        title: &str,
        token: Option<&Value>,
        work: impl FnOnce(&Progress) -> R + Send + 'static,
        then: impl FnOnce(&mut Server, R) + Send + 'static,
    ) {
        let progress = self.progress(title, token);
        let mine = progress.clone();
        self.jobs.long(
            move || work(&mine),
            move |server, result| {
                progress.end();
                server.progress.retain(|_, it| !it.is(&progress));
                then(server, result);
            },
        );
    }

    /// Progress that the client shows once it has said yes to a token.
    fn progress(&mut self, title: &str, token: Option<&Value>) -> Progress {
        if let Some(token) = token {
            let progress = Progress::new(self.client.outbox.clone(), Some(token.clone()), title);
            progress.show();
            self.progress.insert(token.to_string(), progress.clone());
            return progress;
        }
        if !self.client.can("/window/workDoneProgress") {
            return Progress::new(self.client.outbox.clone(), None, title);
        }
        let token = json!(format!("cachalot/{}/{title}", self.progress.len()));
        let progress = Progress::new(self.client.outbox.clone(), Some(token.clone()), title);
        self.progress.insert(token.to_string(), progress.clone());
        let shown = progress.clone();
        self.client.ask("window/workDoneProgress/create", json!({"token": token}), move |_, answer| {
            if answer.is_ok() {
                shown.show();
            }
        });
        progress
    }
}
