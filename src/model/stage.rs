use std::sync::{Arc, LazyLock, OnceLock};

use crate::shell::{self, Command, Memo, Script, ShellSetting};
use crate::syntax::dockerfile::{self as ast, Body, Ident, Instruction, Keyword, Word};
use crate::text::Span;

use super::order::Install;
use super::tools::{Meaning, meaning};
use super::{BaseImage, Expanded, ImageRef, Mount, Scope};

/// One stage: FROM and what follows it.
#[derive(Debug)]
pub struct Stage<'d> {
    /// Position in the file, from 0.
    pub index: usize,
    /// The FROM instruction. `None` for instructions that have no FROM before them.
    pub from: Option<&'d Instruction>,
    /// Its body.
    pub from_body: Option<&'d ast::From>,
    /// The name after AS, as written.
    pub name: Option<&'d Ident>,
    /// What it builds on.
    pub base: Base,
    /// The image name of FROM with its variables replaced.
    pub image: Expanded,
    /// Variables that FROM can see.
    pub from_scope: Scope,
    /// ONBUILD instructions of the parent stage, which run before the stage's own steps.
    pub triggers: Vec<Step<'d>>,
    /// The stage's steps in order, also what ONBUILD holds.
    pub steps: Vec<Step<'d>>,
    /// Indexes of the stages it reads from: FROM, `COPY --from`, `RUN --mount from`.
    pub dependencies: Vec<Dependency>,
    /// True if building the target needs this stage.
    pub reachable: bool,
    /// Variables, folder, user and shell at its end.
    pub end: State,
}

/// What a stage builds on.
#[derive(Clone, Debug, PartialEq)]
pub enum Base {
    /// Nothing.
    Scratch,
    /// An earlier stage, by index.
    Stage(usize),
    /// An image; with what the embedded table knows of it.
    Image(ImageRef, Option<&'static BaseImage>),
    /// An image whose name only the build can tell.
    Unknown,
}

/// A stage that another one reads.
#[derive(Clone, Debug, PartialEq)]
pub struct Dependency {
    /// How it is read.
    pub kind: DependencyKind,
    /// What is read.
    pub target: DependencyTarget,
    /// The name as written, without quotes.
    pub name: String,
    /// The bytes of the name.
    pub span: Span,
    /// The step that reads; `None` for FROM.
    pub step: Option<usize>,
}

/// How a stage is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DependencyKind {
    /// `FROM name`.
    From,
    /// `COPY --from=name`.
    Copy,
    /// `RUN --mount=…,from=name`.
    Mount,
}

/// What a name after FROM, `--from=` or `from=` stands for.
#[derive(Clone, Debug, PartialEq)]
pub enum DependencyTarget {
    /// An earlier stage.
    Stage(usize),
    /// The stage itself or a later one: the build fails.
    NotYet(usize),
    /// An image or a named build context.
    Image(String),
    /// A name with variables.
    Unknown,
}

/// Variables, folder, user and shell at one place of a stage.
#[derive(Clone, Debug)]
pub struct State {
    /// Variables.
    pub scope: Scope,
    /// The working folder.
    pub workdir: Workdir,
    /// The user.
    pub user: User,
    /// The shell of shell-form instructions.
    pub shell: Arc<ShellSetting>,
    /// True if a SHELL instruction of this stage or one it inherits from, or the base image, set it.
    pub shell_is_set: bool,
}

impl Default for State {
    /// Of nothing but Linux's shell, which all share: every step passes through a state of its own.
    fn default() -> State {
        static SHELL: LazyLock<Arc<ShellSetting>> = LazyLock::new(Arc::default);
        State {
            scope: Scope::default(),
            workdir: Workdir::default(),
            user: User::default(),
            shell: SHELL.clone(),
            shell_is_set: false,
        }
    }
}

/// A working folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Workdir {
    /// The absolute path, where it is known.
    pub path: Option<String>,
    /// What set it.
    pub origin: WorkdirOrigin,
}

/// What set the working folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WorkdirOrigin {
    /// Nothing: it is `/`.
    #[default]
    Default,
    /// The base image, which the embedded table knows.
    BaseImage,
    /// Perhaps the base image, which nothing is known of.
    UnknownBase,
    /// A WORKDIR in this file: its argument.
    Instruction(Span),
}

