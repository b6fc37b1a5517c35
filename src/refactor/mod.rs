//! Rewrites that a person asks for at one place: nothing is wrong with what stands there, and what is
//! wanted instead is theirs to say. One file per refactoring; each gives the edits, or nothing where
//! they would not surely mean what their title says.

mod cache_mount;
mod chain;
mod exec_form;
mod extract_stage;
mod heredoc;
mod manifests_first;
mod merge_runs;
mod pin_digest;
mod shell_form;
mod split_copy;
mod split_run;

use crate::diagnostic::Fix;
use crate::lint::Judge;
use crate::model::{Context, ImageRef, Model, Stage, Step};
use crate::text::Span;

/// What a refactoring is made from.
pub struct Cx<'a> {
    /// The Dockerfile.
    pub model: &'a Model<'a>,
    /// Its text.
    pub text: &'a str,
    /// The build context, where there is one.
    pub context: Option<&'a Context<'a>>,
    /// The digest (`sha256:…`) of an image, where it is known without asking anybody.
    pub digest: &'a dyn Fn(&ImageRef) -> Option<String>,
    /// The bytes that are selected, or the place of the cursor.
    pub selection: Span,
}

/// What a refactoring does to the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Says the same in another way.
    Rewrite,
    /// Takes something out into a place of its own.
    Extract,
}

/// A refactoring that can be done.
#[derive(Clone, Debug)]
pub struct Refactoring {
    /// Its name, which [`named`] takes.
    pub name: &'static str,
    /// What it does.
    pub kind: Kind,
    /// Title and edits.
    pub fix: Fix,
}

type Find = fn(&Cx) -> Option<Fix>;

const ALL: [(&str, Kind, Find); 10] = [
    ("manifests-first", Kind::Rewrite, manifests_first::find),
    ("split-copy", Kind::Rewrite, split_copy::find),
    ("cache-mount", Kind::Rewrite, cache_mount::find),
    ("exec-form", Kind::Rewrite, exec_form::find),
    ("shell-form", Kind::Rewrite, shell_form::find),
    ("heredoc", Kind::Rewrite, heredoc::find),
    ("merge-runs", Kind::Rewrite, merge_runs::find),
    ("split-run", Kind::Rewrite, split_run::find),
    ("pin-digest", Kind::Rewrite, pin_digest::find),
    ("extract-stage", Kind::Extract, extract_stage::find),
];

/// The names of all refactorings.
pub fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|(name, ..)| *name)
}

/// Every refactoring that can be done at the selection.
pub fn all(cx: &Cx) -> Vec<Refactoring> {
    let judge = Judge::new(cx.text);
    names().filter_map(|name| judged(cx, name, &judge)).collect()
}

/// The refactoring of that name, if it can be done at the selection.
pub fn named(cx: &Cx, name: &str) -> Option<Refactoring> {
    judged(cx, name, &Judge::new(cx.text))
}

fn judged(cx: &Cx, name: &str, judge: &Judge) -> Option<Refactoring> {
    let (name, kind, find) = *ALL.iter().find(|(it, ..)| *it == name)?;
    let fix = find(cx)?;
    // What it does not mean to touch must stay, as with the fixes of rules.
    judge.refusal(&fix).is_none().then_some(Refactoring { name, kind, fix })
}

impl<'a> Cx<'a> {
    /// The step at the beginning of the selection, with its stage. What ONBUILD holds is no step of
    /// this build.
    fn step(&self) -> Option<(&'a Stage<'a>, &'a Step<'a>)> {
        let at = self.selection.start;
        let covers = |step: &Step| step.span().start <= at && at <= step.span().end;
        self.model.steps().find(|(_, step)| covers(step)).filter(|(_, step)| !step.onbuild)
    }

    /// The stage whose FROM is at the beginning of the selection.
    fn from(&self) -> Option<&'a Stage<'a>> {
        let at = self.selection.start;
        self.model.stages.iter().find(|it| it.from.is_some_and(|it| it.span.start <= at && at <= it.span.end))
    }

    /// True if a comment or an empty line stands between these bytes: an edit would lose it.
    fn has_comment(&self, span: Span) -> bool {
        let comments = &self.model.dockerfile.comments;
        comments.iter().any(|comment| span.contains(comment.span))
    }
}
