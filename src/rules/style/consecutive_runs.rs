use crate::model::Step;
use crate::rules::DockerfileCx;
use crate::syntax::dockerfile::{Body, Keyword};

/// Two RUNs in a row that run one command each, with the same flags.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for stage in &cx.model.stages {
        for pair in stage.steps.windows(2) {
            let [before, step] = pair else { continue };
            if is_single(before) && is_single(step) && flags(before) == flags(step) {
                cx.report(step.instruction.keyword.span, "this RUN follows another one")
                    .label(before.instruction.keyword.span, "the RUN before it")
                    .note("join them with `&&` if they always change together; every RUN makes a layer");
            }
        }
    }
}

/// True for a RUN of a single command.
fn is_single(step: &Step) -> bool {
    let is_run = matches!(step.body(), Body::Run(_)) && step.kind() == Keyword::Run && !step.onbuild;
    is_run && step.instruction.heredocs.is_empty() && step.commands().count() <= 1
}

fn flags<'s>(step: &'s Step) -> Vec<(&'s str, Option<&'s str>)> {
    let value = |flag: &'s crate::syntax::dockerfile::Flag| flag.value.as_ref().map(|word| word.raw.as_str());
    step.instruction.flags.iter().map(|flag| (flag.name.text.as_str(), value(flag))).collect()
}
