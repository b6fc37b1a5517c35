use crate::model::order::{late_installs, reorder};

use super::propose::{Cx, Kind, Proposal};

/// Installs that an earlier copy makes run again: the fix of `copy-before-install`.
pub(super) fn proposals(cx: &Cx) -> Vec<Proposal> {
    let mut found = Vec::new();
    for late in late_installs(cx.model, Some(cx.context)) {
        let about: Vec<u32> = late.installs.iter().map(|it| it.step.instruction.lines.0).collect();
        if !about.iter().any(|line| cx.misses_at(*line)) {
            continue;
        }
        if let Some(fix) = reorder(&late, cx.text, Some(cx.context)) {
            found.push(Proposal::of_fix(Kind::ManifestsFirst, fix, about));
        }
    }
    found
}
