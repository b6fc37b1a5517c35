use crate::diagnostic::Fix;
use crate::model::order::{LateInstall, late_installs, reorder};

use super::propose::{Cx, Kind, Proposal};

/// Installs that an earlier copy makes run again: the fix of `copy-before-install`.
pub(super) fn proposals(cx: &Cx) -> Vec<Proposal> {
    let mut found = Vec::new();
    for late in late_installs(cx.model, Some(cx.context)) {
        let about: Vec<u32> = late.installs.iter().map(|it| it.step.instruction.lines.0).collect();
        if !about.iter().any(|line| cx.misses_at(*line)) {
            continue;
        }
        if let Some((fix, count)) = for_most(cx, &late) {
            found.push(Proposal::of_fix(Kind::ManifestsFirst, fix, about[..count].to_vec()));
        }
    }
    found
}

/// The fix for all installs, else for as many of the first ones as can be moved, with their number.
fn for_most(cx: &Cx, late: &LateInstall) -> Option<(Fix, usize)> {
    (1..=late.installs.len()).rev().take(MOST).find_map(|count| {
        let installs = late.installs[..count].to_vec();
        let part = LateInstall { copy: late.copy.clone(), also: late.also.clone(), installs };
        Some((reorder(&part, cx.text, Some(cx.context))?, count))
    })
}

/// How many ways to divide one file's installs are tried.
const MOST: usize = 20;
