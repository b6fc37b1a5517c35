//! Tags and digests from registries: off unless the client's settings ask for them, asked for beside the
//! loop, and remembered. Completion never waits for them: it offers what is known so far.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::host::image::{self, Options};
use crate::model::ImageRef;

use super::document::Snapshot;
use super::server::Server;

/// How long an answer counts.
const FRESH: Duration = Duration::from_secs(600);
/// Answers kept at most.
const MAX_ANSWERS: usize = 256;

/// What a registry is asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Question {
    /// The tags of a repository.
    Tags(String),
    /// The digest of an image with its tag.
    Digest(String),
}

/// What registries said so far.
#[derive(Debug, Default)]
pub(super) struct Registries(HashMap<Question, Answer>);

#[derive(Debug)]
struct Answer {
    at: Instant,
    /// Tags, the newest version first, or one digest; none where the registry did not answer.
    words: Vec<String>,
    is_pending: bool,
}

impl Registries {
    /// What is known.
    pub(super) fn words(&self, question: &Question) -> &[String] {
        self.0.get(question).map_or(&[], |answer| &answer.words)
    }
}

/// Asks, unless the answer is known or the settings do not allow it. True while there may come more.
pub(super) fn ask(server: &mut Server, document: &Snapshot, question: Question) -> bool {
    if !server.workspace.shown(document.path.as_deref()).registries {
        return false;
    }
    if let Some(known) = server.registries.0.get(&question).filter(|it| it.is_pending || it.at.elapsed() < FRESH) {
        return known.is_pending;
    }
    if server.registries.0.len() >= MAX_ANSWERS {
        server.registries.0.retain(|_, answer| answer.is_pending);
    }
    let words = server.registries.words(&question).to_vec();
    server.registries.0.insert(question.clone(), Answer { at: Instant::now(), words, is_pending: true });
    let asked = question.clone();
    server.jobs.long(
        move || fetch(&asked),
        move |server, words: Vec<String>| {
            server.registries.0.insert(question, Answer { at: Instant::now(), words, is_pending: false });
        },
    );
    true
}

/// Nothing where the registry cannot be reached or does not know the name: completion then has no more to
/// offer, which is no fault to tell of with each key.
fn fetch(question: &Question) -> Vec<String> {
    let options = |name: &str| Options { insecure: is_local(name), ..Options::default() };
    match question {
        Question::Tags(name) => {
            let mut tags = image::tags(name, &options(name)).unwrap_or_default();
            tags.reverse();
            tags
        }
        Question::Digest(name) => image::digest(name, &options(name)).map(|it| it.to_string()).into_iter().collect(),
    }
}

/// A registry on this machine is spoken to in plain HTTP, as Docker does.
fn is_local(name: &str) -> bool {
    let registry = ImageRef::parse(name).registry.unwrap_or_default();
    let host = registry.rsplit_once(':').map_or(registry.as_str(), |(host, _)| host);
    host == "localhost" || host.starts_with("127.")
}
