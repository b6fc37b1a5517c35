use std::collections::HashMap;
use std::sync::LazyLock;

use super::line::Line;
use super::meaning::{Flag, Meaning};
use super::package::Versions;
use super::{beam, dotnet, jvm, native, node, other, php, python, ruby, system};

/// A package manager or build tool: what it is called, what it reads, what it leaves behind.
///
/// File lists are patterns relative to any folder: `package.json` matches at every depth, `a/b`
/// the end of a path, `dir/` everything in a folder of that name, `*` any part of a name.
#[derive(Debug)]
pub struct Tool {
    /// The name that messages use; unique.
    pub name: &'static str,
    /// The family whose manifests it shares.
    pub ecosystem: Ecosystem,
    /// Base names of the programs, without `.exe`, `.cmd`, `.phar` and version suffixes.
    pub programs: &'static [&'static str],
    /// Installs packages of the operating system.
    pub system: bool,
    /// Files that say what to install.
    pub manifests: &'static [&'static str],
    /// Files that say which versions exactly.
    pub lock_files: &'static [&'static str],
    /// Other files that an install reads: settings, patches, plugins, wrappers.
    pub config_files: &'static [&'static str],
    /// Files whose presence in the context means that nothing is downloaded.
    pub vendored: &'static [&'static str],
    /// Folders worth a cache mount.
    pub cache_dirs: &'static [CacheDir],
    /// Commands that empty the cache in the same RUN, as an engineer would write them.
    pub clean_commands: &'static [&'static str],
    /// Paths whose removal counts as cleaning.
    pub clean_paths: &'static [&'static str],
    /// The flag that keeps the cache from being written.
    pub no_cache_flag: Option<&'static str>,
    /// How its command line is read.
    pub(crate) syntax: Syntax,
}

impl Tool {
    /// A table row to start from.
    pub(crate) const BLANK: Tool = Tool {
        name: "",
        ecosystem: Ecosystem::Other,
        programs: &[],
        system: false,
        manifests: &[],
        lock_files: &[],
        config_files: &[],
        vendored: &[],
        cache_dirs: &[],
        clean_commands: &[],
        clean_paths: &[],
        no_cache_flag: None,
        syntax: Syntax::BLANK,
    };
}

impl Tool {
    /// The options that the table knows, with their dashes, each once and in order.
    pub fn options(&self) -> Vec<&'static str> {
        let Syntax { valued, flags, files, directory, .. } = &self.syntax;
        let lists = [*valued, files, directory].into_iter().flat_map(str::split_ascii_whitespace);
        let named = flags.iter().flat_map(|(names, _)| names.split_ascii_whitespace());
        let named = named.map(|flag| flag.split('=').next().unwrap_or(flag));
        let mut all: Vec<&str> = lists.chain(named).chain(self.no_cache_flag).filter(|it| it.len() > 1).collect();
        all.retain(|option| option.starts_with('-') && option.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-'));
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The first words of the verbs that the table knows, in its order: the usual spelling first.
    pub fn verbs(&self) -> Vec<&'static str> {
        let first = |(spelled, _): &(&'static str, Does)| spelled.split([' ', '|']).next().unwrap_or_default();
        let mut all: Vec<&str> = Vec::new();
        for verb in self.syntax.verbs.iter().map(first).filter(|verb| !verb.is_empty()) {
            if !all.contains(&verb) {
                all.push(verb);
            }
        }
        all
    }
}

impl PartialEq for Tool {
    fn eq(&self, other: &Tool) -> bool {
        self.name == other.name
    }
}

impl Eq for Tool {}

/// A folder that a tool fills with what it downloads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheDir {
    /// Absolute, or beginning with `~/` for the home folder of the user that runs the tool.
    pub path: &'static str,
    /// Two builds must not use it at the same time: `sharing=locked`.
    pub locked: bool,
}

impl CacheDir {
    pub(crate) const fn shared(path: &'static str) -> CacheDir {
        CacheDir { path, locked: false }
    }

