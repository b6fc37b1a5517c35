use super::shared as words;
use crate::diagnostic::Severity;
use crate::model::order::{
    Class, Culprit, LateInstall, Origin, Reach, Scripts, Sufferer, is_neutral, late_installs, narrow_mount, reorder,
};
use crate::rules::DockerfileCx;

/// Reports each copy that makes an install run again which does not read what it brings.
pub(crate) fn check(cx: &mut DockerfileCx) {
    for late in late_installs(cx.model, cx.context) {
        if late.installs[0].install.class != Class::Implicit {
            report(cx, &late);
        }
    }
}

fn report(cx: &mut DockerfileCx, late: &LateInstall) {
    let fix = reorder(late, &cx.source.text, cx.context).or_else(|| narrow_mount(late));
    let severity = severity(cx, late);
    let first = main_install(late);
    let message = format!("{} reruns {}", edits(cx, &late.copy), words::code(&first.install.meaning.title()));
    let mut report = cx.report(late.copy.span, message).at_most(severity).fix(fix);
    for it in &late.installs {
        report = report.label(it.install.command.span, label(it));
    }
    for other in &late.also {
        report = report.label(other.span, "so do changes of this");
    }
    report.note(remedy(late, first));
}

/// The install that the message names: one that reads manifests, if there is one.
fn main_install<'l, 'm, 'd>(late: &'l LateInstall<'m, 'd>) -> &'l Sufferer<'m, 'd> {
    let by_manifest = late.installs.iter().find(|it| it.install.class == Class::Manifest);
    by_manifest.unwrap_or(&late.installs[0])
}

fn severity(cx: &DockerfileCx, late: &LateInstall) -> Severity {
    let grave = |it: &Sufferer| {
        let of_image = it.install.class == Class::Manifest || cx.model.is_final(it.stage);
        of_image && !it.install.cached && !it.step.onbuild
    };
    let broad = late.copy.reach > Reach::Files && !late.copy.step.onbuild;
    if broad && late.installs.iter().any(grave) { Severity::Error } else { Severity::Info }
}

fn edits(cx: &DockerfileCx, copy: &Culprit) -> String {
    if let Origin::Stage(index) = copy.origin {
        let name = cx.model.stages.get(index).and_then(|stage| stage.name);
        return match name {
            Some(name) => format!("any change of what stage {} makes", words::code(&name.text)),
            None => format!("any change of what stage {index} makes"),
        };
    }
    match copy.files.as_slice() {
        [] if copy.origin == Origin::Mount => "any edit to the mounted files".to_string(),
        [] => "any edit to the copied files".to_string(),
        [one] => format!("any edit to {}", words::code(one)),
        [first, rest @ ..] if rest.len() == 1 => {
            format!("any edit to {} or {}", words::code(first), words::code(&rest[0]))
        }
        [first, rest @ ..] => format!("any edit to {} or {} other files", words::code(first), rest.len()),
    }
}

fn label(it: &Sufferer) -> &'static str {
    match (it.install.class, it.install.cached) {
        (Class::Independent, _) => "rebuilt whenever they change, though it needs none of them",
        (_, true) => "rebuilt whenever they change; the cache mount only saves the download",
        _ => "rebuilt whenever they change",
    }
}

fn remedy(late: &LateInstall, first: &Sufferer) -> String {
    let title = words::code(&first.install.meaning.title());
    let place = place(late, first);
    if first.install.class == Class::Independent {
        return format!("{title} needs nothing of what is copied: {place}");
    }
    let brought = late.copy.read.iter().filter(|path| first.reads.is_empty() || first.reads.contains(path));
    let brought: Vec<&str> = brought.map(String::as_str).collect();
    let partly = late.copy.reach < Reach::Project && !brought.is_empty();
    let reads = match first.reads.is_empty() {
        _ if partly => brought,
        false => first.reads.iter().map(String::as_str).collect(),
        true if !first.install.meaning.files.is_empty() => {
            first.install.meaning.files.iter().map(String::as_str).collect()
        }
        true => {
            let tool = first.install.meaning.tool;
            tool.manifests.iter().take(1).chain(tool.lock_files.iter().take(1)).copied().collect()
        }
    };
    if reads.is_empty() || (late.copy.reach < Reach::Project && !partly) {
        return format!("{title} does not read what is copied: {place}");
    }
    let what = if reads.len() == 1 { "it" } else { "them" };
    let verb = if late.copy.origin == Origin::Mount { "mount" } else { "copy" };
    let apart = if first.scripts == Scripts::Project { "apart from scripts of the project, " } else { "" };
    let of = if partly { " of what is copied" } else { "" };
    let reads = words::list(&reads, 4);
    format!("{apart}{title} reads only {reads}{of}: {verb} {what} first, install, then {verb} the rest")
}

/// Where to install, or what to copy, instead.
fn place(late: &LateInstall, first: &Sufferer) -> String {
    let copied_in = late.copy.stage;
    match (late.copy.origin, copied_in.name) {
        (Origin::Mount, _) => "mount only what it reads".to_string(),
        (_, Some(name)) if copied_in.index != first.stage.index => {
            format!("install it in a stage that {} builds on", words::code(&name.text))
        }
        _ if goes_on(first) => "install in a `RUN` of its own, above the copy".to_string(),
        _ => "move the copy below it".to_string(),
    }
}

/// True if the RUN does other work after the install, which may need what is copied.
fn goes_on(it: &Sufferer) -> bool {
    let script = it.step.scripts().get(it.install.script);
    let later = script.and_then(|script| script.commands.get(it.install.position + 1..)).unwrap_or_default();
    later.iter().any(|command| !is_neutral(command))
}
