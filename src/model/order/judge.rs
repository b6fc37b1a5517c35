//! Whether an install needs what was copied before it.

use super::super::tools::{Ecosystem, is_dependency_file};
use super::super::{Context, Step};
use super::brought::{Source, below};
use super::install::{Class, Install};
use super::names::{self, Guess};
use super::needs::{Needs, join};
use super::taint::Taint;
use super::{Culprit, Reach};

/// What a copy brings beyond what an install needs.
pub(super) struct Excess {
    pub reach: Reach,
    /// The files that the install does not read; empty where no context tells.
    pub idle: Vec<String>,
    /// Those that it does read.
    pub read: Vec<String>,
}

/// How far a copy of the context reaches beyond what an install needs; `None` where it does not.
pub(super) fn source(source: &Source, install: &Install, needs: &Needs) -> Option<Excess> {
    match &source.files {
        Some(files) => by_files(source, files, install, needs),
        None => by_name(source, install, needs).map(|reach| Excess { reach, idle: Vec::new(), read: Vec::new() }),
    }
}

fn by_files(source: &Source, files: &[&str], install: &Install, needs: &Needs) -> Option<Excess> {
    let is_read = |path: &&str| !install.meaning.tool.system && needs.reads(path);
    let (read, others): (Vec<&str>, Vec<&str>) = files.iter().partition(|path| is_read(path));
    let idle = others.into_iter().filter(|path| !names::is_about_building(path));
    let mut idle: Vec<String> = idle.map(str::to_string).collect();
    if idle.is_empty() {
        return None;
    }
    let has_code = idle.iter().any(|path| names::is_code(path));
    let reach = if source.is_whole() {
        Reach::Whole
    } else if source.single {
        is_lone(source).then_some(Reach::Files)?
    } else if names::base(&source.path) == ".git" {
        Reach::Folder
    } else if install.class != Class::Independent && covers(source, install, needs) {
        Reach::Project
    } else {
        (has_code && names::guess(&source.path) != Guess::Settings).then_some(Reach::Folder)?
    };
    idle.sort_by_key(|path| (rank(path), path.matches('/').count()));
    Some(Excess { reach, idle, read: read.into_iter().map(str::to_string).collect() })
}

/// Code says most about what an edit is, tests and tool settings less.
fn rank(path: &str) -> u8 {
    let lone = names::is_lone_source(path);
    let is_test = path.contains("test") || path.contains("spec");
    match (lone, is_test) {
        (true, false) => 0,
        (true, true) => 1,
        _ if names::base(path).starts_with('.') || path.starts_with('.') => 3,
        _ => 2,
    }
}

fn by_name(source: &Source, install: &Install, needs: &Needs) -> Option<Reach> {
    if source.is_whole() {
        return Some(Reach::Whole);
    }
    if (!install.meaning.tool.system && needs.reads(&source.path)) || source.is_manifest() {
        return None;
    }
    if source.is_pattern() {
        return pattern(source, install);
    }
    if source.single {
        return is_lone(source).then_some(Reach::Files);
    }
    let place = source.dest.as_deref();
    match names::guess(&source.written) {
        Guess::File => is_lone(source).then_some(Reach::Files),
        _ if install.class != Class::Independent && covers(source, install, needs) => Some(Reach::Project),
        Guess::Sources => (!place.is_some_and(is_settings_place)).then_some(Reach::Folder),
        Guess::Settings => None,
        Guess::Folder => match place {
            Some(place) if install.class == Class::Independent => {
                names::is_program_place(place).then_some(Reach::Folder)
            }
            Some(place) => (!names::is_system_place(place)).then_some(Reach::Folder),
            None => (install.class == Class::Manifest).then_some(Reach::Folder),
        },
    }
}

/// True for a single file that edits of the program touch, and that goes where the program lies.
fn is_lone(source: &Source) -> bool {
    let apart = source.dest.as_deref().is_some_and(is_settings_place);
    names::is_lone_source(&source.path) && !source.is_manifest() && !apart
}

fn is_settings_place(place: &str) -> bool {
    ["/etc", "/usr/local/bin", "/usr/bin", "/bin"].iter().any(|folder| below(place, folder).is_some())
}

fn pattern(source: &Source, install: &Install) -> Option<Reach> {
    let name = names::base(&source.path);
    if name.contains('.') && names::is_code(name) {
        return Some(if install.class == Class::Independent { Reach::Files } else { Reach::Folder });
    }
    let folder = source.path.strip_suffix("/*").or_else(|| source.path.strip_suffix("/**"))?;
    (names::guess(folder) == Guess::Sources).then_some(Reach::Folder)
}

/// True if the folder that the install works in comes with this source.
fn covers(source: &Source, install: &Install, needs: &Needs) -> bool {
    if let (Some(_), Some(folder)) = (&source.files, &needs.folder) {
        return folder == &source.path || below(folder, &source.path).is_some();
    }
    source.files.is_none() && lands_around(source.dest.as_deref(), install)
}

