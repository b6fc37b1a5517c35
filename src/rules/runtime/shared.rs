//! What several rules of this folder ask.

use crate::model::{Model, Stage, Step};
use crate::shell::{Command, Cwd};
use crate::syntax::dockerfile::Keyword;

/// The folder of the image that a command runs in, where it is known.
pub(super) fn folder(step: &Step, command: &Command) -> Option<String> {
    match &command.cwd {
        Cwd::Workdir => step.before.workdir.path.clone(),
        Cwd::Known(path) => step.before.workdir.join(path),
        Cwd::Unknown => None,
    }
}

/// True if the stage is the last one that the file builds by default.
pub(super) fn is_last(model: &Model, stage: &Stage) -> bool {
    stage.index + 1 == model.stages.len()
}

/// The last instruction of that kind in the stage: the one that holds.
pub(super) fn last_of<'m, 'd>(stage: &'m Stage<'d>, kind: Keyword) -> Option<&'m Step<'d>> {
    stage.steps.iter().rev().find(|step| step.kind() == kind && !step.onbuild)
}
