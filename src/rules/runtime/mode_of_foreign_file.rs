use crate::diagnostic::{Edit, Fix};
use crate::model::tools::effects::permission;
use crate::model::{Stage, Step, UserOrigin, paths};
use crate::rules::DockerfileCx;
use crate::rules::quote::one_line;
use crate::shell::{Command, Cwd, Link};
use crate::syntax::dockerfile::Keyword;

/// COPY gives files to root unless it is told otherwise; another user cannot change their mode.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    for (stage, step) in model.steps().filter(|(_, step)| step.kind() == Keyword::Run && !step.onbuild) {
        let user = &step.before.user;
        let Some(name) = user.name.as_deref().filter(|_| !user.is_root()) else { continue };
        let UserOrigin::Instruction(user_span) = user.origin else { continue };
        for command in step.commands().filter(|command| must_succeed(command)) {
            let Some(change) = permission(command) else { continue };
            let copy = change.targets.iter().find_map(|target| copied(stage, step, &absolute(step, command, target)?));
            let Some(copy) = copy else { continue };
            let text = one_line(cx.slice(command.span));
            let at = copy.instruction.keyword.span.end;
            let edit = Edit::insert(at, format!(" --chown={name}"));
            let fixable = change.program == "chmod" && !name.contains([' ', '$', '"']);
            cx.report(command.span, format!("`{text}` fails: it runs as `{name}`, and the file belongs to root"))
                .label(copy.span(), "gives it to root")
                .label(user_span, "the user from here on")
                .note(format!("copy it with `--chown={name}`, or set its mode with `--chmod`"))
                .fix(fixable.then(|| Fix::unsafe_(format!("give it to `{name}`"), vec![edit])));
            break;
        }
    }
}

fn must_succeed(command: &Command) -> bool {
    command.wrappers.is_empty() && !command.conditional && !command.in_function && command.link != Link::Or
}

fn absolute(step: &Step, command: &Command, target: &str) -> Option<String> {
    let plain = !target.contains(['$', '*', '?', '`', '{', '~']);
    match &command.cwd {
        _ if !plain => None,
        _ if target.starts_with('/') => Some(paths::clean(target)),
        Cwd::Workdir => step.before.workdir.join(target),
        Cwd::Known(folder) => step.before.workdir.join(&format!("{folder}/{target}")),
        Cwd::Unknown => None,
    }
}

/// The last COPY or ADD that put this very file there, if it left it to root.
fn copied<'m, 'd>(stage: &'m Stage<'d>, run: &Step, path: &str) -> Option<&'m Step<'d>> {
    let earlier = stage.steps.iter().rev().filter(|it| it.index < run.index && !it.onbuild);
    let copy = earlier.clone().find(|it| lands(it).iter().any(|place| place == path))?;
    let touched =
        earlier.take_while(|it| it.index > copy.index).any(|it| it.kind() == Keyword::Run && it.before.user.is_root());
    (copy.instruction.flag("chown").is_none() && !touched).then_some(copy)
}

/// The files that the COPY makes, as far as their names are known.
fn lands(step: &Step) -> Vec<String> {
    let Some(transfer) = step.transfer() else { return Vec::new() };
    let dest = step.expand(&transfer.dest);
    let Some(folder) = step.before.workdir.join(&dest.text).filter(|_| dest.known) else { return Vec::new() };
    let into = dest.text.ends_with('/') || matches!(dest.text.as_str(), "." | "..") || transfer.sources.len() > 1;
    let name = |source: &str| source.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_string();
    let sources = transfer.sources.iter().map(|word| step.expand(word)).filter(|it| it.known && !it.text.contains('*'));
    match into {
        true => sources.map(|it| paths::clean(&format!("{folder}/{}", name(&it.text)))).collect(),
        false => vec![folder],
    }
}
