use crate::model::order::{broad_copies, narrowed};
use crate::syntax::dockerfile::Keyword;

use super::propose::{Cx, Kind, Proposal};

/// Copies of one folder instead of the whole context: the fix of `copy-broader-than-used`.
pub(super) fn proposals(cx: &Cx) -> Vec<Proposal> {
    let mut found = Vec::new();
    for broad in broad_copies(cx.model, cx.context) {
        let behind =
            broad.stage.steps.iter().filter(|step| step.index > broad.step.index && step.kind() == Keyword::Run);
        let about: Vec<u32> = behind.map(|step| step.instruction.lines.0).collect();
        if !about.iter().any(|line| cx.misses_at(*line)) {
            continue;
        }
        if let Some(fix) = narrowed(&broad) {
            let mut proposal = Proposal::of_fix(Kind::NarrowCopy, fix, about);
            proposal.cautions.push(format!("what lies beside `{}` is then not there to import", broad.folder));
            found.push(proposal);
        }
    }
    found
}
