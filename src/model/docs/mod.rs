//! What the words around a Dockerfile say of its image: the commands in Markdown, the ports they
//! publish, and which of them are about which Dockerfile.

mod context;
mod explain;
mod layers;
mod link;
mod ports;
mod project;
mod publish;
mod runs;

use std::sync::Arc;

pub use context::build_contexts;
pub use explain::{Connection, ConnectionKind, Explained, connections, line_of};
pub use link::{Built, ImageNames, dockerfile_of};
pub use ports::{PortGap, unpublished};
pub use project::{Offer, Place, Project, container_port};
pub use publish::Published;
pub use runs::{Run, RunKind, runs};

use crate::syntax::builds::{self, Builds, Workflow};
use crate::syntax::docker_cli::{self, Invocation, Place as Where, Verb};
use crate::syntax::markdown::{self, DockerfileFence};
use crate::syntax::markup::Markup;
use crate::text::{FileId, Spliced};

/// How a file beside a Dockerfile is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocKind {
    /// Commands in code blocks and code spans.
    Document,
    /// Services of compose.
    Compose,
    /// Only the ports that it publishes are looked for.
    Other,
}

/// A Dockerfile shown in a document.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The path that the document gives a whole one, from its own folder on, if it does.
    pub claims: Option<String>,
    /// The Dockerfile, mapped back to the document.
    pub content: Spliced,
    /// False where it is a piece of one: no FROM begins it, or something is left out.
    pub whole: bool,
}

/// What one file says, independent of any Dockerfile.
#[derive(Clone, Debug)]
pub struct DocText {
    /// How it was read.
    pub kind: DocKind,
    /// The calls of docker and its kind, in order.
    pub invocations: Vec<Invocation>,
    /// Calls that prose speaks of without marking them as code, in order. Nobody copies these: only their
    /// names and flags are worth a look.
    pub spoken: Vec<Invocation>,
    /// The ports that anything in the text publishes.
    pub published: Published,
    /// The first heading, in lower case letters and digits only.
    pub title: String,
    /// All headings of the first level; several may mean several documents in one.
    pub titles: Vec<String>,
    /// The Dockerfiles shown in it, in order.
    pub shown: Vec<Shown>,
    /// The services of a compose file.
    pub builds: Option<Builds>,
    /// The text.
    pub text: Arc<str>,
}

impl DocText {
    /// Reads a document.
    pub fn document(markup: Markup, text: impl Into<Arc<str>>) -> DocText {
        let mut doc = DocText::unread(DocKind::Document, text.into());
        let speaks = mentions_docker(&doc.text);
        if speaks || may_show_dockerfile(&doc.text) {
            doc.read(markup, speaks);
        }
        doc.published = match &doc.invocations[..] {
            [] => Published::in_text(&doc.text),
            calls => Published::in_text(&without_arguments(&doc.text, calls)),
        };
        doc
    }

    fn read(&mut self, markup: Markup, speaks: bool) {
        let code = markup.code(&self.text);
        for (number, fence) in code.fences.iter().enumerate() {
            let mut show = |content: Spliced, whole: bool| {
                let claims = whole.then(|| markdown::claimed_path(fence, &self.text)).flatten();
                self.shown.push(Shown { claims, content, whole });
            };
            match markdown::is_dockerfile(fence) {
                DockerfileFence::Whole(content) => show(content, true),
                DockerfileFence::Fragment(content) => show(content, false),
                DockerfileFence::No if speaks => {
                    let found = docker_cli::invocations(&fence.content, &fence.info, Where::Block(number));
                    self.invocations.extend(found);
                }
                DockerfileFence::No => {}
            }
        }
        for span in code.spans.iter().filter(|_| speaks) {
            self.invocations.extend(docker_cli::invocations(span, "", Where::Inline));
        }
        self.titles = code.titles;
        self.spoken = code.prose.iter().filter(|_| speaks).filter_map(docker_cli::in_prose).collect();
        self.invocations.sort_by_key(|it| it.span);
    }

    /// The whole Dockerfiles shown in it.
    pub fn whole(&self) -> impl Iterator<Item = &Shown> {
        self.shown.iter().filter(|it| it.whole)
    }

    /// Reads a compose file for its ports and what it builds.
    pub fn compose(text: impl Into<Arc<str>>) -> DocText {
        let other = DocText::other(text);
        DocText { kind: DocKind::Compose, builds: builds::compose(&other.text), ..other }
    }

    /// Reads any other text for its ports.
    pub fn other(text: impl Into<Arc<str>>) -> DocText {
        let unread = DocText::unread(DocKind::Other, text.into());
        DocText { published: Published::in_text(&unread.text), ..unread }
    }

    fn unread(kind: DocKind, text: Arc<str>) -> DocText {
        DocText {
            kind,
            invocations: Vec::new(),
            spoken: Vec::new(),
            published: Published::default(),
            title: title(&text),
            titles: Vec::new(),
            shown: Vec::new(),
            builds: None,
            text,
        }
    }

    /// All calls, marked as code or not.
    pub fn calls(&self) -> impl Iterator<Item = &Invocation> {
        self.invocations.iter().chain(&self.spoken)
    }

