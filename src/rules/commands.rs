//! What rules about shell commands share: where a command stands, whether its files stay in the
//! image, and edits of command lines.

use crate::diagnostic::Edit;
use crate::model::tools::{Action, Flag, Meaning, effects};
use crate::model::{Model, Stage, Step, Value};
use crate::shell::{Command, Cwd, Link, Script};
use crate::syntax::dockerfile::Keyword;

use super::DockerfileCx;

/// A command of a RUN with everything around it.
#[derive(Clone, Copy)]
pub(super) struct Use<'m> {
    pub stage: &'m Stage<'m>,
    pub step: &'m Step<'m>,
    pub script: &'m Script,
    /// Index of the command in its script.
    pub at: usize,
    pub command: &'m Command,
    /// What it does with a tool of the table; `None` for any other command.
    pub meaning: Option<&'m Meaning>,
}

/// All commands of all RUN steps, in order.
pub(super) fn commands<'m>(model: &'m Model<'m>) -> impl Iterator<Item = Use<'m>> {
    model.steps().filter(|(_, step)| step.kind() == Keyword::Run).flat_map(|(stage, step)| commands_of(stage, step))
}

/// The commands of one step.
pub(super) fn commands_of<'m>(stage: &'m Stage<'m>, step: &'m Step<'m>) -> impl Iterator<Item = Use<'m>> {
    let places = step.scripts().iter().flat_map(|script| (0..script.commands.len()).map(move |at| (script, at)));
    places.zip(step.meanings()).map(move |((script, at), meaning)| {
        let command = &script.commands[at];
        Use { stage, step, script, at, command, meaning: meaning.as_ref() }
    })
}

/// All RUN commands of these tools (by [`crate::model::tools::Tool::name`]) with their meaning.
pub(super) fn uses<'m>(model: &'m Model<'m>, tools: &'m [&'m str]) -> impl Iterator<Item = (Use<'m>, &'m Meaning)> {
    commands(model).filter_map(move |it| {
        let meaning = it.meaning.filter(|meaning| tools.contains(&meaning.tool.name))?;
        Some((it, meaning))
    })
}

/// True if what the step leaves behind is part of the image: its stage is the final one or one
/// that it inherits from, or the step runs in a child image (ONBUILD).
pub(super) fn stays(model: &Model, it: &Use) -> bool {
    it.step.onbuild || model.is_final(it.stage)
}

/// True if a cache or tmpfs mount keeps what is written to the folder out of the layer.
pub(super) fn is_mounted(step: &Step, folder: &str) -> bool {
    step.mounts.iter().any(|mount| mount.keeps_out_of_layer(folder))
}

/// The commands that run after `it` in its script; functions may be called anywhere.
pub(super) fn later<'m>(it: &Use<'m>) -> impl Iterator<Item = &'m Command> {
    let at = it.at;
    it.script.commands.iter().enumerate().filter(move |(i, command)| *i > at || command.in_function).map(|(_, it)| it)
}

/// True if a later command of the same RUN empties the folder, or may: a clean-up script.
pub(super) fn is_emptied_later(it: &Use, folder: &str) -> bool {
    later(it).any(|command| removes(command, folder) || is_cleanup_script(command))
}

/// True for a program such as `clean-layer.sh`, which nothing is known of.
pub(super) fn is_cleanup_script(command: &Command) -> bool {
    command.name.contains("clean")
        || command.args.first().is_some_and(|arg| arg.raw.contains("clean") && arg.raw.contains(".sh"))
}

/// True if the command deletes the folder, what is in it, or a folder above it.
pub(super) fn removes(command: &Command, folder: &str) -> bool {
    effects::removals(command).iter().flat_map(|path| alternatives(path)).any(|path| {
        let path = in_folder(command, path.trim_matches(['"', '\'']));
        let base = path.split(['*', '?', '[']).next().unwrap_or_default().trim_end_matches(['/', '.']);
        // `/var/lib/apt/lists/*ubuntu*` is a way to empty it, `/var/lib/apt/lists/lock` is not.
        is_below(folder, base) || (path.contains('*') && is_below(base, folder))
    })
}

fn is_below(path: &str, folder: &str) -> bool {
    !folder.is_empty() && path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn in_folder(command: &Command, path: &str) -> String {
    match &command.cwd {
        Cwd::Known(folder) if !path.starts_with(['/', '~', '$']) => format!("{}/{path}", folder.trim_end_matches('/')),
        _ => path.to_owned(),
    }
}

/// `/var/{lib,cache}/x` one level deep.
fn alternatives(path: &str) -> Vec<String> {
    let parts = path.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)));
    match parts {
        Some((before, (inner, after))) if !before.ends_with('$') => {
            inner.split(',').map(|part| format!("{before}{part}{after}")).collect()
        }
        _ => vec![path.to_owned()],
    }
}

/// The value of a variable that the command sees: set in front of it, exported before it in the
/// RUN, or by ENV and ARG. `Some(None)` where it is set to something that is not known.
pub(super) fn variable<'m>(it: &Use<'m>, name: &str) -> Option<Option<&'m str>> {
    let own = it.command.assignments.iter().rev().find(|it| it.name == name);
    if let Some(assignment) = own {
        return Some(assignment.value.as_deref());
    }
    let exported = it.script.commands[..it.at].iter().rev().find_map(|command| exported(command, name));
    exported.or_else(|| {
        let variable = it.step.before.scope.get(name)?;
        match &variable.value {
            Value::Known(text) => Some(Some(&**text)),
            Value::Unknown => Some(None),
            Value::Unset => None,
        }
    })
}

