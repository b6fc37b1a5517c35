use crate::diagnostic::{Edit, Fix};
use crate::rules::DockerfileCx;
use crate::rules::commands::commands;
use crate::shell::Command;

/// wget draws a progress bar, which fills the build log.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    for it in commands(model).filter(|it| it.command.name == "wget" && !is_quiet(it.command)) {
        let edit = Edit::insert(it.command.name_span.end, " --progress=dot:giga");
        let fix = (!it.script.json).then(|| Fix::unsafe_("show few dots instead", vec![edit]));
        cx.report(it.command.name_span, "`wget` draws its progress bar into the build log")
            .note("add `--progress=dot:giga`, or `-nv`, or for BusyBox `-q`")
            .fix(fix);
    }
}

fn is_quiet(command: &Command) -> bool {
    let has = |short, long| command.has_flag(Some(short), long);
    has('q', "quiet")
        || has('o', "output-file")
        || has('a', "append-output")
        || command.has_flag(None, "progress")
        || command.has_flag(None, "no-verbose")
        || command.has_flag(None, "help")
        || command.has_flag(Some('V'), "version")
        || command.known_args().any(|arg| arg.starts_with("-nv"))
}
