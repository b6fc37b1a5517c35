use crate::diagnostic::{Edit, Fix};
use crate::rules::DockerfileCx;
use crate::shell::Command;
use crate::syntax::dockerfile::Keyword;
use crate::text::Span;

/// `USER name:group` starts the process with that group alone, whatever groups the user was put into.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    for (stage, step) in model.steps().filter(|(_, step)| step.kind() == Keyword::User && !step.onbuild) {
        let span = step.instruction.args_span();
        let Some((user, group)) = cx.slice(span).split_once(':').filter(|(user, _)| is_name(user)) else { continue };
        let steps = model.chain(stage).flat_map(|it| &it.steps).filter(|it| it.kind() == Keyword::Run);
        let commands = steps.flat_map(|it| it.commands());
        let Some((other, place)) = commands.filter_map(|it| joined(it, user)).find(|(other, _)| other != group) else {
            continue;
        };
        let edits = vec![Edit::replace(span, user)];
        cx.report(span, format!("with `:{group}` the process is not in the group `{other}`"))
            .label(place, format!("`{user}` is put into it here"))
            .note(format!("`USER {user}` keeps all groups of the user"))
            .fix(Fix::unsafe_(format!("leave the groups to `{user}`"), edits));
    }
}

fn is_name(word: &str) -> bool {
    !word.is_empty() && !word.contains(['$', '"', '\'']) && word.bytes().any(|b| !b.is_ascii_digit())
}

/// The group that the command adds the user to, besides its own.
fn joined(command: &Command, user: &str) -> Option<(String, Span)> {
    let words: Vec<&str> = command.known_args().collect();
    let plain: Vec<&str> = words.iter().copied().filter(|word| !word.starts_with('-')).collect();
    let group = match command.name.as_str() {
        "usermod" | "useradd" if words.last() == Some(&user) => {
            let at = words.iter().position(|word| is_group_list(word))?;
            *words.get(at + 1)?
        }
        // `adduser user group`, `addgroup user group`.
        "adduser" | "addgroup" if plain.len() == 2 && plain[0] == user && words.len() == 2 => plain[1],
        "gpasswd" if words.first() == Some(&"-a") && words.get(1) == Some(&user) => *words.get(2)?,
        _ => return None,
    };
    Some((group.split(',').next()?.to_string(), command.span))
}

fn is_group_list(word: &str) -> bool {
    word == "--groups" || (word.starts_with('-') && !word.starts_with("--") && word.ends_with('G'))
}