fn exported<'m>(command: &'m Command, name: &str) -> Option<Option<&'m str>> {
    if command.name.is_empty() {
        let assignment = command.assignments.iter().rev().find(|it| it.name == name)?;
        return Some(assignment.value.as_deref());
    }
    if !matches!(command.name.as_str(), "export" | "declare" | "typeset") {
        return None;
    }
    command.args.iter().rev().find_map(|arg| {
        let value = arg.text_or_raw().strip_prefix(name)?.strip_prefix('=')?;
        Some(arg.text.is_some().then_some(value))
    })
}

/// True if something else answers the questions of the command: a pipe or a file.
pub(super) fn is_answered(command: &Command) -> bool {
    // xargs reads the pipe itself.
    command.pipe.is_some_and(|pipe| pipe.index > 0) && !command.is_wrapped_in("xargs")
        || command.redirects.iter().any(|it| it.operator.starts_with('<') && it.target.as_deref() != Some("/dev/null"))
}

/// True if a variable among the arguments may hold options: `apt-get $OPTS install`.
pub(super) fn may_hold_options(it: &Use, meaning: &Meaning) -> bool {
    it.command.args.iter().enumerate().any(|(index, arg)| {
        let is_variable = arg.text.is_none() && arg.raw.trim_start_matches('"').starts_with('$');
        let before_verb = index >= meaning.first_arg && arg.span.end <= meaning.verb_span.start;
        let named_so = || {
            let raw = arg.raw.to_ascii_lowercase();
            ["opt", "flag", "arg", "yes", "param"].iter().any(|word| raw.contains(word))
        };
        is_variable && (before_verb || named_so())
    })
}

/// Puts a flag behind the verb: `apt-get install` becomes `apt-get install -y`.
pub(super) fn insert_flag(it: &Use, meaning: &Meaning, flag: &str) -> Option<Edit> {
    (!it.script.json).then(|| Edit::insert(meaning.verb_span.end, format!(" {flag}")))
}

/// Puts another command behind this one, to run if it succeeds; `None` where that is not simple.
pub(super) fn append_command(cx: &DockerfileCx, it: &Use, text: &str) -> Option<Edit> {
    let command = it.command;
    let is_plain = command.wrappers.is_empty()
        && command.pipe.is_none()
        && !command.background
        && !command.conditional
        && !command.substitution
        && !command.in_function
        && !command.negated
        && command.subshells == 0
        && command.link != Link::Or
        && !command.redirects.iter().any(|redirect| redirect.operator.starts_with("<<"));
    let next_is_or = it.script.commands.get(it.at + 1).is_some_and(|next| next.link == Link::Or);
    if it.script.json || !is_plain || next_is_or {
        return None;
    }
    Some(Edit::insert(command.span.end, format!("{}{text}", joint(cx, it))))
}

/// How the RUN joins its commands: in one line, or on lines that begin or end with `&&`.
fn joint(cx: &DockerfileCx, it: &Use) -> String {
    let run = cx.slice(it.step.span());
    let mut lines = run.lines().skip(1).filter(|line| !line.trim_start().starts_with('#')).peekable();
    if lines.peek().is_none() || !it.step.instruction.heredocs.is_empty() {
        return " && ".to_owned();
    }
    let escape = cx.dockerfile.escape;
    let indent = |line: &str| line[..line.len() - line.trim_start().len()].to_owned();
    let first = lines.peek().map(|line| indent(line)).unwrap_or_default();
    if let Some(line) = lines.find(|line| line.trim_start().starts_with("&&")) {
        return format!(" {escape}\n{}&& ", indent(line));
    }
    let ends_so = |line: &str| line.trim_end().strip_suffix(escape).is_some_and(|line| line.trim_end().ends_with("&&"));
    match run.lines().any(ends_so) {
        true => format!(" && {escape}\n{first}"),
        false => format!(" {escape}\n{first}&& "),
    }
}

/// True for an install that really downloads.
pub(super) fn installs(meaning: &Meaning) -> bool {
    matches!(meaning.action, Action::Install(_)) && !meaning.has(Flag::DryRun)
}

/// "`a`", "`a` and `b`", "`a`, `b` and 3 more".
pub(super) fn listing<'t>(names: impl IntoIterator<Item = &'t str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [one, two] => format!("{one} and {two}"),
        [one, two, rest @ ..] => format!("{one}, {two} and {} more", rest.len()),
    }
}

/// True for what package managers ask before: installing, upgrading, removing.
pub(super) fn changes_packages(meaning: &Meaning) -> bool {
    matches!(meaning.action, Action::Install(_) | Action::Upgrade | Action::Remove)
}

/// True for installs and upgrades that really download.
pub(super) fn adds_packages(meaning: &Meaning) -> bool {
    installs(meaning) || (meaning.action == Action::Upgrade && !meaning.has(Flag::DryRun))
}
