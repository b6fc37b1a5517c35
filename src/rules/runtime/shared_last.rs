//! Instructions of which only the last one of a stage counts.

use std::collections::BTreeMap;

use crate::model::Stage;
use crate::rules::DockerfileCx;
use crate::rules::steps::{self, Here};
use crate::syntax::dockerfile::Keyword;

/// The instructions of that kind in a stage, in order.
pub(super) fn of_kind<'m>(stage: &'m Stage<'m>, kind: Keyword) -> Vec<Here<'m>> {
    steps::of_stage(stage).filter(|here| here.step.kind() == kind).collect()
}

/// Every one but the last of each kind, with the one that takes its place.
pub(super) fn replaced<'m>(stage: &'m Stage<'m>) -> Vec<(Here<'m>, Here<'m>)> {
    let mut last: BTreeMap<Keyword, Here> = BTreeMap::new();
    let mut found = Vec::new();
    for here in steps::of_stage(stage) {
        if matches!(here.step.kind(), Keyword::Cmd | Keyword::Entrypoint | Keyword::Healthcheck) {
            found.extend(last.insert(here.step.kind(), here).map(|before| (before, here)));
        }
    }
    found
}

/// Reports every one of a kind but the first, at the later line, as hadolint does.
pub(super) fn report_later(cx: &mut DockerfileCx, kind: Keyword, name: &str) {
    for stage in &cx.model.stages {
        let all = of_kind(stage, kind);
        for pair in all.windows(2) {
            let [before, here] = pair else { continue };
            here.report(cx, here.step.instruction.keyword.span, format!("this stage has more than one {name}"))
                .label(before.step.instruction.keyword.span, "this one is never used")
                .note("only the last one of a stage counts");
        }
    }
}
