use crate::model::tools::effects::downloads;
use crate::rules::DockerfileCx;
use crate::rules::commands::{Use, commands};
use crate::shell::Command;

const SHELLS: &[&str] = &["sh", "bash", "zsh", "ash", "dash", "ksh"];

/// What the server sends today is run as it comes, unseen and unchecked.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    for it in commands(model) {
        let Some(url) = downloads(it.command).into_iter().next().filter(|_| runs(&it)) else { continue };
        cx.report(it.command.span, format!("whatever `{}` sends is run unchecked", host(&url.url)))
            .note("save the script, check it against a known checksum, then run it; or install a pinned package");
    }
}

/// True if the command's output goes to a shell.
fn runs(it: &Use) -> bool {
    if it.command.substitution {
        return it.script.commands.iter().any(|outer| takes_script(outer) && outer.span.contains(it.command.span));
    }
    let Some(pipe) = it.command.pipe else { return false };
    let after =
        it.script.commands[it.at + 1..].iter().take_while(|next| next.pipe.is_some_and(|next| next.id == pipe.id));
    after.into_iter().any(|next| SHELLS.contains(&next.name.as_str()) && !next.args.iter().any(|arg| arg.raw == "-c"))
}

/// `sh -c "$(curl …)"` and `eval "$(curl …)"`.
fn takes_script(command: &Command) -> bool {
    SHELLS.contains(&command.name.as_str()) || matches!(command.name.as_str(), "eval" | "source" | ".")
}

fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}
