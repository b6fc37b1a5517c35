use crate::rules::DockerfileCx;
use crate::rules::commands::commands;

/// SHELL chooses the shell of the build without changing the image for everybody else.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    for it in commands(model).filter(|it| it.command.name == "ln") {
        let words: Vec<&str> = it.command.known_args().filter(|arg| !arg.starts_with('-')).collect();
        let [from, "/bin/sh" | "/usr/bin/sh"] = words.as_slice() else { continue };
        cx.report(it.command.span, "the link replaces the shell of every script in the image")
            .note(format!("choose the shell of the build with `SHELL [\"{from}\", \"-c\"]`"));
    }
}
