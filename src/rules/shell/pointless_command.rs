use crate::rules::DockerfileCx;
use crate::rules::commands::{Use, commands, later};

const POINTLESS: &[&str] = &["free", "ifconfig", "kill", "mount", "ps", "service", "shutdown", "ssh", "top", "vim"];

/// Some commands do nothing for an image.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    for it in commands(model).filter(|it| POINTLESS.contains(&it.command.name.as_str())) {
        if has_purpose(&it) {
            continue;
        }
        let name = &it.command.name;
        cx.report(it.command.name_span, format!("`{name}` has no lasting effect on the image")).note("leave it out");
    }
}

/// A server may run for the length of one RUN, to be set up: started before, stopped after.
fn has_purpose(it: &Use) -> bool {
    let name = it.command.name.as_str();
    let in_background = || it.script.commands.iter().any(|command| command.background);
    let asks_version =
        || it.command.args.len() == 1 && it.command.known_args().any(|arg| arg.contains("-V") || arg == "--version");
    match name {
        "service" => it.at > 0 || later(it).next().is_some(),
        "kill" | "ps" => in_background() || it.at > 0,
        _ => asks_version(),
    }
}
