use crate::model::tools::{Action, Meaning};
use crate::model::{Family, Stage, Step, family};
use crate::rules::DockerfileCx;
use crate::rules::quote::one_line;
use crate::shell::{Command, Link};
use crate::syntax::dockerfile::Keyword;

/// `apt-get` on Alpine, `apk` on Debian: the command is not there.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for (stage, step) in cx.model.steps().filter(|(_, step)| step.kind() == Keyword::Run && !step.onbuild) {
        let Some(family) = family(cx.model, stage) else { continue };
        let mut commands = step.commands().zip(step.meanings());
        let found =
            commands.find_map(|(command, meaning)| Some((command, foreign(command, meaning.as_ref()?, family)?)));
        let Some((command, tool)) = found else { continue };
        if may_have(cx, stage, step, tool) {
            continue;
        }
        let (distribution, own) = match family {
            Family::Debian => ("Debian or Ubuntu", "`apt-get`"),
            Family::Alpine => ("Alpine", "`apk`"),
            Family::RedHat => ("the Red Hat family", "`dnf`"),
            Family::Distroless => ("distroless", "no package manager"),
            Family::Scratch => ("empty", "no package manager"),
        };
        let message =
            format!("`{}` cannot run: the image is {distribution} and has {own}", one_line(cx.slice(command.span)));
        let report = cx.report(command.name_span, message);
        let report = match cx_from(stage) {
            Some(span) => report.label(span, "the base image"),
            None => report,
        };
        report.note("use the base image's own package manager, or another base image");
    }
}

fn cx_from(stage: &Stage) -> Option<crate::text::Span> {
    stage.from_body.map(|from| from.image.span)
}

/// The package manager of another family that the command runs for certain.
fn foreign(command: &Command, meaning: &Meaning, family: Family) -> Option<&'static str> {
    let certain = !command.conditional
        && command.link != Link::Or
        && !command.in_function
        && !command.substitution
        && !command.negated;
    if !certain || !meaning.tool.system {
        return None;
    }
    let acts = matches!(
        meaning.action,
        Action::Install(_) | Action::Update | Action::Upgrade | Action::Remove | Action::Clean
    );
    let known = ["apt-get", "apt", "apk", "dnf", "yum", "microdnf"];
    let name = meaning.tool.name;
    (acts && known.contains(&name) && !family.package_managers().contains(&name)).then_some(name)
}

/// Something before it may have brought the program, or decides which distribution it is.
fn may_have(cx: &DockerfileCx, stage: &Stage, step: &Step, tool: &str) -> bool {
    let text = cx.slice(step.span());
    let asks = ["command -v", "which ", "os-release", "if ", "||", "case "].iter().any(|it| text.contains(it));
    let mounted = step.mounts.iter().any(|mount| mount.from.is_some());
    let brought = cx.model.chain(stage).flat_map(|stage| &stage.steps).any(|it| {
        let other_root = it.transfer().is_some_and(|transfer| {
            let place = it.before.workdir.join(&it.expand(&transfer.dest).text).unwrap_or_default();
            matches!(place.as_str(), "/" | "/usr" | "/bin" | "/sbin" | "/usr/bin" | "/usr/local/bin")
        });
        let installed = !std::ptr::eq(it, step)
            && it
                .meanings()
                .iter()
                .flatten()
                .any(|meaning| meaning.packages.iter().any(|package| package.name == tool));
        other_root || installed
    });
    asks || mounted || brought
}
