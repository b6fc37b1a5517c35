//! Dependency steps: the commands of a RUN that download packages.

use std::borrow::Cow;

use crate::shell;
use crate::syntax::dockerfile::Keyword;

use super::super::tools::{Action, Ecosystem, Flag, InstallKind, Meaning, Source, meaning};
use super::super::{MountKind, Step, paths};

/// What decides what a dependency step downloads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Manifests and lock files of the project.
    Manifest,
    /// Names on its command line.
    Independent,
    /// It builds, and downloads on the way.
    Implicit,
}

/// A command that downloads packages.
#[derive(Clone, Debug)]
pub struct Install {
    /// What decides what it downloads.
    pub class: Class,
    /// The command.
    pub command: shell::Command,
    /// Which script of the step it stands in.
    pub script: usize,
    /// Its place in the script's commands.
    pub position: usize,
    /// What it means.
    pub meaning: Meaning,
    /// The folder that it works in, absolute, where it is known.
    pub folder: Option<String>,
    /// True if a cache mount keeps its downloads.
    pub cached: bool,
}

/// Commands of one script that are looked at.
const COMMANDS: usize = 1_000;

/// The dependency steps of a RUN. Several rules ask, and most steps have none.
pub fn installs<'s>(step: &'s Step) -> &'s [Install] {
    if step.kind() != Keyword::Run {
        return &[];
    }
    step.installs.get_or_init(|| find(step))
}

fn find(step: &Step) -> Vec<Install> {
    let mut found = Vec::new();
    let mut known = step.meanings();
    for (script, code) in step.scripts().iter().enumerate() {
        let commands = commands(code);
        let (own, rest) = known.split_at(code.commands.len());
        known = rest;
        let meanings: Cow<[Option<Meaning>]> = match &commands {
            Cow::Borrowed(_) => Cow::Borrowed(&own[..own.len().min(COMMANDS)]),
            Cow::Owned(commands) => commands.iter().take(COMMANDS).map(meaning).collect(),
        };
        let mut later = Later::default();
        let bound: Vec<bool> = meanings.iter().rev().map(|it| later.binds(it.as_ref())).collect();
        for (position, ((command, meaning), bound)) in
            commands.iter().zip(&*meanings).zip(bound.into_iter().rev()).enumerate()
        {
            if let Some(meaning) = meaning.as_ref().filter(|_| !command.substitution && !bound)
                && let Some(class) = class(meaning)
            {
                let folder = folder(step, command, meaning);
                let cached = is_cached(step, meaning);
                let (command, meaning) = (command.clone(), meaning.clone());
                found.push(Install { class, command, script, position, meaning, folder, cached });
            }
        }
    }
    found
}

/// The commands of a script. What cmd and PowerShell run on one line reads like a POSIX shell's; no
/// more than the installs is taken from it.
fn commands(script: &shell::Script) -> Cow<'_, [shell::Command]> {
    let windows = matches!(script.dialect, shell::Dialect::Cmd | shell::Dialect::PowerShell);
    if windows && script.commands.is_empty() && script.text.text.len() < 10_000 {
        return Cow::Owned(shell::parse(script.text.clone(), shell::Dialect::Sh).commands);
    }
    Cow::Borrowed(&script.commands)
}

fn class(meaning: &Meaning) -> Option<Class> {
    if meaning.has(Flag::DryRun) || meaning.has(Flag::Offline) {
        return None;
    }
    match meaning.install_kind()? {
        InstallKind::Manifest => {
            let of_machine = meaning.has(Flag::Global) && meaning.tool.ecosystem == Ecosystem::Node;
            (!of_machine).then_some(Class::Manifest)
        }
        InstallKind::Packages => downloads_names(meaning).then_some(Class::Independent),
        InstallKind::LocalProject => None,
        InstallKind::Implicit => Some(Class::Implicit),
    }
}

