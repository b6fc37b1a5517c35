use std::sync::{Arc, OnceLock};

use super::digest::{Digest, Hasher};
use super::select::Selector;
use super::tree::Dir;
use super::verdict::Verdict;

/// What a build does: its vertices in an order in which inputs come first, and the Dockerfile's
/// steps that they belong to.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// The vertices; equal ones of several stages are one.
    pub vertices: Vec<Vertex>,
    /// The steps in the order of the file, those of stages that are not built included.
    pub steps: Vec<Step>,
}

/// One instruction that BuildKit counts: FROM an image, RUN, COPY, ADD and WORKDIR.
#[derive(Clone, Debug)]
pub struct Step {
    /// Where it stands.
    pub place: Place,
    /// Its vertices; empty for stages that are not built.
    pub vertices: Vec<usize>,
    /// True if its stage is built.
    pub reachable: bool,
}

/// Where a step stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Number of the stage, from 0.
    pub stage: usize,
    /// Its name, or `stage-N`.
    pub stage_name: String,
    /// The step's number in its stage, from 1, as BuildKit counts.
    pub index: usize,
    /// How many steps the stage has.
    pub total: usize,
    /// First line, from 1.
    pub line: u32,
    /// Last line.
    pub end_line: u32,
    /// The instruction as written, in one line.
    pub instruction: String,
    /// The name that BuildKit prints: `[stage i/n] COPY . .`.
    pub name: String,
}

/// Something that BuildKit runs or finds in the cache.
#[derive(Clone, Debug)]
pub struct Vertex {
    /// What it does.
    pub kind: VertexKind,
    /// Its own part of the cache key.
    pub key: Key,
    /// What it reads; the file system that it builds upon is the first.
    pub inputs: Vec<Input>,
    /// The name that BuildKit prints.
    pub name: String,
    /// Index of the step it belongs to; `None` for what no instruction stands for.
    pub step: Option<usize>,
    /// True where `--no-cache` makes it run.
    pub no_cache: bool,
}

/// What a vertex does.
#[derive(Clone, Debug)]
pub enum VertexKind {
    /// An image: any of its keys matches.
    Image {
        /// The image as written.
        reference: String,
        /// What it is known by.
        keys: Vec<String>,
        /// Its files, where they are known.
        files: Option<Arc<Dir>>,
    },
    /// A build context: its name (empty for the main one) and its files. It never matches by itself.
    Context(String, Arc<Dir>),
    /// A remote source.
    Remote {
        /// Its address.
        url: String,
        /// What it holds, where that is known: anything that changes with it.
        held: Option<String>,
        /// The name of the file that it is; empty for a repository.
        file: String,
    },
    /// Makes a file: its name, mode and bytes.
    Inline(String, u32, Vec<u8>),
    /// Makes a folder.
    Mkdir(String),
    /// Copies between file systems: for each source the input it comes from.
    Copy(Vec<Copied>),
    /// Puts one file system over another: `--link`.
    Link,
    /// Runs a command; the mounts are (target, input, source path).
    Run(Vec<String>, Vec<(String, usize, String)>),
}

/// One source of a COPY.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// The input it comes from; `None` for nothing.
    pub input: Option<usize>,
    /// What is copied.
    pub selector: Selector,
    /// The absolute destination; a slash at its end counts.
    pub dest: String,
    /// The mode that `--chmod` sets, where it is a number.
    pub mode: Option<u32>,
    /// True where no more than this happens: no owner, no unpacking, no `--parents`.
    pub simple: bool,
}

/// One thing that a vertex reads.
#[derive(Clone, Debug)]
pub struct Input {
    /// The vertex whose result it is.
    pub vertex: usize,
    /// The part of the definition's key that names what is read of it.
    pub selector: String,
    /// Files whose content can match as well; empty where only the definition counts.
    pub content: Vec<Selector>,
    /// True where something is written on top of it: what a step builds upon, a bind mount with `rw`.
    pub writable: bool,
}

/// A cache key in parts: "why rebuilt" is the first part that differs.
#[derive(Clone, Debug, Default)]
pub struct Key {
    parts: Arc<Vec<KeyPart>>,
    /// Summed up once: a replay asks for it in every build.
    digest: OnceLock<Digest>,
}

impl PartialEq for Key {
    fn eq(&self, other: &Key) -> bool {
        self.parts == other.parts
    }
}

impl Eq for Key {}

/// One part of a cache key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPart {
    /// What it says something of.
    pub part: Part,
    /// A name where there are several, such as a variable's.
    pub name: String,
    /// The value.
    pub value: String,
}

/// What a part of a key says something of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Part {
    Kind,
    Image,
    Command,
    Argument,
    Environment,
    Workdir,
    User,
    Platform,
    Network,
    Security,
    Mount,
    Option,
    Source,
    Destination,
    Mode,
    Owner,
    Pattern,
    Content,
}

impl Graph {
    /// What happens to a step, given the verdict on each vertex: it runs if any part of it does.
    /// `None` for a step that is not built.
    pub fn verdict(&self, step: &Step, verdicts: &[Verdict]) -> Option<Verdict> {
        let all = || step.vertices.iter().filter_map(|at| verdicts.get(*at));
        let miss = all().find(|it| matches!(it, Verdict::Miss(_)));
        let maybe = || all().find(|it| matches!(it, Verdict::Maybe(_)));
        miss.or_else(maybe).or_else(|| all().next()).cloned()
    }
}

impl Key {
    /// Its parts in order.
    pub fn parts(&self) -> &[KeyPart] {
        &self.parts
    }

    /// Appends a part.
    pub(super) fn push(&mut self, part: Part, name: impl Into<String>, value: impl Into<String>) {
        self.digest.take();
        Arc::make_mut(&mut self.parts).push(KeyPart { part, name: name.into(), value: value.into() });
    }

    /// Equal for equal keys. Whether a variable came from ARG or ENV makes no difference.
    pub fn digest(&self) -> Digest {
        *self.digest.get_or_init(|| self.sum())
    }

    fn sum(&self) -> Digest {
        let mut hasher = Hasher::new("key");
        for part in self.parts.iter() {
            let kind = if part.part == Part::Argument { Part::Environment } else { part.part };
            hasher.add(&[kind as u8]);
            hasher.add(part.name.as_bytes());
            hasher.add(part.value.as_bytes());
        }
        hasher.sum()
    }
}
