use crate::shell::Command;
use crate::text::Span;

use super::line::{Line, Word, is_true};
use super::package::{Package, Source};
use super::resolve::{Invocation, chain};
use super::tool::{Does, Syntax, Tool, by_program};

/// What a command does with the package manager or build tool that it runs.
#[derive(Clone, Debug)]
pub struct Meaning {
    /// The tool that does the work: pip for `python -m pip`, gunicorn's runner for `poetry run`.
    pub tool: &'static Tool,
    /// What it does.
    pub action: Action,
    /// The words that say so: `ci`, `mod download`; empty for a bare `yarn`.
    pub verb: String,
    /// The bytes of those words; the program's name where there are none.
    pub verb_span: Span,
    /// Packages named on the command line.
    pub packages: Vec<Package>,
    /// Options that rules ask for.
    pub flags: Flags,
    /// Files or folders on the command line that say what to install, relative to the command's
    /// folder: `requirements/prod.txt`, `src/Api/Api.csproj`, `pom.xml`.
    pub files: Vec<String>,
    /// Folders of the image that packages are taken from before the index is asked:
    /// `--find-links wheels`.
    pub package_folders: Vec<String>,
    /// The folder that an option makes the tool work in (`--prefix web`, `-C web`), relative to
    /// the command's folder.
    pub directory: Option<String>,
    /// Index in the command's arguments of the first one after the tool's own name.
    pub first_arg: usize,
}

/// What is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Puts packages into the image.
    Install(InstallKind),
    /// Refreshes the package index.
    Update,
    /// Raises what is installed to newer versions.
    Upgrade,
    /// Empties caches.
    Clean,
    /// Compiles or bundles; `fetches` if it downloads missing dependencies first.
    Build {
        /// False with `--offline`, `--no-restore`, `-mod=vendor` and the like.
        fetches: bool,
    },
    /// Runs a script of the project's manifest, named here.
    Run(String),
    /// Runs a program, named here as written.
    Exec(String),
    /// Prints something.
    Query,
    /// Takes packages away.
    Remove,
    /// Anything else.
    Other,
}

/// What decides what is installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InstallKind {
    /// Manifests and lock files.
    Manifest,
    /// Names on the command line: no file of the project matters.
    Packages,
    /// The project itself or a folder of it: all sources matter.
    LocalProject,
    /// A build that downloads as a side effect.
    Implicit,
}

/// An option with a meaning that several tools share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flag {
    /// Asks nothing: `-y`, `--noconfirm`.
    AssumeYes,
    /// Keeps no cache: `--no-cache`, `--no-cache-dir`.
    NoCache,
    /// No optional extras: `--no-install-recommends`.
    NoRecommends,
    /// Exactly the lock file: `npm ci`, `--frozen-lockfile`, `--locked`.
    Frozen,
    /// No development dependencies: `--omit=dev`, `--no-dev`.
    OmitDev,
    /// No network: `--offline`, `-mod=vendor`.
    Offline,
    /// For the machine instead of the project: `npm -g`.
    Global,
    /// No scripts of packages or of the project.
    IgnoreScripts,
    /// Dependencies only: `--no-root`, `--no-install-project`, `--no-self`.
    NoProject,
    /// The project only: `poetry install --only-root`.
    ProjectOnly,
    /// Changes nothing: `--dry-run`.
    DryRun,
    /// Refreshes the index on the way: `apk -U`, `pacman -Sy`.
    Refresh,
    /// Takes newer versions than installed: `pip install -U`.
    Newer,
    /// Says less: `-q`.
    Quiet,
}

/// A set of [`Flag`]s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags(u16);

impl Flags {
    /// True if the flag is in the set.
    pub fn has(self, flag: Flag) -> bool {
        self.0 & (1 << flag as u16) != 0
    }

    pub(crate) fn set(&mut self, flag: Flag) {
        self.0 |= 1 << flag as u16;
    }

