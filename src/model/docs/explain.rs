//! What was linked to a Dockerfile, and why.

use super::{Built, DocFile, Docs, ImageNames, dockerfile_of, runs};
use crate::syntax::docker_cli::{CliWord, Invocation, Place, is_placeholder};

/// Longest command that is shown whole.
const MAX_SHOWN: usize = 80;

/// A Dockerfile and what speaks of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explained {
    /// Its path.
    pub dockerfile: String,
    /// What speaks of it, by file and line.
    pub connections: Vec<Connection>,
}

/// One thing that speaks of a Dockerfile.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Connection {
    /// The file.
    pub file: String,
    /// The line in it, from 1.
    pub line: u32,
    /// What it is.
    pub kind: ConnectionKind,
    /// The command, service or target; empty where only the place tells.
    pub what: String,
    /// Why it is about this Dockerfile.
    pub why: String,
}

/// What kind of thing speaks of a Dockerfile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConnectionKind {
    /// A documented command that builds it.
    Build,
    /// A documented command that runs its image.
    Run,
    /// A service of compose.
    Compose,
    /// A target of bake.
    Bake,
    /// Only the place: the file is read for what it publishes.
    Place,
}

impl ConnectionKind {
    /// The word for it in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            ConnectionKind::Build => "build",
            ConnectionKind::Run => "run",
            ConnectionKind::Compose => "compose",
            ConnectionKind::Bake => "bake",
            ConnectionKind::Place => "place",
        }
    }
}

/// What the documents near a Dockerfile have to do with it. `name_of` gives a file's name for people.
pub fn connections(docs: &Docs, name_of: &dyn Fn(&DocFile) -> String) -> Vec<Connection> {
    let names = ImageNames::new(docs);
    let mut found = Vec::new();
    let mut add = |file: &DocFile, call: &Invocation, kind, why: String| {
        let line = line_of(&file.doc.text, call.span.start);
        found.push(Connection { file: name_of(file), line, kind, what: shown(call), why });
    };
    for (file, build) in docs.builds().filter(|(file, build)| dockerfile_of(build, &file.path, docs) == Built::This) {
        let tags: Vec<&str> = build.values("tag").map(|tag| tag.text.as_str()).collect();
        let why = if tags.is_empty() { String::new() } else { format!(" and calls it {}", tags.join(", ")) };
        add(file, build, ConnectionKind::Build, format!("builds it{why}"));
    }
    for run in runs(docs, &names) {
        let Some(image) = run.invocation.image() else { continue };
        add(run.file, run.invocation, ConnectionKind::Run, reason(&names, image, run.invocation.place));
    }
    for file in &docs.files {
        let name = name_of(file);
        if !found.iter().any(|it| it.file == name) {
            let what = String::new();
            found.push(Connection { file: name, line: 1, kind: ConnectionKind::Place, what, why: place(docs, file) });
        }
    }
    found.sort();
    found
}

fn reason(names: &ImageNames, image: &CliWord, place: Place) -> String {
    let name = &image.text;
    match () {
        () if is_placeholder(name) && matches!(place, Place::Block(_)) => {
            format!("runs it: `{name}` stands for the image that is built here")
        }
        () if names.is_built_as(name) => format!("runs it: a build command gives it the name `{name}`"),
        () => format!("runs it: `{name}` is what the folder, the title or a badge calls it"),
    }
}

fn place(docs: &Docs, file: &DocFile) -> String {
    let folder = |path: &str| path.rsplit_once('/').map_or("", |(folder, _)| folder).to_string();
    let is_beside = folder(&docs.dockerfile) == folder(&file.path);
    let place = if is_beside { "lies beside it" } else { "lies above it and speaks of the whole project" };
    format!("{place}; read for the ports that it publishes")
}

fn shown(call: &Invocation) -> String {
    let text = call.text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(MAX_SHOWN) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text,
    }
}

/// The line, from 1, of a byte of a text.
pub fn line_of(text: &str, offset: u32) -> u32 {
    let before = text.as_bytes().get(..offset as usize).unwrap_or(text.as_bytes());
    memchr::memchr_iter(b'\n', before).count() as u32 + 1
}
