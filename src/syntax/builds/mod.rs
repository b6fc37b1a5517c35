//! What compose and bake files say of builds, in one form for both, and what CI workflows do.

mod bake;
mod compose;
mod workflow;

pub use bake::bake;
pub use compose::compose;
pub use workflow::{ActionBuild, Workflow, workflow};

use crate::text::Span;

/// The builds of a compose or bake file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Builds {
    /// True for a bake file.
    pub is_bake: bool,
    /// Services or targets, in order; also services that build nothing.
    pub list: Vec<Build>,
    /// Names of targets that groups and `inherits` refer to.
    pub references: Vec<Text>,
    /// True if all names of targets are known: none comes from a matrix or a variable.
    pub names_known: bool,
}

/// One service of compose, or one target of bake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Build {
    /// Its name.
    pub name: Text,
    /// True if it builds an image: has `build:`, or is a target that no other one builds upon.
    pub builds: bool,
    /// The build context; `None` where it is not said here.
    pub context: Option<Text>,
    /// The Dockerfile, from the context on; `None` for `Dockerfile`.
    pub dockerfile: Option<Text>,
    /// True if the Dockerfile stands in the file itself.
    pub inline: bool,
    /// The stage to build.
    pub target: Option<Text>,
    /// Names of build arguments written right here, not shared with other builds.
    pub args: Vec<Text>,
    /// Names that the image is given.
    pub tags: Vec<Text>,
    /// Published ports: the container's side is the last number.
    pub ports: Vec<Text>,
    /// Environment variables set here, `NAME=value`.
    pub environment: Vec<Text>,
    /// True if the service may not be what the Dockerfile alone says: variables or settings come from files,
    /// the command is replaced, or a parent stands in another file.
    pub overrides: bool,
}

/// A string of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The string.
    pub text: String,
    /// Its bytes, quotes included.
    pub span: Span,
    /// False where variables or functions make it.
    pub known: bool,
}

impl Build {
    fn new(name: Text) -> Build {
        Build {
            name,
            builds: false,
            context: None,
            dockerfile: None,
            inline: false,
            target: None,
            args: Vec::new(),
            tags: Vec::new(),
            ports: Vec::new(),
            environment: Vec::new(),
            overrides: false,
        }
    }
}
