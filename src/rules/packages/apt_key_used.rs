use crate::rules::DockerfileCx;
use crate::rules::commands::commands;

/// `apt-key` is deprecated, gone from new releases, and trusts a key for every repository.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    for it in commands(model).filter(|it| it.command.name == "apt-key") {
        let verb = it.command.known_args().find(|arg| !arg.starts_with('-')).unwrap_or_default();
        if matches!(verb, "list" | "finger" | "del" | "export" | "exportall") {
            continue;
        }
        let shown = format!("apt-key {verb}");
        cx.report(it.command.name_span, format!("`{}` trusts the key for all repositories, and Debian 13 has no apt-key", shown.trim_end()))
            .note("put the key into a file of its own, `/etc/apt/keyrings/NAME.asc`, and name it in the source: `deb [signed-by=/etc/apt/keyrings/NAME.asc] …`");
    }
}
