use crate::model::tools::{Action, InstallKind, Package};
use crate::rules::DockerfileCx;
use crate::rules::commands::{Use, commands, listing, stays};

/// Compilers that were installed for a build and are not taken away again.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    for it in commands(model).filter(|it| stays(model, it) && !it.step.onbuild) {
        let Some(meaning) = it.meaning.filter(|meaning| meaning.tool.system && installs_packages(&meaning.action))
        else {
            continue;
        };
        let tools: Vec<&Package> = meaning.packages.iter().filter(|it| COMPILERS.contains(&it.name.as_str())).collect();
        let Some(first) = tools.first() else { continue };
        // `--virtual` names a group to delete later.
        if it.command.has_flag(Some('t'), "virtual") || is_removed(&it) {
            continue;
        }
        let names = listing(tools.iter().map(|tool| tool.name.as_str()));
        cx.report(first.span, format!("{names} stay in the final image"))
            .note("build in a stage of its own and copy the result, or remove them in the same RUN");
    }
}

const COMPILERS: &[&str] = &[
    "build-essential",
    "build-base",
    "gcc",
    "g++",
    "gcc-c++",
    "clang",
    "cmake",
    "make",
    "musl-dev",
    "linux-headers",
    "base-devel",
];

fn installs_packages(action: &Action) -> bool {
    matches!(action, Action::Install(InstallKind::Packages))
}

fn is_removed(it: &Use) -> bool {
    let at = it.step.commands().position(|command| std::ptr::eq(command, it.command)).unwrap_or(0);
    it.step.meanings()[at..].iter().flatten().any(|later| later.action == Action::Remove)
}
