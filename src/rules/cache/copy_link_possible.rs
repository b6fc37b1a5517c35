use crate::diagnostic::{Edit, Fix};
use crate::model::Base;
use crate::model::order::can_link;
use crate::rules::DockerfileCx;

/// Reports copies of the final stage that mean the same with `--link`.
pub(crate) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    let stages = model.stages.iter().filter(|stage| model.is_final(stage) && stage.base != Base::Scratch);
    for step in stages.flat_map(|stage| stage.steps.iter().filter(|step| can_link(step))) {
        let keyword = step.instruction.keyword.span;
        let fix = Fix::unsafe_("add `--link`", vec![Edit::insert(keyword.end, " --link")]);
        let message = format!("the layer of this {} is made anew whenever one below it changes", cx.slice(keyword));
        cx.report(keyword, message)
            .fix(fix)
            .note("with `--link` it is kept; the flag does not follow symlinks at the destination");
    }
}
