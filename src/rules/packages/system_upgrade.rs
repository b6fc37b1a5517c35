use crate::model::tools::{Action, Flag};
use crate::rules::DockerfileCx;
use crate::rules::commands::commands;

/// Upgrading everything doubles the files of the base image, and every build gets another result.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    for it in commands(model) {
        let Some(meaning) = it.meaning.filter(|meaning| meaning.tool.system && meaning.action == Action::Upgrade)
        else {
            continue;
        };
        let is_whole = meaning.packages.is_empty() && !meaning.has(Flag::DryRun);
        if !is_whole || matches!(meaning.verb.as_str(), "dup" | "dist-upgrade" if meaning.tool.name == "zypper") {
            continue;
        }
        cx.report(
            meaning.verb_span,
            format!("`{}` puts today's version of every package on top of the base image", meaning.title()),
        )
        .note("take a newer base image, or upgrade by name the packages that you need");
    }
}