    pub(crate) const fn locked(path: &'static str) -> CacheDir {
        CacheDir { path, locked: true }
    }

    /// The path for a user with this home folder: `/root`, `/home/node`.
    pub fn for_home(&self, home: &str) -> String {
        match self.path.strip_prefix("~/") {
            Some(rest) => format!("{}/{rest}", home.trim_end_matches('/')),
            None => self.path.to_owned(),
        }
    }
}

/// Tools of one ecosystem read the same manifests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the variants are the ecosystems' names")]
pub enum Ecosystem {
    System,
    Node,
    Python,
    Conda,
    Ruby,
    Go,
    Rust,
    Jvm,
    Php,
    DotNet,
    Beam,
    Swift,
    Dart,
    Haskell,
    OCaml,
    Perl,
    Lua,
    R,
    Julia,
    Cpp,
    Nix,
    Other,
}

/// How a tool's command line is read.
#[derive(Debug)]
pub(crate) struct Syntax {
    /// `-abc` is a cluster of letters (GNU) or one long name (Go, Java).
    pub clusters: bool,
    /// Options followed by a value, separated by blanks.
    pub valued: &'static str,
    /// `a|b c` and what it does; the longest one that fits wins.
    pub verbs: &'static [(&'static str, Does)],
    /// Without any verb.
    pub bare: Does,
    /// With a first word that is no known verb; that word stays an operand.
    pub unknown: Does,
    /// Options with a meaning: `--flag` or `--flag=value`.
    pub flags: &'static [(&'static str, Flag)],
    /// The same for variables, unless their value is false.
    pub env: &'static [(&'static str, Flag)],
    /// Options whose value is a file that the command reads.
    pub files: &'static str,
    /// Options whose value is the folder that the command works in.
    pub directory: &'static str,
    /// How a version is written in a package's name.
    pub versions: Versions,
    /// What the table cannot say.
    pub refine: Option<fn(&Line<'_>, &mut Meaning)>,
}

impl Syntax {
    pub(crate) const BLANK: Syntax = Syntax {
        clusters: true,
        valued: "",
        verbs: &[],
        bare: Does::Other,
        unknown: Does::Other,
        flags: &[],
        env: &[],
        files: "",
        directory: "",
        versions: Versions::None,
        refine: None,
    };
}

/// What a verb does, in the tables' words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Does {
    /// Installs what the manifest says; operands do not matter.
    Deps,
    /// The same for the projects or manifests named as operands.
    DepsOf,
    /// Installs the operands, or without any what the manifest says.
    Add,
    /// Installs the operands.
    Packages,
    /// Installs the project itself.
    Local,
    Update,
    Upgrade,
    Clean,
    /// Compiles what is there.
    Build,
    /// Compiles and first downloads what is missing.
    Fetch,
    /// The same for the projects named as operands.
    FetchOf,
    /// Runs the script named by the first operand.
    Run,
    /// Runs the script named by the verb.
    RunVerb,
    /// Runs the program named by the first operand.
    Exec,
    Query,
    Remove,
    Other,
}

/// All tools, family by family.
pub fn all() -> impl Iterator<Item = &'static Tool> {
    FAMILIES.iter().copied().flatten()
}

/// The tool of that [`Tool::name`].
pub fn by_name(name: &str) -> Option<&'static Tool> {
    all().find(|tool| tool.name == name)
}

/// The tool that has a program of that base name.
pub fn by_program(program: &str) -> Option<&'static Tool> {
    PROGRAMS.get(program).copied()
}

const FAMILIES: &[&[Tool]] = &[
    system::TOOLS,
    node::TOOLS,
    python::TOOLS,
    ruby::TOOLS,
    jvm::TOOLS,
    native::TOOLS,
    php::TOOLS,
    dotnet::TOOLS,
    beam::TOOLS,
    other::TOOLS,
];

static PROGRAMS: LazyLock<HashMap<&'static str, &'static Tool>> =
    LazyLock::new(|| all().flat_map(|tool| tool.programs.iter().map(move |program| (*program, tool))).collect());