/// True if what is named comes from the network and not from the image.
fn downloads_names(meaning: &Meaning) -> bool {
    let local = |source: Source| matches!(source, Source::File | Source::Folder);
    let of_sources = match meaning.tool.ecosystem {
        Ecosystem::Jvm => true,
        // Without a version it is a package of the module.
        Ecosystem::Go => meaning.verb == "install" && meaning.packages.iter().all(|it| it.version.is_none()),
        Ecosystem::DotNet => meaning.verb.contains("package"),
        _ => false,
    };
    // `pip install "$WHEEL"` may be about a file.
    let opaque = !meaning.tool.system && meaning.packages.iter().all(|it| it.source == Source::Unknown);
    !of_sources
        && !opaque
        && meaning.package_folders.is_empty()
        && meaning.tool.name != "corepack"
        && !meaning.packages.iter().any(|it| local(it.source))
}

/// What comes after a command in its script; built from the end.
#[derive(Default)]
struct Later {
    /// Names of packages that are taken away.
    removed: Vec<String>,
    /// True if it is not plain what is taken away: a virtual package, a variable, a pattern.
    removes_something: bool,
    uses: bool,
    installs_project: bool,
}

impl Later {
    /// True for what gains nothing from a layer of its own: compilers that the same RUN takes away
    /// again after something used them, and pip's own helpers before the project itself.
    fn binds(&mut self, command: Option<&Meaning>) -> bool {
        let helps = self.installs_project && command.is_some_and(installs_helpers);
        self.installs_project |= command.is_some_and(|it| {
            it.install_kind() == Some(InstallKind::LocalProject)
                || !it.package_folders.is_empty()
                || it.installs_local_files()
        });
        let bound = self.uses && command.is_some_and(|it| self.takes_away(it));
        if let Some(removal) = command.filter(|it| it.tool.system && it.action == Action::Remove) {
            let is_plain = |name: &str| name.starts_with(|c: char| c.is_ascii_alphanumeric()) && !name.contains('*');
            let names = removal.packages.iter().map(|it| it.name.clone());
            let (plain, rest): (Vec<String>, Vec<String>) = names.partition(|name| is_plain(name));
            self.removes_something |= !rest.is_empty() || plain.is_empty();
            self.removed.extend(plain);
        }
        self.uses |= command.is_none_or(|it| !it.tool.system && it.action != Action::Query);
        bound || helps
    }

    /// True for a system's packages that are taken away again.
    fn takes_away(&self, install: &Meaning) -> bool {
        let removed = |name: &String| self.removed.contains(name);
        install.tool.system
            && install.install_kind() == Some(InstallKind::Packages)
            && (self.removes_something || install.packages.iter().any(|it| removed(&it.name)))
    }
}

/// True for `pip install -U pip wheel`: what builds a package, quickly installed again.
fn installs_helpers(meaning: &Meaning) -> bool {
    const HELPERS: &[&str] =
        &["pip", "setuptools", "wheel", "build", "setuptools-scm", "hatchling", "poetry-core", "flit-core"];
    !meaning.packages.is_empty() && meaning.packages.iter().all(|it| HELPERS.contains(&it.name.as_str()))
}

fn folder(step: &Step, command: &shell::Command, meaning: &Meaning) -> Option<String> {
    let here = match &command.cwd {
        shell::Cwd::Workdir => step.before.workdir.path.clone()?,
        shell::Cwd::Known(folder) => step.before.workdir.join(folder)?,
        shell::Cwd::Unknown => return None,
    };
    match meaning.directory.as_deref() {
        Some(folder) if folder.contains('$') => None,
        Some(folder) if folder.starts_with('/') => Some(paths::clean(folder)),
        Some(folder) => Some(paths::clean(&format!("{here}/{folder}"))),
        None => Some(here),
    }
}

fn is_cached(step: &Step, meaning: &Meaning) -> bool {
    let mut caches = step.mounts.iter().filter(|mount| mount.kind == MountKind::Cache);
    if meaning.tool.system {
        return caches
            .any(|mount| ["/var/cache", "/var/lib", "/etc/apk"].iter().any(|it| mount.target.starts_with(it)));
    }
    caches.next().is_some()
}
