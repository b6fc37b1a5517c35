use crate::model::tools::{Action, meaning};
use crate::model::{Base, ImageRef, Stage, brings};
use crate::rules::DockerfileCx;
use crate::shell::Command;
use crate::syntax::dockerfile::Keyword;

use super::shared::effective;

/// A HEALTHCHECK with `curl` or `wget` on a base that lacks it, and nothing installs it.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let Some(stage) = cx.model.target_stage() else { return };
    let Some(step) = effective(cx.model, stage, Keyword::Healthcheck) else { return };
    let Base::Image(image, _) = cx.model.root_base(stage) else { return };
    let tool = |command: &&Command| matches!(command.name.as_str(), "curl" | "wget");
    let Some(command) = step.commands().find(tool) else { return };
    if brings(image, &command.name) != Some(false) || may_install(cx, stage, &command.name) {
        return;
    }
    let name = &command.name;
    let message = format!("`{name}` is not in `{image}` and nothing installs it: the container is never healthy");
    cx.report(command.name_span, message).note(remedy(image, name));
}

fn remedy(image: &ImageRef, name: &str) -> String {
    if name == "curl" && brings(image, "wget") == Some(true) {
        return "`wget -q --spider URL` is there, or install curl".to_string();
    }
    match image.official() {
        Some("node") => "let node ask: `node -e \"fetch('http://localhost:3000').then(r => process.exit(r.ok ? 0 : 1))\"`, or install it".to_string(),
        Some("python") => "let Python ask: `python -c \"import urllib.request as u; u.urlopen('http://localhost:8000')\"`, or install it".to_string(),
        _ => format!("install {name} in the image, or check with a program that it has"),
    }
}

/// Something in the chain installs it, or may for all that can be read.
fn may_install(cx: &DockerfileCx, stage: &Stage, name: &str) -> bool {
    cx.model.chain(stage).flat_map(|stage| &stage.steps).any(|step| {
        let broken = step.scripts().iter().any(|script| script.error.is_some());
        let text = cx.slice(step.span());
        let named = step.kind() != Keyword::Healthcheck && text.contains(name);
        let opaque = step.kind() == Keyword::Run && step.commands().any(is_opaque);
        let copied = step.transfer().is_some_and(|transfer| {
            let dest = step.expand(&transfer.dest);
            let place = step.before.workdir.join(&dest.text).unwrap_or_default();
            !dest.known
                || place == "/"
                || place == "/usr"
                || (place.ends_with("/bin") && step.instruction.flag("from").is_some())
        });
        broken || named || opaque || copied
    })
}

/// A script of the project, or an install whose packages a variable or file holds.
fn is_opaque(command: &Command) -> bool {
    let installs = meaning(command).is_some_and(|meaning| {
        meaning.tool.system
            && matches!(meaning.action, Action::Install(_))
            && (meaning.packages.is_empty() || meaning.packages.iter().any(|package| package.name.contains('$')))
    });
    let script = command.name.ends_with(".sh")
        || command.has_arg("-c")
        || matches!(command.name.as_str(), "" | "ansible-playbook" | "xargs" | "make");
    installs || script
}