    pub(crate) fn unset(&mut self, flag: Flag) {
        self.0 &= !(1 << flag as u16);
    }
}

impl Meaning {
    /// True if the option is given on the command line or by a variable in front of it.
    pub fn has(&self, flag: Flag) -> bool {
        self.flags.has(flag)
    }

    /// What decides what is installed, builds that download included; `None` for anything that
    /// installs nothing.
    pub fn install_kind(&self) -> Option<InstallKind> {
        match self.action {
            Action::Install(kind) => Some(kind),
            Action::Build { fetches: true } => Some(InstallKind::Implicit),
            _ => None,
        }
    }

    /// True if archives or folders of the image are among what is installed: `./x.deb`, `dist/*.whl`.
    pub fn installs_local_files(&self) -> bool {
        self.packages.iter().any(|package| matches!(package.source, Source::File | Source::Folder))
    }

    /// The program and its verb as a message names them: `npm ci`.
    pub fn title(&self) -> String {
        if self.verb.is_empty() { self.tool.name.to_owned() } else { format!("{} {}", self.tool.name, self.verb) }
    }
}

/// What `command` does with the tool it runs, seen through `python -m`, `npx`, `poetry run` and
/// other programs that run it; `None` where no tool of the table is involved.
pub fn meaning(command: &Command) -> Option<Meaning> {
    chain(command).iter().rev().find_map(|invocation| {
        let tool = by_program(invocation.program)?;
        Some(read(command, invocation, tool))
    })
}

fn read(command: &Command, invocation: &Invocation<'_>, tool: &'static Tool) -> Meaning {
    let line = Line::read(command, invocation.program, invocation.args, invocation.first, &tool.syntax);
    let mut meaning = Meaning {
        tool,
        action: Action::Other,
        verb: String::new(),
        verb_span: command.name_span,
        packages: Vec::new(),
        flags: Flags::default(),
        files: Vec::new(),
        package_folders: Vec::new(),
        directory: None,
        first_arg: line.first,
    };
    read_again(&line, &mut meaning);
    meaning
}

/// Fills in what the line says about the meaning's tool.
pub(crate) fn read_again(line: &Line<'_>, meaning: &mut Meaning) {
    let syntax = &meaning.tool.syntax;
    let (does, verb) = find_verb(line, syntax);
    meaning.verb = verb.words.iter().map(|word| word.text).collect::<Vec<_>>().join(" ");
    meaning.verb_span = verb_span(line, verb.words);
    meaning.flags = flags(line, syntax);
    meaning.files = line.values(syntax.files).map(str::to_owned).collect();
    meaning.directory = line.value(syntax.directory).map(str::to_owned);
    meaning.packages.clear();
    act(meaning, does, &line.words[verb.end..], verb.words);
    if let Some(refine) = syntax.refine {
        refine(line, meaning);
    }
    if meaning.has(Flag::Offline) && meaning.action == (Action::Build { fetches: true }) {
        meaning.action = Action::Build { fetches: false };
    }
}

struct Verb<'l, 'c> {
    words: &'l [Word<'c>],
    /// Number of words up to its end.
    end: usize,
}

fn find_verb<'l, 'c>(line: &'l Line<'c>, syntax: &Syntax) -> (Does, Verb<'l, 'c>) {
    // `apt-get $OPTIONS install curl`: what is not known is no verb.
    let known = line.words.iter().position(|word| !word.is_opaque()).unwrap_or(line.words.len());
    let words = &line.words[known..];
    let best = syntax
        .verbs
        .iter()
        .filter(|(verb, _)| fits(verb, words))
        .max_by_key(|(verb, _)| verb.split_ascii_whitespace().count());
    if let Some((verb, does)) = best {
        let len = verb.split_ascii_whitespace().count();
        return (*does, Verb { words: &words[..len], end: known + len });
    }
    let none = Verb { words: &[], end: 0 };
    if !line.words.is_empty() {
        return (syntax.unknown, none);
    }
    let asks = line.has("--version --help -V -h") || (line.args.len() == 1 && line.has("-v"));
    (if asks { Does::Query } else { syntax.bare }, none)
}

