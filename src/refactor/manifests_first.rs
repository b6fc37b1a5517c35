use crate::diagnostic::Fix;
use crate::model::Step;
use crate::model::order::{late_installs, reorder};

use super::Cx;

/// The manifests, the install, then everything else: the fix of `copy-before-install`, from the copy as
/// well as from the install, and also where the rule is silenced.
pub(super) fn find(cx: &Cx) -> Option<Fix> {
    let (_, step) = cx.step()?;
    let same = |it: &Step| std::ptr::eq(it, step) || it.span() == step.span();
    let late = late_installs(cx.model, cx.context);
    let late = late.iter().find(|it| same(it.copy.step) || it.installs.iter().any(|install| same(install.step)))?;
    reorder(late, cx.text, cx.context)
}