    /// True if a reader is told to open `port` on the own machine: `localhost:8080`.
    pub fn visits(&self, port: u16) -> bool {
        let hosts = ["localhost:", "127.0.0.1:", "0.0.0.0:", "://host:", "://ip:", "docker-host:", "dockerhost:"];
        let number = port.to_string();
        let bare = |at: usize| !self.text[at..].starts_with(|c: char| c.is_ascii_digit());
        hosts.iter().any(|host| {
            let mut places = self.text.match_indices(host).map(|(at, _)| at + host.len());
            places.any(|at| self.text[at..].starts_with(&number) && bare(at + number.len()))
        })
    }
}

/// A file near a Dockerfile.
#[derive(Clone, Debug)]
pub struct DocFile {
    /// The file among the run's sources.
    pub file: FileId,
    /// Its path from the root of [`Docs`], `/` between folders.
    pub path: String,
    /// What it says.
    pub doc: Arc<DocText>,
}

/// The files near one Dockerfile.
#[derive(Clone, Debug, Default)]
pub struct Docs {
    /// The Dockerfile's path from the same root; empty for a Dockerfile in a code block.
    pub dockerfile: String,
    /// The name of the root folder.
    pub root_name: String,
    /// The files, nearest first.
    pub files: Vec<DocFile>,
    /// What else builds images: only the folders that it builds from are taken from it.
    pub recipes: Vec<Recipe>,
}

/// A bake file or a CI workflow near a Dockerfile.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// Its path from the root of [`Docs`].
    pub path: String,
    /// What it builds.
    pub says: Arc<RecipeText>,
}

/// What a bake file or a CI workflow builds.
#[derive(Clone, Debug)]
pub enum RecipeText {
    /// Targets of bake.
    Bake(Builds),
    /// Steps of a workflow.
    Workflow(Workflow),
}

impl RecipeText {
    /// Reads a file by its lower-case name; `None` for one of another kind or that cannot be read.
    pub fn of(name: &str, text: &str) -> Option<RecipeText> {
        if is_bake(name) {
            return builds::bake(text, name.ends_with(".json")).map(RecipeText::Bake);
        }
        is_workflow(name).then(|| builds::workflow(text)).flatten().map(RecipeText::Workflow)
    }
}

/// True for the lower-case name of a file that bake finds by itself.
pub fn is_bake(name: &str) -> bool {
    name.starts_with("docker-bake.") && (name.ends_with(".hcl") || name.ends_with(".json"))
}

/// True for the lower-case name of a file that may be a workflow.
pub fn is_workflow(name: &str) -> bool {
    name.ends_with(".yml") || name.ends_with(".yaml")
}

impl Docs {
    /// The ports that anything publishes.
    pub fn published(&self) -> Published {
        let mut all = Published::default();
        for file in &self.files {
            all.add(&file.doc.published);
        }
        all
    }

    /// Every call with the file that it stands in.
    pub fn invocations(&self) -> impl Iterator<Item = (&DocFile, &Invocation)> {
        self.files.iter().flat_map(|file| file.doc.invocations.iter().map(move |it| (file, it)))
    }

    /// The calls that build an image.
    pub fn builds(&self) -> impl Iterator<Item = (&DocFile, &Invocation)> {
        self.invocations().filter(|(_, it)| it.verb == Verb::Build)
    }
}

/// The text with blanks in the place of what follows an image: these words go to the program in the
/// container and publish nothing.
fn without_arguments(text: &str, invocations: &[Invocation]) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut at = 0;
    for run in invocations.iter().filter(|it| matches!(it.verb, Verb::Run | Verb::Create)) {
        let is_sure = !run.elided && run.flags.iter().all(|flag| flag.known);
        let (Some(first), true) = (run.args.get(1), is_sure) else { continue };
        let (start, end) = (first.span.start as usize, run.span.end as usize);
        if start >= at && end >= start && text.is_char_boundary(start) && text.is_char_boundary(end) {
            kept.push_str(&text[at..start]);
            kept.push_str(" ~ ");
            at = end;
        }
    }
    kept.push_str(&text[at..]);
    kept
}

/// A glance before parsing.
pub fn mentions_docker(text: &str) -> bool {
    let has = |what: &str| memchr::memmem::find(text.as_bytes(), what.as_bytes()).is_some();
    has("docker ")
        || has("ockerfile")
        || has("ontainerfile")
        || has("docker-compose")
        || has("podman ")
        || has("nerdctl ")
        || has("docker.exe")
        || has("ocker ")
        || has("ocekr ")
        || has("dcker ")
        || has("doker ")
        || has("dcoker")
        || has("dokcer")
        || has("dockr ")
}

/// A glance for a Dockerfile that no word announces.
fn may_show_dockerfile(text: &str) -> bool {
    let has = |what: &str| memchr::memmem::find(text.as_bytes(), what.as_bytes()).is_some();
    has("FROM ") || has("ocker") || has("ontainer") || has("OCKER") || (has("from ") && has("run "))
}

fn title(text: &str) -> String {
    let heading = |line: &'_ str| line.strip_prefix("# ").or(line.strip_prefix("= ")).map(plain);
    text.lines().take(60).find_map(heading).unwrap_or_default()
}

/// Letters and digits in lower case.
pub(super) fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
