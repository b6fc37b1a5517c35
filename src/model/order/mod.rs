//! The order of copying and installing: which COPY makes which dependency step run again, though
//! the step does not read what was copied.
//!
//! BuildKit hashes what a COPY brings; a RUN after it has the COPY in its history and so runs again
//! with every change of it, whatever it reads. [`late_installs`] finds the steps that suffer, and
//! [`reorder`] writes the order that a careful engineer would write.

mod broad;
mod brought;
mod cache_mount;
mod early;
mod inputs;
mod install;
mod judge;
mod link;
mod manifests;
mod move_below;
mod names;
mod narrow_mount;
mod needs;
mod project;
mod reorder;
mod taint;
mod walk;
mod workspace;

pub use broad::{BroadCopy, broad_copies, copies_everything, narrowed};
pub use cache_mount::missing_cache_mount;
pub use early::{Declared, EarlyVariable, declare_later, declared, early_variables};
pub use install::{Class, Install, installs};
pub use link::can_link;
pub use move_below::is_neutral;
pub use narrow_mount::narrow_mount;
pub use reorder::reorder;

use crate::text::Span;

use super::{Context, Model, Stage, Step};

/// A COPY, ADD or bind mount, and the dependency steps that run again with each change of it.
#[derive(Debug)]
pub struct LateInstall<'m, 'd> {
    /// What is copied too early.
    pub copy: Culprit<'m, 'd>,
    /// Other copies that make the same steps run again.
    pub also: Vec<Culprit<'m, 'd>>,
    /// The steps that suffer, in the order of the file; never empty.
    pub installs: Vec<Sufferer<'m, 'd>>,
}

/// A COPY, ADD or bind mount that comes before an install that does not need it.
#[derive(Clone, Debug)]
pub struct Culprit<'m, 'd> {
    /// The stage it stands in.
    pub stage: &'m Stage<'d>,
    /// The step: COPY, ADD or the RUN with the mount.
    pub step: &'m Step<'d>,
    /// The sources that matter, or the mount.
    pub span: Span,
    /// How much it brings.
    pub reach: Reach,
    /// Where from.
    pub origin: Origin,
    /// The files, by their path in the context, that the first install does not read; empty where
    /// no context tells. The one that says most comes first.
    pub files: Vec<String>,
    /// The files, by their path in the context, that come along and that the first install does read.
    pub read: Vec<String>,
}

/// How much a copy brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// Single files.
    Files,
    /// A folder, or what a pattern matches.
    Folder,
    /// The folder that the install works in.
    Project,
    /// The whole build context.
    Whole,
}

/// Where a copy reads from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The build context.
    Context,
    /// The build context, mounted for one RUN.
    Mount,
    /// A stage, by index, that has itself copied sources.
    Stage(usize),
}

/// A dependency step that runs again too often.
#[derive(Clone, Debug)]
pub struct Sufferer<'m, 'd> {
    /// The stage it stands in.
    pub stage: &'m Stage<'d>,
    /// The RUN.
    pub step: &'m Step<'d>,
    /// The command in it.
    pub install: Install,
    /// What it reads of the context, as far as that is known: manifests first.
    pub reads: Vec<String>,
    /// What of the project it runs.
    pub scripts: Scripts,
}

/// What an install runs of the project, as its manifests say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scripts {
    /// Nothing.
    #[default]
    None,
    /// Well-known tools that need no sources (`husky`, `patch-package`).
    Harmless,
    /// Code of the project, or packages that lie in it.
    Project,
}

/// Finds the installs that an earlier copy makes run again needlessly, grouped by the copy that
/// matters most. Without a context, names decide; a context that is plainly another one than the
/// Dockerfile was written for is not believed.
pub fn late_installs<'m, 'd>(model: &'m Model<'d>, context: Option<&Context>) -> Vec<LateInstall<'m, 'd>> {
    walk::walk(model, context)
}
