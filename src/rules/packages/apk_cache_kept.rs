use crate::diagnostic::{Edit, Fix};
use crate::model::tools::{Action, Flag, Meaning};
use crate::rules::DockerfileCx;
use crate::rules::commands::{Use, commands_of, insert_flag, is_emptied_later, is_mounted, stays};
use crate::shell::Link;
use crate::syntax::dockerfile::Keyword;

const CACHE: &str = "/var/cache/apk";

/// Without `--no-cache`, apk leaves its index in the layer.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    for (stage, step) in model.steps().filter(|(_, step)| step.kind() == Keyword::Run) {
        let filling: Vec<(Use, &Meaning)> = commands_of(stage, step).filter_map(fills).collect();
        let Some((last, _)) = filling.last() else { continue };
        if is_mounted(step, CACHE) || !stays(model, last) || is_emptied_later(last, CACHE) {
            continue;
        }
        let adds = filling.iter().find(|(_, meaning)| meaning.action != Action::Update);
        let (_, shown) = adds.unwrap_or(&filling[0]);
        let mut edits: Vec<Edit> = filling.iter().filter_map(|(it, meaning)| edit(cx, it, meaning)).collect();
        edits.dedup();
        let fix = (!edits.is_empty()).then(|| Fix::safe("fetch the index without keeping it", edits));
        cx.report(shown.verb_span, format!("`{}` leaves its index in the layer", shown.title()))
            .note("`apk add --no-cache` fetches the index and does not keep it; no `apk update` is needed then")
            .fix(fix);
    }
}

fn fills<'m>(it: Use<'m>) -> Option<(Use<'m>, &'m Meaning)> {
    let meaning = it.meaning.filter(|meaning| meaning.tool.name == "apk")?;
    let writes = matches!(meaning.action, Action::Install(_) | Action::Upgrade | Action::Update);
    let keeps = !meaning.has(Flag::NoCache) && !meaning.has(Flag::DryRun) && !meaning.has(Flag::Offline);
    (writes && keeps && meaning.verb != "fix").then_some((it, meaning))
}

fn edit(cx: &DockerfileCx, it: &Use, meaning: &Meaning) -> Option<Edit> {
    if meaning.action != Action::Update {
        return insert_flag(it, meaning, "--no-cache");
    }
    // `apk update && apk add …`: the second fetches the index itself.
    let next = it.script.commands.get(it.at + 1)?;
    let next_is_apk =
        it.step.meanings().iter().flatten().any(|other| {
            other.tool.name == "apk" && other.action != Action::Update && next.span.contains(other.verb_span)
        });
    let between = crate::text::Span::new(it.command.span.end.min(next.span.start), next.span.start);
    let is_plain = it.command.wrappers.is_empty() && it.command.redirects.is_empty() && !it.script.json;
    let joined = next.link == Link::And && cx.slice(between).trim_matches([' ', '\n', '\r', '\\', '\t']) == "&&";
    (next_is_apk && is_plain && joined && it.command.pipe.is_none())
        .then(|| Edit::delete(crate::text::Span::new(it.command.span.start, next.span.start)))
}