/// True if the install works in the folder that something is copied to, or in one below it.
fn lands_around(dest: Option<&str>, install: &Install) -> bool {
    let (Some(dest), Some(folder)) = (dest, install.folder.as_deref()) else { return false };
    dest != "/" && below(folder, dest).is_some()
}

/// How far `COPY --from` of a stage that holds sources, to `dest`, reaches.
pub(super) fn from_stage(
    path: &str,
    dest: Option<&str>,
    taint: &Taint,
    needs: &Needs,
    install: &Install,
) -> Option<Reach> {
    let harmless = names::installed_by(path).is_some()
        || names::is_manifest_like(path)
        || is_dependency_file(path)
        || (!install.meaning.tool.system && needs.reads(path));
    (!harmless && taint.reaches(path)).then(|| match taint.wide {
        true if install.class != Class::Independent && lands_around(dest, install) => Reach::Project,
        true => Reach::Folder,
        false => Reach::Files,
    })
}

/// True if a command between the copy and the install, or the install itself, uses what was copied,
/// so that the install may well need it.
pub(super) fn is_used(culprit: &Culprit, sources: &[&Source], runs: &[&Step], step: &Step, install: &Install) -> bool {
    match culprit.reach {
        Reach::Files => {
            let name = |source: &&Source| {
                let base = names::base(&source.path);
                let dest = source.dest.as_deref().map_or("", names::base);
                [base, dest].iter().any(|name| name.len() >= 3 && mentions(runs, step, name))
            };
            let alone = |source: &&&Source| culprit.span.contains(source.span) && !source.is_manifest();
            sources.iter().filter(alone).any(name)
        }
        Reach::Folder => sources.iter().any(|source| is_folder_used(source, runs, step, install)),
        Reach::Project | Reach::Whole => false,
    }
}

fn mentions(runs: &[&Step], step: &Step, name: &str) -> bool {
    runs.iter().chain([&step]).any(|run| run.scripts().iter().any(|script| script.text.text.contains(name)))
}

fn is_folder_used(source: &Source, runs: &[&Step], step: &Step, install: &Install) -> bool {
    let Some(dest) = source.dest.as_deref().filter(|dest| dest.len() > 3) else { return false };
    let relative = format!("{}/", names::base(dest));
    let uses = |text: &str| text.contains(dest) || text.contains(&relative);
    let in_between = runs.iter().any(|run| {
        run.scripts().iter().any(|script| {
            script.commands.iter().any(|command| !is_bookkeeping(&command.name) && uses(text(script, command)))
        })
    });
    let before = step.scripts().iter().take(install.script + 1).enumerate().any(|(at, script)| {
        let count = if at == install.script { install.position } else { script.commands.len() };
        let commands = script.commands.iter().take(count);
        commands.clone().any(|command| !is_bookkeeping(&command.name) && uses(text(script, command)))
    });
    let itself = install.class == Class::Independent
        && step.scripts().get(install.script).is_some_and(|script| uses(text(script, &install.command)));
    in_between || before || itself
}

fn text<'s>(script: &'s crate::shell::Script, command: &crate::shell::Command) -> &'s str {
    script.text.text.get(command.text_range.0 as usize..command.text_range.1 as usize).unwrap_or("")
}

fn is_bookkeeping(program: &str) -> bool {
    matches!(
        program,
        "cd" | "mkdir" | "chown" | "chmod" | "ls" | "rm" | "echo" | "test" | "[" | "find" | "pwd" | "set" | ""
    )
}

/// True if the build is one of a program made up for it, so that only dependencies are compiled.
pub(super) fn builds_stub(runs: &[&Step], step: &Step) -> bool {
    ["fn main", "cargo init", "cargo new", "package main", "dummy"].iter().any(|word| mentions(runs, step, word))
}

/// True if the packages lie in the context already, so that nothing is downloaded.
pub(super) fn is_vendored(install: &Install, needs: &Needs, sources: &[&Source], context: Option<&Context>) -> bool {
    let folder = needs.folder.as_deref().unwrap_or("");
    let copied = |name: &str| sources.iter().any(|source| names::base(&source.path) == name);
    let Some(context) = context else {
        return copied("vendor") && matches!(install.meaning.tool.ecosystem, Ecosystem::Go | Ecosystem::Rust);
    };
    let sent = |name: &str| context.is_sent(&join(folder, name));
    let vendored_sources = |name: &str| {
        sent(name) && context.read_text(&join(folder, name)).is_some_and(|text| text.contains("vendored-sources"))
    };
    match install.meaning.tool.ecosystem {
        Ecosystem::Go => sent("vendor/modules.txt"),
        Ecosystem::Node => {
            let cache = join(folder, ".yarn/cache");
            let offline = join(folder, "npm-packages-offline-cache");
            context.sent().iter().any(|entry| {
                !entry.is_dir() && (below(&entry.path, &cache).is_some() || below(&entry.path, &offline).is_some())
            })
        }
        Ecosystem::Ruby => sent("vendor/cache"),
        Ecosystem::Rust => vendored_sources(".cargo/config.toml") || vendored_sources(".cargo/config"),
        _ => false,
    }
}
