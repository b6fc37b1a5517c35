//! What rules about several package managers share.

use crate::diagnostic::Fix;
use crate::model::tools::{Action, Flag, Meaning, Package, Source};
use crate::model::{Model, Step};
use crate::rules::DockerfileCx;
use crate::rules::commands::{
    Use, append_command, commands_of, insert_flag, is_answered, is_cleanup_script, is_mounted, later, listing,
    may_hold_options, removes, stays, uses,
};
use crate::syntax::dockerfile::{Body, Keyword};

/// Reports commands of `tools` that ask before they act; `setting` is the configuration word that
/// answers for all commands after it.
pub(super) fn asks(cx: &mut DockerfileCx, tools: &[&str], setting: &str, acts: fn(&Meaning) -> bool) {
    let model = cx.model;
    let configured = cx.first_mention(setting);
    for (it, meaning) in uses(model, tools) {
        let is_set = configured.is_some_and(|at| at < it.command.span.start);
        let says_yes = meaning.has(Flag::AssumeYes) || meaning.has(Flag::DryRun);
        if !acts(meaning) || says_yes || is_set || is_answered(it.command) || may_hold_options(&it, meaning) {
            continue;
        }
        let title = meaning.title();
        let fix = insert_flag(&it, meaning, "-y").map(|edit| Fix::safe("answer yes with `-y`", vec![edit]));
        cx.report(meaning.verb_span, format!("`{title}` asks before it goes on, and a build cannot answer"))
            .note(format!("write `{title} -y`"))
            .fix(fix);
    }
}

/// Reports installs of `tools` whose packages name no version, once per command.
pub(super) fn unpinned(
    cx: &mut DockerfileCx,
    tools: &[&str],
    example: &str,
    is_open: fn(&Model, &Use, &Meaning, &Package) -> bool,
) {
    let model = cx.model;
    for (it, meaning) in uses(model, tools) {
        if !matches!(meaning.action, Action::Install(_)) || meaning.has(Flag::DryRun) {
            continue;
        }
        let open: Vec<&Package> =
            meaning.packages.iter().filter(|package| is_open(model, &it, meaning, package)).collect();
        let Some(first) = open.first() else { continue };
        let names = listing(open.iter().map(|package| package.name.as_str()));
        cx.report(first.span, format!("{names}: no version is named, so every build may install another one"))
            .note(format!("name the version, as in `{example}`"));
    }
}

/// True for a package of the index without a version.
pub(super) fn has_no_version(_: &Model, _: &Use, _: &Meaning, package: &Package) -> bool {
    package.source == Source::Registry && package.version.is_none()
}

/// What a package manager leaves in the layer, and how it is taken away.
pub(super) struct Leftover {
    /// Whose commands fill it.
    pub tools: &'static [&'static str],
    /// Which of them do.
    pub fills: fn(&Meaning) -> bool,
    /// Tools whose cleaning command empties it.
    pub cleaned_by: &'static [&'static str],
    /// The folders; a mount or the removal of one of them is enough.
    pub folders: &'static [&'static str],
    /// What it is, for the message.
    pub what: &'static str,
}

/// Reports, once per RUN, what stays in a layer of the final image.
pub(super) fn left_over(cx: &mut DockerfileCx, leftover: &Leftover, remedy: impl Fn(&Meaning) -> String) {
    let model = cx.model;
    for (stage, step) in model.steps().filter(|(_, step)| step.kind() == Keyword::Run) {
        let of_tool = |it: &Use| {
            it.meaning.is_some_and(|meaning| leftover.tools.contains(&meaning.tool.name) && (leftover.fills)(meaning))
        };
        let Some((it, meaning)) =
            commands_of(stage, step).filter(of_tool).last().and_then(|it| Some((it, it.meaning?)))
        else {
            continue;
        };
        let mounted = leftover.folders.iter().any(|folder| is_mounted(step, folder));
        if mounted || !stays(model, &it) || is_cleaned(&it, leftover) {
            continue;
        }
        let remedy = remedy(meaning);
        let fix = append_command(cx, &it, &remedy).map(|edit| Fix::safe(format!("append `{remedy}`"), vec![edit]));
        cx.report(meaning.verb_span, format!("`{}` leaves {} in the layer", meaning.title(), leftover.what))
            .note(format!(
                "end the same RUN with `{remedy}`, or use a cache mount; a later RUN cannot shrink this layer"
            ))
            .fix(fix);
    }
}

fn is_cleaned(it: &Use, leftover: &Leftover) -> bool {
    let cleans = |command: &crate::shell::Command| {
        crate::model::tools::meaning(command)
            .is_some_and(|meaning| meaning.action == Action::Clean && leftover.cleaned_by.contains(&meaning.tool.name))
    };
    later(it).any(|command| {
        is_cleanup_script(command) || leftover.folders.iter().any(|folder| removes(command, folder)) || cleans(command)
    })
}

/// Yum, dnf and their relatives keep everything in one of these.
pub(super) const RPM_CACHES: &[&str] =
    &["/var/cache/dnf", "/var/cache/yum", "/var/cache/libdnf5", "/var/cache/tdnf", "/root/.cache/libdnf5"];

/// The same family's names in the table.
pub(super) const RPM_TOOLS: &[&str] = &["dnf", "yum", "microdnf", "tdnf"];

/// True for a version of the rpm family: `httpd-2.4`, also where a variable of this file gives it.
pub(super) fn rpm_is_open(model: &Model, it: &Use, meaning: &Meaning, package: &Package) -> bool {
    let is_group = meaning.verb.starts_with("group") || meaning.verb == "builddep" || package.name.starts_with('@');
    if package.source != Source::Registry || is_group {
        return false;
    }
    match &package.version {
        None => true,
        Some(version) => version.split_once('$').is_some_and(|(_, rest)| !is_given(model, it, variable_name(rest))),
    }
}

fn variable_name(text: &str) -> &str {
    let text = text.trim_start_matches('{');
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}

/// True if something in the file gives the variable a value that this command may see.
fn is_given(model: &Model, it: &Use, name: &str) -> bool {
    let assigned = || {
        let commands = &it.script.commands;
        let by_name = |command: &crate::shell::Command| command.assignments.iter().any(|it| it.name == name);
        commands.iter().any(|command| by_name(command) || matches!(command.name.as_str(), "export" | "for" | "read"))
    };
    name.is_empty() || it.step.before.scope.get(name).is_some() || assigned() || is_declared(model, name)
}

/// True if some stage has an ARG of that name: what is meant is a version, wherever it is declared.
fn is_declared(model: &Model, name: &str) -> bool {
    let declares = |step: &Step| matches!(step.body(), Body::Arg(all) if all.iter().any(|it| it.name.text == name));
    model.steps().any(|(_, step)| declares(step))
}
