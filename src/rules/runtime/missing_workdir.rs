use crate::diagnostic::{Edit, Fix};
use crate::model::tools::{Action, Ecosystem, Flag, InstallKind, meaning};
use crate::model::{Base, Stage, Step, WorkdirOrigin, paths};
use crate::rules::DockerfileCx;
use crate::rules::quote::one_line;
use crate::shell::{Command, Cwd};
use crate::syntax::dockerfile::Keyword;
use crate::text::Span;

/// Relative destinations and project installs in `/`, because the stage never says where it works.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    if cx.fragment {
        return;
    }
    for stage in &cx.model.stages {
        let places = places(cx, stage);
        let Some((step, span, message)) = places.first() else { continue };
        let fix = add_workdir(cx, stage, step);
        let mut report = cx.report(*span, message.as_str()).fix(fix);
        for (_, span, _) in places.iter().skip(1).take(3) {
            report = report.label(*span, "the same here");
        }
        report.note("set the folder first, for example `WORKDIR /app`: it is made if it does not exist");
    }
}

type Place<'m, 'd> = (&'m Step<'d>, Span, String);

fn places<'m, 'd>(cx: &DockerfileCx, stage: &'m Stage<'d>) -> Vec<Place<'m, 'd>> {
    let mut places = Vec::new();
    let mut onbuild_workdir = false;
    for step in &stage.steps {
        onbuild_workdir |= step.onbuild && step.kind() == Keyword::Workdir;
        if !is_unset(stage, step) || (step.onbuild && onbuild_workdir) {
            continue;
        }
        if let Some(place) = relative_destination(cx, step) {
            places.push(place);
        }
        places.extend(installs(cx, stage, step));
    }
    places
}

/// Nothing set the folder, as far as can be known. An image that is not in the table may well set
/// one; a file without FROM has none at all. In an empty image everything is at home in `/`.
fn is_unset(stage: &Stage, step: &Step) -> bool {
    match step.before.workdir.origin {
        WorkdirOrigin::Default => stage.base != Base::Scratch,
        WorkdirOrigin::UnknownBase => stage.from.is_none(),
        _ => false,
    }
}

fn relative_destination<'m, 'd>(cx: &DockerfileCx, step: &'m Step<'d>) -> Option<Place<'m, 'd>> {
    let dest = &step.transfer()?.dest;
    let text = dest.raw.trim_matches(['"', '\'']);
    if paths::is_absolute(text) || text.starts_with('$') || text.is_empty() {
        return None;
    }
    let keyword = &step.instruction.keyword.text;
    let lands = step.before.workdir.join(&step.expand(dest).text).unwrap_or_else(|| "/".to_string());
    let message = if lands == "/" {
        format!("`{}` is `/` here: {keyword} puts the files beside those of the system", cx.slice(dest.span))
    } else {
        format!(
            "`{}` becomes `{lands}`: {keyword} has a relative destination and nothing set a WORKDIR",
            cx.slice(dest.span)
        )
    };
    Some((step, dest.span, message))
}

/// Installs of a project that write beside its manifest: into `/`.
fn installs<'m, 'd>(cx: &DockerfileCx, stage: &Stage, step: &'m Step<'d>) -> Vec<Place<'m, 'd>> {
    if step.kind() != Keyword::Run || stage.from.is_none() || step.onbuild {
        return Vec::new();
    }
    let commands = step.commands().filter(|command| installs_here(command));
    let say = |command: &Command| {
        let message = format!("`{}` works in `/`: nothing set a WORKDIR", one_line(cx.slice(command.span)));
        (step, command.span, message)
    };
    commands.map(say).collect()
}

fn installs_here(command: &Command) -> bool {
    let Some(meaning) = meaning(command) else { return false };
    matches!(meaning.tool.ecosystem, Ecosystem::Node | Ecosystem::Php)
        && meaning.action == Action::Install(InstallKind::Manifest)
        && !meaning.flags.has(Flag::Global)
        && meaning.directory.is_none()
        && command.cwd == Cwd::Workdir
        && !command.in_function
}

/// `WORKDIR /app` before the first such step, unless a later instruction names one of the files
/// where it now lies.
fn add_workdir(cx: &DockerfileCx, stage: &Stage, step: &Step) -> Option<Fix> {
    stage.from?;
    let outer = cx.dockerfile.instructions.iter().find(|it| it.span.contains(step.span()))?;
    let moved = stage.steps.iter().filter(|it| it.index >= step.index).filter_map(|it| it.transfer());
    let moved: Vec<String> = moved
        .flat_map(|transfer| transfer.sources.iter().chain([&transfer.dest]))
        .filter_map(|word| word.raw.trim_matches(['.', '/', '"']).rsplit('/').next().map(|name| format!("/{name}")))
        .filter(|name| name.len() > 1)
        .collect();
    let rest = &cx.source.text[outer.span.end as usize..];
    let names_it = |name: &String| {
        rest.match_indices(name.as_str()).any(|(at, _)| rest[..at].ends_with([' ', '"', '\'', '=', '\t']))
    };
    if moved.iter().any(names_it) {
        return None;
    }
    let line = if step.onbuild { "ONBUILD WORKDIR /app\n" } else { "WORKDIR /app\n" };
    Some(Fix::unsafe_("set a WORKDIR", vec![Edit::insert(outer.span.start, line)]))
}