fn fits(verb: &str, words: &[Word<'_>]) -> bool {
    // Most verbs of a tool are ruled out at once.
    if words.first().is_none_or(|first| !verb.starts_with(first.text) && !verb.contains('|')) {
        return false;
    }
    let mut rest = words.iter();
    verb.split_ascii_whitespace()
        .all(|part| rest.next().is_some_and(|word| part.split('|').any(|option| option == word.text)))
}

fn verb_span(line: &Line<'_>, words: &[Word<'_>]) -> Span {
    match (words.first(), words.last()) {
        (Some(first), Some(last)) if first.arg.span.start <= last.arg.span.end => {
            Span::new(first.arg.span.start, last.arg.span.end)
        }
        _ => line.command.name_span,
    }
}

fn flags(line: &Line<'_>, syntax: &Syntax) -> Flags {
    let mut flags = Flags::default();
    for (names, flag) in syntax.flags {
        let given = match names.split_once('=') {
            Some((name, wanted)) => line.values(name).any(|value| value.split(',').any(|part| part == wanted)),
            None => line.has(names),
        };
        if given {
            flags.set(*flag);
        }
    }
    for assignment in &line.command.assignments {
        for (variable, flag) in syntax.env {
            let (name, wanted) =
                variable.split_once('=').map_or((*variable, None), |(name, wanted)| (name, Some(wanted)));
            let value = assignment.value.as_deref().unwrap_or("$");
            if assignment.name == name && wanted.map_or_else(|| is_true(value), |wanted| value.contains(wanted)) {
                flags.set(*flag);
            }
        }
    }
    flags
}

fn act(meaning: &mut Meaning, does: Does, operands: &[Word<'_>], verb: &[Word<'_>]) {
    meaning.action = match does {
        Does::Deps => Action::Install(InstallKind::Manifest),
        Does::DepsOf => {
            meaning.files.extend(operands.iter().map(|word| word.text.to_owned()));
            Action::Install(InstallKind::Manifest)
        }
        Does::Add | Does::Packages => {
            meaning.take_packages(operands);
            let kind = if meaning.packages.iter().any(|package| package.source == Source::Folder) {
                InstallKind::LocalProject
            } else if does == Does::Add && meaning.packages.is_empty() {
                InstallKind::Manifest
            } else {
                InstallKind::Packages
            };
            Action::Install(kind)
        }
        Does::Local => Action::Install(InstallKind::LocalProject),
        Does::Update => Action::Update,
        Does::Upgrade => {
            meaning.take_packages(operands);
            Action::Upgrade
        }
        Does::Clean => Action::Clean,
        Does::Build => Action::Build { fetches: false },
        Does::Fetch => Action::Build { fetches: true },
        Does::FetchOf => {
            meaning.files.extend(operands.iter().map(|word| word.text.to_owned()));
            Action::Build { fetches: true }
        }
        Does::Run => operands.first().map_or(Action::Query, |word| Action::Run(word.text.to_owned())),
        Does::RunVerb => {
            let script = verb.first().or(operands.first()).map_or("", |word| word.text);
            Action::Run(script.to_owned())
        }
        Does::Exec => Action::Exec(operands.first().map_or("", |word| word.text).to_owned()),
        Does::Query => Action::Query,
        Does::Remove => {
            meaning.take_packages(operands);
            Action::Remove
        }
        Does::Other => Action::Other,
    };
}

impl Meaning {
    /// Reads words as packages.
    pub(crate) fn take_packages(&mut self, words: &[Word<'_>]) {
        let versions = self.tool.syntax.versions;
        self.packages.extend(
            words.iter().map(|word| Package::read(word.text, word.is_opaque(), versions, word.arg.span, word.index)),
        );
    }
}
