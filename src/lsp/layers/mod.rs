//! The layer cache in the editor: how often each step hits, how large it is, and what would run if the
//! open texts were saved. A history is read beside the loop; whatever is asked is answered with what is
//! known by then, and the editor is told to ask again when there is more.

mod commands;
mod hover;
mod known;
mod lenses;
mod next;
mod saves;
mod show;
mod steps;

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;

use crate::config::Config;
use crate::lint::FileKind;
use crate::model::ImageRef;

use super::document::{Document, Snapshot};
use super::jobs::Cancel;
use super::server::{Failure, Server, Ticket};

use known::{Known, Task, canonical, gather};
use next::Next;

pub(super) use commands::{EXPLAIN, execute, provider as command_provider};
pub(super) use hover::about;
pub(super) use lenses::{hints, lenses};
pub(super) use saves::builds;

/// What is known of the layers of each open Dockerfile.
#[derive(Default)]
pub(super) struct Layers {
    files: HashMap<PathBuf, File>,
}

/// One Dockerfile.
#[derive(Default)]
struct File {
    known: Option<Result<Arc<Known>, String>>,
    /// What `known` was made from; a look that finds it unchanged ends there.
    made_from: Option<String>,
    /// The look at the history that is under way.
    running: Option<Cancel>,
    /// True if what is known may be old.
    is_old: bool,
    /// Titles of fixes and what they would have gained.
    gains: Arc<Vec<(String, String)>>,
    next: Option<Arc<Next>>,
    /// Which texts `next` was made from, and whether it is being made.
    next_of: Option<u64>,
    next_runs: bool,
    /// Requests of clients that cannot be told to ask again.
    waiting: Vec<(Ticket, String, Ask)>,
}

/// What is asked again once more is known.
type Ask = fn(&mut Server, &str, usize, &Value) -> Result<Value, Failure>;

impl Layers {
    /// What was read may be old: the next request looks again.
    pub(super) fn outdate(&mut self) {
        self.files.values_mut().for_each(|file| file.is_old = true);
    }

    /// Forgets a closed document.
    pub(super) fn close(&mut self, snapshot: &Snapshot) {
        let file = snapshot.path.as_ref().and_then(|path| self.files.remove(path));
        if let Some(running) = file.and_then(|it| it.running) {
            running.cancel();
        }
    }

    fn of(&self, snapshot: &Snapshot) -> Option<&File> {
        self.files.get(snapshot.path.as_ref()?)
    }

    fn known(&self, snapshot: &Snapshot) -> Option<&Arc<Known>> {
        self.of(snapshot)?.known.as_ref()?.as_ref().ok()
    }

    fn next(&self, snapshot: &Snapshot) -> Option<&Arc<Next>> {
        self.of(snapshot)?.next.as_ref()
    }

    /// What a fix would have gained over the history, in words.
    pub(super) fn gain(&self, snapshot: &Snapshot, title: &str) -> Option<&str> {
        let gains = &self.of(snapshot)?.gains;
        gains.iter().find(|(of, _)| of == title).map(|(_, words)| words.as_str())
    }
}

/// The digest of an image, as a build log or another open text has it.
pub(super) fn digest(server: &Server, snapshot: &Snapshot, image: &ImageRef) -> Option<String> {
    let name = canonical(image);
    let logged = server.layers.known(snapshot).and_then(|known| known.digests.get(&name).cloned());
    logged.or_else(|| {
        let texts = server.documents.values().filter(|it| is_dockerfile(it));
        let mut words = texts.flat_map(|it| it.text.split_whitespace());
        words.find_map(|word| {
            let pinned = ImageRef::parse(word);
            let same = pinned.digest.is_some() && pinned.is_valid() && canonical(&pinned) == name;
            pinned.digest.filter(|_| same)
        })
    })
}

pub(super) fn is_dockerfile(snapshot: &Snapshot) -> bool {
    snapshot.kind == Some(FileKind::Dockerfile)
}

/// Sees to it that what can be known of a document becomes known.
fn look(server: &mut Server, uri: &str) {
    let Some(document) = server.documents.get(uri) else { return };
    let snapshot = document.snapshot.clone();
    let Some(path) = snapshot.path.clone().filter(|_| is_dockerfile(&snapshot)) else { return };
    let file = server.layers.files.entry(path.clone()).or_default();
    if file.running.is_none() && (file.known.is_none() || file.is_old) {
        look_back(server, &snapshot, path);
    }
    look_ahead(server, &snapshot);
}

/// Reads the history beside the loop.
fn look_back(server: &mut Server, snapshot: &Arc<Snapshot>, path: PathBuf) {
    let Ok(config) = server.surroundings(snapshot).config(snapshot) else { return };
    let task =
        Arc::new(Task { dockerfile: path.clone(), text: snapshot.text.to_string(), config: Config::clone(&config) });
    let before = server.layers.files.get(&path).and_then(|file| file.made_from.clone());
    let (asked, uri) = (task.clone(), snapshot.uri.clone());
    let cancel = Cancel::default();
    let stop = cancel.clone();
    server.background(
        "Layer cache",
        None,
        move |progress| {
            let made_from = known::made_from(&asked);
            if made_from.is_some() && made_from == before {
                return None;
            }
            let found = gather(&asked, &|| !progress.is_cancelled() && !stop.is_cancelled(), &|done, all| {
                progress.report(done, all, &format!("{done} of {all} commits"))
            });
            Some((found.map(Arc::new), made_from))
        },
        move |server, found| looked_back(server, &uri, &task, found),
    );
    if let Some(file) = server.layers.files.get_mut(&path) {
        (file.running, file.is_old) = (Some(cancel), false);
    }
}

