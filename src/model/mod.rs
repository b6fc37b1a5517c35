//! What a Dockerfile means: stages and their graph, variables, shells, users, folders, the build
//! context, and what a shell command does. One model for all rules: no rule tracks stages itself.

mod analyze;
mod base_images;
mod context;
mod distribution;
pub mod docs;
mod expansions;
mod image_ref;
mod lifetime;
mod mount;
pub mod order;
mod origin;
pub mod paths;
mod scope;
mod stage;
pub mod tools;
mod uses;

use std::collections::BTreeMap;
use std::sync::OnceLock;

pub use base_images::{BaseImage, lookup as base_image};
pub use context::{Context, Entry, EntryKind, Files, IgnoreFile, MemoryFiles, built_from};
pub use distribution::{Family, brings, family, is_alt_linux};
pub use expansions::Use;
pub use image_ref::ImageRef;
pub use lifetime::{EndOfLife, TABLE_DATE, end_of_life};
pub use mount::{Mount, MountKind};
pub use scope::{Expanded, Origin, Scope, Value, Variable};
pub use stage::{
    Base, Dependency, DependencyKind, DependencyTarget, Stage, State, Step, User, UserOrigin, Workdir, WorkdirOrigin,
};
pub use uses::Uses;

use crate::shell::Memo;
use crate::syntax::dockerfile::{Dockerfile, Instruction};

/// What the build is asked for, as far as it changes what the file means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildOptions {
    /// `--target`; the last stage where none is given.
    pub target: Option<String>,
    /// `--build-arg`.
    pub build_args: BTreeMap<String, String>,
    /// `--platform`, such as `linux/amd64`; unknown where none is given.
    pub platform: Option<String>,
    /// True for a piece of a Dockerfile that need not begin with FROM.
    pub fragment: bool,
    /// Shells that comments in the file name (`# hadolint shell=bash`): from this byte offset to
    /// the end of the stage, or for all stages where it stands before the first FROM.
    pub shells: Vec<(u32, String)>,
}

/// The meaning of one Dockerfile.
#[derive(Debug)]
pub struct Model<'d> {
    /// The tree it was made from.
    pub dockerfile: &'d Dockerfile,
    /// What the build is asked for.
    pub options: BuildOptions,
    /// ARGs before the first FROM, with the scope that each sees.
    pub meta_args: Vec<(&'d Instruction, Scope)>,
    /// The variables of FROM: ARGs before it and the platform ARGs.
    pub globals: Scope,
    /// The same with the ARGs' defaults only, whatever build arguments are given.
    pub default_globals: Scope,
    /// The stages in order.
    pub stages: Vec<Stage<'d>>,
    /// Index of the stage that is built: `--target` or the last one.
    pub target: Option<usize>,
    /// Indices of the stages whose files end up in the image, and of the one at the bottom of each stage's
    /// chain: rules ask for every stage, and chains may be long.
    chains: OnceLock<Chains>,
}

#[derive(Debug)]
struct Chains {
    finals: Vec<bool>,
    bottoms: Vec<usize>,
}

impl<'d> Model<'d> {
    /// Works out what `dockerfile` means; `text` is the file it was parsed from.
    pub fn new(dockerfile: &'d Dockerfile, text: &'d str, options: BuildOptions) -> Model<'d> {
        analyze::analyze(dockerfile, text, options, None)
    }

    /// The same with what is remembered of shell code, for whoever looks at one version after the other.
    pub fn remembering(
        dockerfile: &'d Dockerfile,
        text: &'d str,
        options: BuildOptions,
        memo: Option<&'d Memo>,
    ) -> Model<'d> {
        analyze::analyze(dockerfile, text, options, memo)
    }

    /// The stage that is built.
    pub fn target_stage(&self) -> Option<&Stage<'d>> {
        self.stages.get(self.target?)
    }

    /// The stage and those it inherits from, nearest first.
    pub fn chain<'m>(&'m self, stage: &'m Stage<'d>) -> impl Iterator<Item = &'m Stage<'d>> {
        let parent = |stage: &&'m Stage<'d>| match stage.base {
            Base::Stage(index) => self.stages.get(index),
            _ => None,
        };
        std::iter::successors(Some(stage), parent)
    }

    /// True if the stage's files end up in the image that is built: it is the target or one that
    /// the target inherits from.
    pub fn is_final(&self, stage: &Stage) -> bool {
        self.chains().finals.get(stage.index).copied().unwrap_or_default()
    }

    /// All steps of all stages, with their stage.
    pub fn steps<'m>(&'m self) -> impl Iterator<Item = (&'m Stage<'d>, &'m Step<'d>)> {
        self.stages.iter().flat_map(|stage| stage.steps.iter().map(move |step| (stage, step)))
    }

    /// The external image at the bottom of the stage's chain, with what is known of it.
    pub fn root_base<'m>(&'m self, stage: &'m Stage<'d>) -> &'m Base {
        &self.stages[self.chains().bottoms[stage.index]].base
    }

    fn chains(&self) -> &Chains {
        self.chains.get_or_init(|| {
            let mut finals = vec![false; self.stages.len()];
            for stage in self.target_stage().into_iter().flat_map(|target| self.chain(target)) {
                finals[stage.index] = true;
            }
            let mut bottoms: Vec<usize> = Vec::with_capacity(self.stages.len());
            for stage in &self.stages {
                // A stage inherits only from those above it.
                let bottom = match stage.base {
                    Base::Stage(parent) => bottoms.get(parent).copied(),
                    _ => None,
                };
                bottoms.push(bottom.unwrap_or(stage.index));
            }
            Chains { finals, bottoms }
        })
    }

    /// The path in the build context of the file that stands at `path` of the image when step number
    /// `before` of the stage runs; `None` where no file of the context is known to be there.
    pub fn context_file(&self, context: &Context, stage: &Stage, before: usize, path: &str) -> Option<String> {
        origin::context_file(self, context, stage, before, path)
    }

    /// The stage of that name or, for `COPY --from`, number, among the first `before`: the last one
    /// wins, case does not matter.
    pub fn stage_named(&self, name: &str, before: usize) -> Option<&Stage<'d>> {
        let named = |stage: &&Stage| stage.name.is_some_and(|it| it.text.eq_ignore_ascii_case(name));
        self.stages[..before.min(self.stages.len())].iter().rev().find(named)
    }
}
