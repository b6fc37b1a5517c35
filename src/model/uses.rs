//! What a build names of its context.

use crate::syntax::dockerfile::Keyword;

use super::tools::Action;
use super::{Context, Model, Step};

/// Files of the context's root that say what a project's build reads, or run git.
const NAMING: &[&str] = &[
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "Cargo.toml",
    "build.rs",
    "MANIFEST.in",
    "package.json",
    "Makefile",
    "Rakefile",
    "build.gradle",
    "build.gradle.kts",
    "pom.xml",
    "mix.exs",
    "Directory.Build.props",
];
/// Words of such files by which a build reads the repository's history.
const OF_GIT: &[&str] = &[
    "setuptools_scm",
    "setuptools-scm",
    "versioneer",
    "hatch-vcs",
    "vergen",
    "git rev-parse",
    "git describe",
    "git log",
    "git-commit-id",
    "gitversion",
    "GitVersion",
    "MinVer",
    "Nerdbank",
    "SourceLink",
    "\"git\"",
    "'git'",
    "child_process",
];
/// Programs that read the repository's history, or may do so.
const GIT_PROGRAMS: &[&str] = &["git", "make", "goreleaser", "hatch", "mage", "just", "task"];
/// Bytes of a script that are read for the names in it.
const SCRIPT: usize = 64 << 10;
/// Scripts that are read.
const SCRIPTS: usize = 20;

/// The words by which a build names files of its context, and what it runs.
pub struct Uses {
    words: String,
    /// Paths that the ignore file brings back by name.
    kept: Vec<String>,
    git: bool,
    /// Who may read the repository's history though nothing says so.
    pub git_reader: Option<&'static str>,
    /// True if a RUN names tests.
    pub tests: bool,
}

impl Uses {
    /// Reads the Dockerfile's commands, the scripts that they name and the project's manifests.
    pub fn new(model: &Model, context: &Context) -> Uses {
        let exceptions = context.ignore_file().into_iter().flat_map(|file| &file.parsed.patterns);
        let kept = exceptions.filter(|it| it.exception).map(|it| it.text.trim_start_matches('!').to_string());
        let mut uses = Uses { words: String::new(), kept: kept.collect(), git: false, git_reader: None, tests: false };
        for (_, step) in model.steps() {
            for script in step.scripts() {
                // The image's own command runs later; what it reads must be there all the same.
                uses.add(&script.text.text);
            }
            if step.kind() == Keyword::Run {
                uses.git |= step.commands().any(|it| GIT_PROGRAMS.contains(&it.name.as_str()));
                uses.git_reader = uses.git_reader.or_else(|| git_reader(step));
                uses.tests |= step.commands().any(|it| it.args.iter().any(|arg| arg.text_or_raw().contains("test")));
            }
            for word in step.transfer().into_iter().filter(|_| step.copies_context()).flat_map(|it| &it.sources) {
                uses.add(&word.raw);
            }
            for mount in &step.mounts {
                uses.add(&mount.source);
            }
        }
        uses.scripts(context);
        uses.manifests(context);
        uses
    }

    fn add(&mut self, text: &str) {
        self.words.push_str(text);
        self.words.push('\n');
    }

    /// Scripts of the context that the commands name.
    fn scripts(&mut self, context: &Context) {
        let is_script = |path: &str| path.ends_with(".sh") || path.starts_with("bin/") || path.starts_with("scripts/");
        let scripts = context.sent().iter().filter(|it| !it.is_dir() && is_script(&it.path));
        let named: Vec<&str> = scripts.map(|it| it.path.as_str()).filter(|path| self.words.contains(*path)).collect();
        for path in named.into_iter().take(SCRIPTS) {
            let text = context.read_text(path).filter(|text| text.len() < SCRIPT).unwrap_or_default();
            self.git |= text.contains("git ");
            self.add(&text);
        }
    }

    fn manifests(&mut self, context: &Context) {
        for entry in context.entries().iter().filter(|it| !it.path.contains('/') && !it.is_dir()) {
            let name = entry.name();
            let builds = [".gemspec", ".cabal", ".config.js", ".config.ts", ".config.mjs", ".csproj"];
            if NAMING.contains(&name) || builds.iter().any(|end| name.ends_with(end)) {
                let text = context.read_text(&entry.path).unwrap_or_default();
                self.git |= OF_GIT.iter().any(|it| text.contains(it));
                self.add(&text);
            }
        }
    }

    /// True if something of the build may read what stands at the context's root under this name, or
    /// the ignore file says that it is wanted.
    pub fn needs(&self, name: &str) -> bool {
        let is_kept = |path: &String| path == name || path.starts_with(&format!("{name}/"));
        if self.kept.iter().any(is_kept) {
            return true;
        }
        if name == ".git" {
            return self.git || self.words.contains(".git/") || self.words.contains("\n.git\n");
        }
        // `test` and `docs` are words of any text; as a path they have something beside them.
        let is_word = !name.contains('.');
        let named = |name: &str| self.words.contains(name);
        if is_word { named(&format!("{name}/")) || named(&format!("\n{name}\n")) } else { named(name) }
    }
}

/// `go build` writes the commit into the program where it finds git and its folder; who installs git
/// may have a tool that asks it.
fn git_reader(step: &Step) -> Option<&'static str> {
    step.meanings().iter().flatten().find_map(|meaning| {
        let installs = matches!(meaning.action, Action::Install(_));
        let builds = matches!(meaning.action, Action::Build { .. });
        match () {
            () if builds && meaning.tool.name == "go" => Some("`go build` then writes no commit into the program"),
            () if installs && meaning.packages.iter().any(|it| it.name == "git") => {
                Some("git is installed: a tool that asks it for the commit finds none then")
            }
            () => None,
        }
    })
}
