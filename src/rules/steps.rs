//! Walks the instructions in the order in which BuildKit carries them out.

use crate::model::{Model, Stage, Step};
use crate::text::Span;

use super::{DockerfileCx, Report};

/// An instruction that a stage carries out.
#[derive(Clone, Copy)]
pub(super) struct Here<'m> {
    /// The stage.
    pub stage: &'m Stage<'m>,
    /// The instruction with the state it meets.
    pub step: &'m Step<'m>,
    /// True for a trigger: it stands as ONBUILD in the parent stage.
    pub trigger: bool,
}

impl Here<'_> {
    /// Reports at `span`; what a trigger does is reported at the FROM that sets it off, as BuildKit
    /// does.
    pub(super) fn report<'c>(&self, cx: &'c mut DockerfileCx, span: Span, message: impl Into<String>) -> Report<'c> {
        let from = self.stage.from_body.map(|from| from.image.span).filter(|_| self.trigger);
        match from {
            Some(from) => cx.report(from, message).label(span, "the trigger that runs here stands in the base stage"),
            None => cx.report(span, message),
        }
    }
}

/// What one stage carries out: its parent's triggers, then its own instructions without ONBUILD.
pub(super) fn of_stage<'m>(stage: &'m Stage<'m>) -> impl Iterator<Item = Here<'m>> {
    let triggers = stage.triggers.iter().map(move |step| Here { stage, step, trigger: true });
    let own = stage.steps.iter().filter(|step| !step.onbuild);
    triggers.chain(own.map(move |step| Here { stage, step, trigger: false }))
}

/// What stages leave to the images that are built upon them: the instructions behind ONBUILD.
pub(super) fn left_to_children<'m>(model: &'m Model<'m>) -> impl Iterator<Item = Here<'m>> {
    let own = |stage: &'m Stage<'m>| stage.steps.iter().map(move |step| Here { stage, step, trigger: false });
    model.stages.iter().flat_map(own).filter(|here| here.step.onbuild)
}

/// What all stages carry out.
pub(super) fn all<'m>(model: &'m Model<'m>) -> impl Iterator<Item = Here<'m>> {
    model.stages.iter().flat_map(|stage| of_stage(stage))
}