type LookedBack = Option<(Result<Arc<Known>, String>, Option<String>)>;

fn looked_back(server: &mut Server, uri: &str, task: &Arc<Task>, found: LookedBack) {
    let Some(file) = server.layers.files.get_mut(&task.dockerfile) else { return };
    file.running = None;
    let waiting = std::mem::take(&mut file.waiting);
    let is_new = found.is_some();
    if let Some((known, made_from)) = found {
        (file.known, file.made_from) = (Some(known), made_from);
        (file.next, file.next_of) = (None, None);
    } else if file.known.is_none() {
        file.known = Some(Err("the history could not be read".to_string()));
    }
    for (ticket, uri, ask) in waiting {
        let answer = ask(server, &uri, 0, &Value::Null);
        server.settle(&ticket, answer);
    }
    if is_new {
        server.client.refresh("inlayHint");
        server.client.refresh("codeLens");
        server.documents.values_mut().filter(|it| it.kind.is_none()).for_each(Document::outdate);
        look(server, uri);
        weigh(server, task);
    }
}

/// Finds out what a better order would have gained. Nobody waits for it.
fn weigh(server: &mut Server, task: &Arc<Task>) {
    let has_history = |file: &File| matches!(&file.known, Some(Ok(known)) if known.base.is_some());
    if !server.layers.files.get(&task.dockerfile).is_some_and(has_history) {
        return;
    }
    let (cancel, asked, path) = (Cancel::default(), task.clone(), task.dockerfile.clone());
    let stop = cancel.clone();
    server.jobs.long(
        move || known::gains(&asked, &|| !stop.is_cancelled()),
        move |server, gains| {
            if let Some(file) = server.layers.files.get_mut(&path) {
                (file.gains, file.running) = (Arc::new(gains), None);
            }
        },
    );
    if let Some(file) = server.layers.files.get_mut(&task.dockerfile) {
        file.running.get_or_insert(cancel);
    }
}

/// Predicts the next build beside the loop, if the open texts changed since the last time.
fn look_ahead(server: &mut Server, snapshot: &Arc<Snapshot>) {
    let Some(known) = server.layers.known(snapshot).cloned().filter(|it| it.base.is_some()) else { return };
    let mut hasher = DefaultHasher::new();
    for document in server.documents.values() {
        (&document.uri, document.version.to_string(), document.text.len()).hash(&mut hasher);
    }
    let texts = hasher.finish();
    let open = server.surroundings(snapshot).open;
    let Some(file) = snapshot.path.as_ref().and_then(|path| server.layers.files.get_mut(path)) else { return };
    if file.next_runs || file.next_of == Some(texts) {
        return;
    }
    file.next_runs = true;
    let (now, after) = (snapshot.clone(), snapshot.clone());
    server.jobs.long(
        move || known.base.as_ref().and_then(|base| next::predict(base, &now.text, &open)),
        move |server, next| looked_ahead(server, &after, texts, next),
    );
}

fn looked_ahead(server: &mut Server, snapshot: &Arc<Snapshot>, texts: u64, next: Option<Next>) {
    let Some(file) = snapshot.path.as_ref().and_then(|path| server.layers.files.get_mut(path)) else { return };
    (file.next_runs, file.next_of) = (false, Some(texts));
    let is_same = |old: &Arc<Next>, new: &Next| old.said() == new.said();
    let changed = match (&file.next, &next) {
        (Some(old), Some(new)) => !is_same(old, new),
        (old, new) => old.is_some() || new.as_ref().is_some_and(|it| !it.changed.is_empty()),
    };
    file.next = next.map(Arc::new);
    if changed {
        server.client.refresh("codeLens");
    }
    // What was typed meanwhile.
    let newest = server.documents.get(&snapshot.uri).map(|it| it.snapshot.clone());
    if let Some(newest) = newest {
        look_ahead(server, &newest);
    }
}

/// Holds the present request until the history is read, for a client that cannot be told to ask again.
/// True if it is held.
fn hold(server: &mut Server, uri: &str, feature: &str, ask: Ask) -> bool {
    let is_refreshed = server.client.can(&format!("/workspace/{feature}/refreshSupport"));
    let path = server.documents.get(uri).and_then(|it| it.path.clone());
    let file = path.as_ref().and_then(|path| server.layers.files.get(path));
    if is_refreshed || !file.is_some_and(|it| it.known.is_none() && it.running.is_some()) {
        return false;
    }
    let ticket = server.hold();
    if let Some(file) = path.and_then(|path| server.layers.files.get_mut(&path)) {
        file.waiting.push((ticket, uri.to_string(), ask));
    }
    true
}
