/// What happens to a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is found in the cache.
    Hit,
    /// It runs.
    Miss(Reason),
    /// Only the build can tell: a remote file, or what a command that runs again puts out.
    Maybe(Reason),
}

impl Verdict {
    /// The reason, if it is no hit.
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Verdict::Hit => None,
            Verdict::Miss(reason) | Verdict::Maybe(reason) => Some(reason),
        }
    }

    /// `hit`, `miss` or `maybe`.
    pub fn name(&self) -> &'static str {
        match self {
            Verdict::Hit => "hit",
            Verdict::Miss(_) => "miss",
            Verdict::Maybe(_) => "maybe",
        }
    }
}

/// Why a step is not a hit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reason {
    /// What kind of reason.
    pub kind: ReasonKind,
    /// In words.
    pub text: String,
    /// The files that changed, from the context's root, sorted.
    pub paths: Vec<String>,
    /// The vertex that makes this one run.
    pub caused_by: Option<usize>,
}

/// What kind of thing changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReasonKind {
    /// Nothing like it was built before.
    #[default]
    New,
    /// The instruction's own text or flags.
    Instruction,
    /// The value of an ARG.
    Argument,
    /// An ENV.
    Environment,
    /// WORKDIR.
    Workdir,
    /// USER.
    User,
    /// The platform or an option of the build.
    Option,
    /// The base image.
    Image,
    /// Files that it reads from the build context.
    Files,
    /// Files that it reads from another stage or image.
    Output,
    /// A remote source.
    Remote,
    /// The step that it builds upon.
    Parent,
    /// A file that does not exist: the build fails.
    Missing,
    /// `--no-cache`.
    NoCache,
}

impl ReasonKind {
    /// What changed, for a sum over many builds.
    pub fn words(self) -> &'static str {
        match self {
            ReasonKind::New => "a new step",
            ReasonKind::Instruction => "its instruction",
            ReasonKind::Argument => "a build argument",
            ReasonKind::Environment => "a variable",
            ReasonKind::Workdir => "the working folder",
            ReasonKind::User => "the user",
            ReasonKind::Option => "the build's options",
            ReasonKind::Image => "the image",
            ReasonKind::Files => "its files",
            ReasonKind::Output => "another stage's files",
            ReasonKind::Remote => "a remote source",
            ReasonKind::Parent => "a step above it",
            ReasonKind::Missing => "a missing file",
            ReasonKind::NoCache => "--no-cache",
        }
    }

    /// The word in machine formats.
    pub fn name(self) -> &'static str {
        match self {
            ReasonKind::New => "new",
            ReasonKind::Instruction => "instruction",
            ReasonKind::Argument => "argument",
            ReasonKind::Environment => "environment",
            ReasonKind::Workdir => "workdir",
            ReasonKind::User => "user",
            ReasonKind::Option => "option",
            ReasonKind::Image => "image",
            ReasonKind::Files => "files",
            ReasonKind::Output => "output",
            ReasonKind::Remote => "remote",
            ReasonKind::Parent => "parent",
            ReasonKind::Missing => "missing",
            ReasonKind::NoCache => "no-cache",
        }
    }
}