impl Workdir {
    /// True if a WORKDIR, here or in the base image, was set for certain.
    pub fn is_set(&self) -> bool {
        matches!(self.origin, WorkdirOrigin::BaseImage | WorkdirOrigin::Instruction(_))
    }

    /// The absolute path of `path` seen from this folder, cleaned; `None` where it is not known.
    pub fn join(&self, path: &str) -> Option<String> {
        if path.starts_with('/') {
            return Some(super::paths::clean(path));
        }
        let base = self.path.as_deref()?;
        Some(super::paths::clean(&format!("{base}/{path}")))
    }
}

/// The user that RUN and the container run as.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct User {
    /// `name[:group]` with variables replaced, where it is known. `None` with
    /// [`UserOrigin::Default`] is root.
    pub name: Option<String>,
    /// What set it.
    pub origin: UserOrigin,
}

/// What set the user.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UserOrigin {
    /// Nothing: it is root.
    #[default]
    Default,
    /// The base image, which the embedded table knows.
    BaseImage,
    /// Perhaps the base image, which nothing is known of.
    UnknownBase,
    /// A USER in this file: its argument.
    Instruction(Span),
}

impl User {
    /// True if it is root for certain; false where it is not known.
    pub fn is_root(&self) -> bool {
        match (&self.name, self.origin) {
            (Some(name), _) => matches!(name.split(':').next(), Some("root" | "0")),
            (None, origin) => origin == UserOrigin::Default,
        }
    }
}

/// One instruction of a stage with the state it meets.
#[derive(Debug)]
pub struct Step<'d> {
    /// Position in the stage, from 0; what ONBUILD holds has the place of its ONBUILD.
    pub index: usize,
    /// The instruction; for ONBUILD the one inside.
    pub instruction: &'d Instruction,
    /// True for the instruction inside an ONBUILD: it runs when a child image is built.
    pub onbuild: bool,
    /// The state before it.
    pub before: State,
    /// The mounts of RUN.
    pub mounts: Vec<Mount>,
    /// The escape character of the file.
    pub escape: char,
    /// The text of the file.
    pub(super) text: &'d str,
    pub(super) memo: Option<&'d Memo>,
    /// The shell code, once somebody asked: most questions of an editor are about names.
    pub(super) scripts: OnceLock<Vec<Script>>,
    /// What the commands mean, once somebody asked.
    pub(super) meanings: OnceLock<Vec<Option<Meaning>>>,
    /// The commands that download packages, once somebody asked.
    pub(super) installs: OnceLock<Vec<Install>>,
}

impl<'d> Step<'d> {
    /// Which instruction it is.
    pub fn kind(&self) -> Keyword {
        self.instruction.kind
    }

    /// What it says.
    pub fn body(&self) -> &'d Body {
        &self.instruction.body
    }

    /// The bytes of the instruction.
    pub fn span(&self) -> Span {
        self.instruction.span
    }

    /// Shell code of RUN, CMD, ENTRYPOINT and HEALTHCHECK, taken apart; also of the exec form.
    pub fn scripts(&self) -> &[Script] {
        self.scripts.get_or_init(|| shell::scripts(self.text, self.instruction, &self.before.shell, self.memo))
    }

    /// All shell commands of its scripts, in order.
    pub fn commands(&self) -> impl Iterator<Item = &Command> {
        self.scripts().iter().flat_map(|script| &script.commands)
    }

    /// What each of [`Step::commands`] does with a tool of the table, in the same order.
    pub fn meanings(&self) -> &[Option<Meaning>] {
        self.meanings.get_or_init(|| self.commands().map(meaning).collect())
    }

    /// COPY or ADD, if it is one.
    pub fn transfer(&self) -> Option<&'d ast::Transfer> {
        match self.body() {
            Body::Copy(transfer) | Body::Add(transfer) => Some(transfer),
            _ => None,
        }
    }

    /// True for COPY or ADD that reads the build context: without `--from`.
    pub fn copies_context(&self) -> bool {
        self.transfer().is_some() && self.instruction.flag("from").is_none()
    }

    /// The word with its variables replaced, as this step sees them.
    pub fn expand(&self, word: &Word) -> Expanded {
        // The words of the JSON form are expanded as well, but their quotes are already gone.
        self.before.scope.expand(&word.raw, self.escape)
    }
}
