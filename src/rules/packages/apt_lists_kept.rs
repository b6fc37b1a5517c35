use crate::diagnostic::Fix;
use crate::model::tools::{Action, Flag, Meaning};
use crate::model::{Base, Model, Stage, Step};
use crate::rules::DockerfileCx;
use crate::rules::commands::{Use, append_command, commands_of, installs, is_emptied_later, is_mounted, later, stays};
use crate::syntax::dockerfile::Keyword;

const LISTS: &str = "/var/lib/apt/lists";
const ARCHIVES: &str = "/var/cache/apt/archives";
const REMEDY: &str = "rm -rf /var/lib/apt/lists/*";

/// `apt-get update` fills a folder that only the same RUN can empty again.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    let keeps_archives = cx.first_mention("docker-clean");
    for (stage, step) in model.steps().filter(|(_, step)| step.kind() == Keyword::Run) {
        if lists(cx, stage, step) {
            continue;
        }
        // The images' own setting deletes packages once installed; some files take it away.
        if keeps_archives.is_some_and(|at| at < step.span().end) {
            archives(cx, stage, step);
        }
    }
}

fn lists<'m>(cx: &mut DockerfileCx<'m>, stage: &'m Stage<'m>, step: &'m Step<'m>) -> bool {
    let Some((it, meaning)) = last(stage, step, refreshes) else { return false };
    if is_mounted(step, LISTS) || !stays(cx.model, &it) || is_emptied_later(&it, LISTS) || later(&it).any(is_dist_clean)
    {
        return false;
    }
    // Emptied before the last install, the install would find no package.
    let end = last(stage, step, uses_lists);
    let installs_here = end.is_some_and(|(it, meaning)| it.at > 0 && installs(meaning));
    let needed = is_needed_later(cx.model, stage, step);
    let edit = end.filter(|_| installs_here && !needed).and_then(|(end, _)| append_command(cx, &end, REMEDY));
    let fix = edit.map(|edit| Fix::safe("delete the package lists in the same RUN", vec![edit]));
    let title = meaning.title();
    let note = match installs_here {
        _ if needed => {
            format!("a later RUN installs from them: join it with this one, and end that RUN with `&& {REMEDY}`")
        }
        true => format!("end this RUN with `&& {REMEDY}`: a later RUN cannot take anything out of this layer"),
        false => format!("join it with the install that needs it, and end that RUN with `&& {REMEDY}`"),
    };
    cx.report(meaning.verb_span, format!("the package lists that `{title}` downloads stay in the image"))
        .note(note)
        .fix(fix);
    true
}

/// True if a later step installs from these lists without fetching them anew.
fn is_needed_later<'m>(model: &'m Model<'m>, stage: &'m Stage<'m>, step: &'m Step<'m>) -> bool {
    let first = |stage: &'m Stage<'m>, after: Option<usize>| {
        let runs = stage.steps.iter().filter(|it| it.kind() == Keyword::Run && after.is_none_or(|at| it.index > at));
        let meanings = runs.flat_map(|step| commands_of(stage, step)).filter_map(|it| it.meaning);
        let mut of_apt = meanings.filter(|meaning| is_apt(meaning) && uses_lists(meaning));
        of_apt.next().map(|meaning| !refreshes(meaning))
    };
    let mut open = vec![(stage, Some(step.index))];
    while let Some((stage, after)) = open.pop() {
        match first(stage, after) {
            Some(true) => return true,
            Some(false) => {}
            None => {
                let built_on = |it: &&Stage| it.base == Base::Stage(stage.index);
                open.extend(model.stages.iter().filter(built_on).map(|it| (it, None)));
            }
        }
    }
    false
}

fn archives<'m>(cx: &mut DockerfileCx<'m>, stage: &'m Stage<'m>, step: &'m Step<'m>) {
    let Some((it, meaning)) = last(stage, step, installs) else { return };
    if is_mounted(step, ARCHIVES)
        || !stays(cx.model, &it)
        || is_emptied_later(&it, ARCHIVES)
        || later(&it).any(is_clean)
    {
        return;
    }
    cx.report(meaning.verb_span, format!("the packages that `{}` downloads stay in the image", meaning.title())).note(
        "without the image's `docker-clean`, `/var/cache/apt` needs a cache mount of its own, or `apt-get clean`",
    );
}

fn last<'m>(stage: &'m Stage<'m>, step: &'m Step<'m>, is: fn(&Meaning) -> bool) -> Option<(Use<'m>, &'m Meaning)> {
    let of_apt = |it: Use<'m>| {
        let meaning = it.meaning.filter(|meaning| is_apt(meaning) && is(meaning))?;
        Some((it, meaning))
    };
    commands_of(stage, step).filter_map(of_apt).last()
}

fn is_apt(meaning: &Meaning) -> bool {
    matches!(meaning.tool.name, "apt-get" | "apt" | "aptitude")
}

fn refreshes(meaning: &Meaning) -> bool {
    meaning.action == Action::Update || (installs(meaning) && meaning.has(Flag::Refresh))
}

fn uses_lists(meaning: &Meaning) -> bool {
    matches!(meaning.action, Action::Update | Action::Install(_) | Action::Upgrade)
}

fn is_dist_clean(command: &crate::shell::Command) -> bool {
    command.name.starts_with("apt") && command.known_args().any(|arg| matches!(arg, "distclean" | "dist-clean"))
}

fn is_clean(command: &crate::shell::Command) -> bool {
    command.name.starts_with("apt") && command.known_args().any(|arg| arg.ends_with("clean"))
}
