//! Completion inside RUN: the package managers and build tools of the model's table.

use crate::model::family;
use crate::model::tools::{self, Tool};

use super::document::Snapshot;
use super::items::Items;
use super::words;

/// What stands between two commands on one line.
const SEPARATORS: [char; 5] = ['&', '|', ';', '(', '{'];
/// Words that run the command behind them.
const WRAPPERS: [&str; 6] = ["sudo", "exec", "time", "env", "then", "do"];

/// True once a command has begun: the flags of RUN itself are over.
pub(super) fn is_inside(arguments: &str) -> bool {
    let typed = arguments.split_inclusive(char::is_whitespace);
    typed.filter(|word| word.ends_with(char::is_whitespace)).any(|word| !word.starts_with("--"))
}

/// Offers what fits the command that is being typed: verbs and options of its tool, or else tools.
pub(super) fn fill(arguments: &str, items: &mut Items) {
    let arguments = one_line(arguments);
    let command = arguments.rsplit(SEPARATORS).next().unwrap_or_default();
    let mut words = command.split_whitespace().peekable();
    while words.next_if(|word| word.starts_with("--") || word.contains('=') || WRAPPERS.contains(word)).is_some() {}
    let program = words.next().unwrap_or_default();
    let before: Vec<&str> = words.collect();
    let is_typed = !command.ends_with(char::is_whitespace);
    match tools::by_program(program).filter(|_| !(before.is_empty() && is_typed)) {
        Some(tool) => of_tool(tool, &before[..before.len() - usize::from(is_typed && !before.is_empty())], items),
        // What another program takes nobody here knows.
        None if before.is_empty() && (is_typed || program.is_empty()) => {
            tools::all().for_each(|tool| items.add(tool.name, &about(tool), 3))
        }
        None => {}
    }
}

/// Takes out the package managers that the image of the stage is known not to have.
pub(super) fn leave_out_foreign(document: &Snapshot, offset: usize, items: &mut Items) {
    let model = document.model();
    let mut stages = model.stages.iter().rev();
    let stage = stages.find(|it| it.from.is_some_and(|from| (from.span.start as usize) < offset));
    let Some(family) = stage.and_then(|stage| family(model, stage)) else { return };
    let own = family.package_managers();
    items.all.retain(|item| {
        let program = item.label.strip_prefix("RUN ").unwrap_or(&item.label).split(' ').next().unwrap_or_default();
        own.contains(&program) || tools::by_program(program).is_none_or(|tool| !tool.system)
    });
}

/// Continued lines as the shell gets them: in one, without the comments between them.
fn one_line(arguments: &str) -> String {
    let lines = arguments.lines().filter(|line| !line.trim_start().starts_with('#'));
    lines.map(|line| line.trim_end_matches(['\\', '`'])).collect::<Vec<_>>().join(" ")
}

/// What may follow these arguments.
fn of_tool(tool: &'static Tool, arguments: &[&str], items: &mut Items) {
    let mut verbs = arguments.iter().filter(|it| !it.starts_with('-'));
    match verbs.next() {
        None => tool.verbs().into_iter().for_each(|verb| items.add(verb, "", 3)),
        Some(&("install" | "add")) => items.table(words::packages(tool.name), 9),
        Some(_) => {}
    }
    // A tool has dozens of them: they are offered to those who begin one.
    if !items.prefix.starts_with('-') {
        return;
    }
    for option in tool.options() {
        items.add(
            option,
            if tool.no_cache_flag == Some(option) { "keeps its cache from being written" } else { "" },
            5,
        );
    }
}

/// What a tool is, from the table.
pub(super) fn about(tool: &Tool) -> String {
    let mut lines =
        vec![if tool.system { "installs packages of the operating system" } else { "build tool" }.to_string()];
    let list = |title: &str, names: &[&str]| {
        let names: Vec<String> = names.iter().take(6).map(|name| format!("`{name}`")).collect();
        (!names.is_empty()).then(|| format!("{title} {}", names.join(", ")))
    };
    lines.extend(list("reads", tool.manifests));
    lines.extend(list("locks versions in", tool.lock_files));
    lines.extend(list("caches in", &tool.cache_dirs.iter().map(|it| it.path).collect::<Vec<_>>()));
    lines.extend(list("cleaned with", tool.clean_commands));
    lines.extend(tool.no_cache_flag.map(|flag| format!("keeps no cache with `{flag}`")));
    lines.join("; ")
}
