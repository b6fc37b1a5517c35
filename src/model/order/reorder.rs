//! The fix: manifests first, then the install, then everything else.

use crate::diagnostic::{Applicability, Edit, Fix};
use crate::shell::{self, Cwd, Link};
use crate::syntax::dockerfile::{Body, Command, Keyword, Transfer, Word};
use crate::text::Span;

use super::super::tools::{Action, Flag, InstallKind, Tool, glob_matches, meaning};
use super::super::{Context, Step};
use super::brought::{self, below};
use super::install::{Class, Install};
use super::needs::{Needs, join, parent};
use super::{Culprit, LateInstall, Origin, Reach, Scripts, Sufferer, names};

/// Tools whose install works with nothing but the manifests there.
const MECHANICAL: &[&str] = &[
    "npm", "yarn", "pnpm", "bun", "pip", "pipenv", "poetry", "uv", "pdm", "bundler", "go", "mvn", "gradle", "composer",
    "dotnet", "mix", "dart", "flutter", "pub",
];

/// Files that an install may read but that hardly decide anything.
const MINOR: &[&str] = &[
    ".tool-versions",
    "mise.toml",
    ".nvmrc",
    ".node-version",
    ".python-version",
    ".ruby-version",
    "nx.json",
    "turbo.json",
    "lerna.json",
    "binding.gyp",
    "version.json",
    ".editorconfig",
    "tools.go",
    "gradlew.bat",
    "mvnw.cmd",
    "VERSION",
    ".sdkmanrc",
    ".java-version",
    "packages.txt",
    "local.properties",
    ".formatter.exs",
    "version.rb",
];

/// More manifest COPYs than this are no help to a reader.
const MANIFEST_COPIES: usize = 12;

/// What the install reads of the context: manifests, lock files, then settings; a folder that it
/// reads as a whole ends in `/`.
pub(super) fn inputs_of(install: &Install, needs: &Needs, context: Option<&Context>) -> Vec<String> {
    let Some(context) = context.filter(|_| install.class == Class::Manifest) else { return Vec::new() };
    let meaning = &install.meaning;
    if !meaning.files.is_empty()
        && matches!(meaning.tool.name, "pip" | "uv")
        && meaning.verb.contains("pip") | (meaning.tool.name == "pip")
    {
        let named = |path: &&String| meaning.files.iter().any(|file| path.ends_with(file.trim_start_matches("./")));
        let (first, rest): (Vec<&String>, Vec<&String>) = needs.manifests.keys().partition(named);
        return first.into_iter().chain(rest).cloned().collect();
    }
    let folder = needs.folder.clone().unwrap_or_default();
    let deep = reads_subprojects(install.meaning.tool, &folder, context);
    let mut found: Vec<String> = Vec::new();
    for entry in context.sent().iter().filter(|entry| !entry.is_dir()) {
        let Some(rest) = below(&entry.path, &folder).or(folder.is_empty().then_some(entry.path.as_str())) else {
            continue;
        };
        let path = collapsed(meaning.tool, &folder, rest);
        let name = names::base(&path);
        let wanted = meaning.tool.reads(path.trim_end_matches('/')) && !MINOR.contains(&name);
        let near = deep || path.ends_with('/') || !rest.contains('/');
        let foreign = rest.contains("node_modules/") || (name == "setup.py" && meaning.tool.name != "pip");
        if wanted && near && !foreign && !found.contains(&path) && found.len() < 200 {
            found.push(path);
        }
    }
    let tool = meaning.tool;
    let rank = |path: &String| match () {
        () if path.ends_with('/') => 3,
        () if tool.is_manifest(path) => 0,
        () if tool.is_lock_file(path) => 1,
        () => 2,
    };
    found.sort_by_key(|path| (path.trim_end_matches('/').matches('/').count(), rank(path), path.clone()));
    found
}

/// A file of a folder that is read as a whole stands for that folder.
fn collapsed(tool: &Tool, folder: &str, rest: &str) -> String {
    for (slash, _) in rest.match_indices('/') {
        if tool.reads(&rest[..slash]) {
            return format!("{}/", join(folder, &rest[..slash]));
        }
    }
    join(folder, rest)
}

/// True if the project has parts with manifests of their own that the install reads too.
fn reads_subprojects(tool: &Tool, folder: &str, context: &Context) -> bool {
    let says = |name: &str, word: &str| context.read_text(&join(folder, name)).is_some_and(|text| text.contains(word));
    match tool.name {
        "npm" | "yarn" | "pnpm" | "bun" => {
            says("package.json", "\"workspaces\"") || context.exists(&join(folder, "pnpm-workspace.yaml"))
        }
        "mvn" => says("pom.xml", "<module>"),
        "gradle" => says("settings.gradle", "include") || says("settings.gradle.kts", "include"),
        "go" => context.exists(&join(folder, "go.work")) || says("go.mod", "=> ."),
        "uv" => says("pyproject.toml", "[tool.uv.workspace]"),
        "dotnet" => true,
        _ => false,
    }
}

/// The edits that put the manifests and the install before the copies that `late` is about; `text`
/// is the file. `None` where no mechanical edit is surely right.
pub fn reorder<'m, 'd>(late: &LateInstall<'m, 'd>, text: &str, context: Option<&Context>) -> Option<Fix> {
    let first = &late.installs.first()?;
    let stage = late.copy.stage;
    let here = |step: &Step| stage.steps.iter().position(|it| std::ptr::eq(it, step) && !it.onbuild);
    let mut moved: Vec<(usize, &Culprit<'m, 'd>)> = Vec::new();
    for culprit in std::iter::once(&late.copy).chain(&late.also) {
        if culprit.origin != Origin::Context {
            return None;
        }
        let at = here(culprit.step).filter(|_| culprit.stage.index == stage.index)?;
        moved.push((at, culprit));
    }
    moved.sort_by_key(|(at, _)| *at);
    let plan = Plan { stage_steps: &stage.steps, moved, text, context };
    let suffer = |it: &&Sufferer| it.stage.index == stage.index && it.install.class != Class::Implicit;
    let installs: Vec<(usize, &Sufferer)> =
        late.installs.iter().filter(suffer).filter_map(|it| Some((here(it.step)?, it))).collect();
    if installs.len() != late.installs.len() || !late.installs.iter().all(|it| is_mechanical(&it.install)) {
        return None;
    }
    if needs_project(&first.install) {
        return plan.in_two_phases(late, installs.first()?);
    }
    plan.move_below(late, &installs)
}

fn is_mechanical(install: &Install) -> bool {
    install.class == Class::Independent || MECHANICAL.contains(&install.meaning.tool.name)
}

/// True if the install ends with installing the project itself.
fn needs_project(install: &Install) -> bool {
    install.class == Class::Manifest && no_project_flag(install).is_some() && !install.meaning.has(Flag::NoProject)
}

fn no_project_flag(install: &Install) -> Option<&'static str> {
    match (install.meaning.tool.name, install.meaning.verb.as_str()) {
        ("poetry", "install" | "sync") => Some("--no-root"),
        ("uv", "sync") => Some("--no-install-project"),
        ("pdm", "install" | "sync") => Some("--no-self"),
        _ => None,
    }
}

struct Plan<'p, 'm, 'd, 'f> {
    stage_steps: &'m [Step<'d>],
    /// The copies to move, with their place.
    moved: Vec<(usize, &'p Culprit<'m, 'd>)>,
    text: &'p str,
    context: Option<&'p Context<'f>>,
}

impl Plan<'_, '_, '_, '_> {
    fn move_below(&self, late: &LateInstall, installs: &[(usize, &Sufferer)]) -> Option<Fix> {
        if installs.iter().any(|(_, it)| it.scripts == Scripts::Project) {
            return None;
        }
        let from = self.moved.first()?.0;
        let to = installs.last()?.0;
        let calm = self.is_calm(from, to)?;
        let (edits_below, splits) = self.below(to, installs)?;
        let mut edits = Vec::new();
        for (at, culprit) in &self.moved {
            edits.extend(self.stays(*at, culprit, installs)?);
        }
        edits.push(edits_below);
        let neutral = calm && !splits && installs.len() == 1 && self.is_neutral(installs[0].1);
        let title = match (installs.len(), installs[0].1.install.class) {
            (1, Class::Manifest) => {
                format!("copy the manifests, run `{}`, then copy the rest", installs[0].1.install.meaning.title())
            }
            _ => "install before copying".to_string(),
        };
        let mut fix = Fix::unsafe_(title, edits);
        if neutral && late.also.is_empty() {
            fix.applicability = Applicability::Safe;
        }
        Some(fix)
    }

    /// `Some(true)` if nothing stands between the copy and the install, `Some(false)` if what
    /// stands there does not mind, `None` if it may need what is copied.
    fn is_calm(&self, from: usize, to: usize) -> Option<bool> {
        let dest_is_absolute =
            self.moved.iter().all(|(_, it)| transfer(it.step).is_some_and(|it| it.dest.raw.starts_with('/')));
        let constant = self.moved.iter().all(|(_, it)| {
            transfer(it.step).is_some_and(|it| it.dest.is_constant() && it.sources.iter().all(Word::is_constant))
        });
        let mut calm = true;
        for (at, step) in self.stage_steps.iter().enumerate().take(to).skip(from) {
            if self.moved.iter().any(|(moved, _)| *moved == at) {
                continue;
            }
            let fine = match step.body() {
                Body::Label(_) | Body::Expose(_) | Body::Cmd(_) | Body::Stopsignal(_) | Body::Maintainer(_) => continue,
                Body::User(_) | Body::Entrypoint(_) | Body::Healthcheck(_) => true,
                Body::Env(_) | Body::Arg(_) => constant,
                Body::Workdir(_) => dest_is_absolute,
                Body::Run(_) => step.commands().all(is_neutral),
                _ => false,
            };
            if !fine {
                return None;
            }
            calm = false;
        }
        Some(calm)
    }

    /// What replaces the copy where it stood.
    fn stays(&self, at: usize, culprit: &Culprit, installs: &[(usize, &Sufferer)]) -> Option<Vec<Edit>> {
        let transfer = transfer(culprit.step)?;
        let kept: Vec<&Word> = transfer.sources.iter().filter(|word| !culprit.span.contains(word.span)).collect();
        if !kept.is_empty() {
            if transfer.json || !culprit.step.instruction.heredocs.is_empty() {
                return None;
            }
            let words: Vec<&str> = kept.iter().map(|word| word.span.slice(self.text)).collect();
            let all = Span::new(transfer.sources.first()?.span.start, transfer.sources.last()?.span.end);
            return Some(vec![Edit::replace(all, words.join(" "))]);
        }
        let mut lines = Vec::new();
        if culprit.reach >= Reach::Project {
            for (_, it) in installs.iter().filter(|(_, it)| it.install.class == Class::Manifest) {
                for line in self.manifest_copies(at, culprit, it)? {
                    if !lines.contains(&line) {
                        lines.push(line);
                    }
                }
            }
        }
        let span = self.lines_of(culprit.step);
        if lines.is_empty() {
            return Some(vec![Edit::delete(self.with_line_end(span))]);
        }
        Some(vec![Edit::replace(span, lines.join("\n"))])
    }

    /// The COPYs of manifests that are not there yet.
    fn manifest_copies(&self, at: usize, culprit: &Culprit, sufferer: &Sufferer) -> Option<Vec<String>> {
        let step = culprit.step;
        let transfer = transfer(step)?;
        let source = brought::of_transfer(step, self.context).into_iter().find(|it| it.span == culprit.span)?;
        if source.is_pattern() && !source.is_whole()
            || step.instruction.flag("parents").is_some()
            || transfer.json && transfer.sources.len() > 1
        {
            return None;
        }
        let there: Vec<String> = self.stage_steps[..at]
            .iter()
            .filter(|step| step.copies_context())
            .flat_map(|step| brought::of_transfer(step, None))
            .map(|source| source.path)
            .collect();
        let is_guess = self.context.is_none() || sufferer.reads.is_empty();
        if is_guess && there.iter().any(|path| sufferer.install.meaning.tool.is_manifest(path)) {
            return Some(Vec::new());
        }
        let reads = match self.context {
            Some(_) if !sufferer.reads.is_empty() => sufferer.reads.clone(),
            _ => self.guessed(&source, sufferer)?,
        };
        let is_there = |path: &str| there.iter().any(|it| it == path || glob_matches(it, path));
        let root = if source.is_whole() { "" } else { source.path.as_str() };
        let mut folders: Vec<(String, Vec<String>)> = Vec::new();
        for path in reads.iter().filter(|path| !is_there(path.trim_end_matches('/'))) {
            let rest = if root.is_empty() { path.as_str() } else { below(path, root)? };
            if path.contains(|c: char| c.is_whitespace() || c == '$' || c == '"' || c == '[') {
                return None;
            }
            let folder = if path.ends_with('/') { rest.to_string() } else { format!("{}/", parent(rest)) };
            let folder = folder.trim_start_matches('/').to_string();
            match folders.iter_mut().find(|(name, _)| *name == folder && !path.ends_with('/')) {
                Some((_, files)) => files.push(path.clone()),
                None => folders.push((folder, vec![path.trim_end_matches('/').to_string()])),
            }
        }
        if folders.len() > MANIFEST_COPIES {
            return None;
        }
        let flags: String = step
            .instruction
            .flags
            .iter()
            .filter(|flag| flag.name.text != "exclude")
            .map(|flag| format!("{} ", flag.span.slice(self.text)))
            .collect();
        let dest = dest_folder(transfer)?;
        Some(
            folders
                .into_iter()
                .map(|(folder, files)| {
                    let dest = if dest == "./" && !folder.is_empty() { folder } else { format!("{dest}{folder}") };
                    format!("COPY {flags}{} {dest}", files.join(" "))
                })
                .collect(),
        )
    }

    /// The usual names, where no context tells them.
    fn guessed(&self, source: &brought::Source, sufferer: &Sufferer) -> Option<Vec<String>> {
        let install = &sufferer.install;
        let rest = match (install.folder.as_deref(), source.dest.as_deref()) {
            (Some(folder), Some(dest)) => below(folder, dest).map(str::to_string),
            _ => (install.command.cwd == Cwd::Workdir && install.meaning.directory.is_none()).then(String::new),
        };
        let named: &[&str] = match install.meaning.tool.name {
            "npm" => &["package*.json"],
            "yarn" => &["package.json", "yarn.lock"],
            "pnpm" => &["package.json", "pnpm-lock.yaml"],
            "bun" => &["package.json", "bun.lock*"],
            "pipenv" => &["Pipfile", "Pipfile.lock"],
            "poetry" => &["pyproject.toml", "poetry.lock"],
            "uv" if install.meaning.verb == "sync" => &["pyproject.toml", "uv.lock"],
            "pdm" => &["pyproject.toml", "pdm.lock"],
            "bundler" => &["Gemfile", "Gemfile.lock"],
            "go" => &["go.mod", "go.sum"],
            "composer" => &["composer.json", "composer.lock"],
            "mvn" => &["pom.xml"],
            "mix" => &["mix.exs", "mix.lock"],
            _ => &[],
        };
        let root = if source.is_whole() { "" } else { source.path.as_str() };
        if matches!(install.meaning.tool.name, "pip" | "uv") && named.is_empty() {
            let file = |file: &String| match file.strip_prefix('/') {
                Some(_) => source.context_path(file),
                None => rest.as_ref().map(|rest| join(&join(root, rest), file)),
            };
            let files: Option<Vec<String>> = install.meaning.files.iter().map(file).collect();
            return files.filter(|files| !files.is_empty() && files.iter().all(|it| !it.contains('$')));
        }
        let rest = rest.filter(|_| !named.is_empty())?;
        Some(named.iter().map(|name| join(&join(root, &rest), name)).collect())
    }

    /// Puts the copies below the last install; a RUN that goes on with other work is cut in two.
    /// The second value is true in that case.
    fn below(&self, to: usize, installs: &[(usize, &Sufferer)]) -> Option<(Edit, bool)> {
        let step = &self.stage_steps[to];
        let copies: Vec<String> =
            self.moved.iter().map(|(_, culprit)| self.moved_text(culprit)).collect::<Option<_>>()?;
        let copies = copies.join("\n");
        let last = installs
            .iter()
            .filter(|(at, _)| *at == to)
            .max_by_key(|(_, it)| (it.install.script, it.install.position))?
            .1;
        for (at, it) in installs {
            let script = self.stage_steps[*at].scripts.get(it.install.script)?;
            let before = script.commands.get(..it.install.position).filter(|it| it.len() < script.commands.len())?;
            if !before.iter().all(|command| {
                is_neutral(command)
                    || meaning(command).is_some_and(|it| it.install_kind() == Some(InstallKind::Manifest))
            }) {
                return None;
            }
        }
        let script = step.scripts.get(last.install.script)?;
        let mut end = last.install.position;
        while script.commands.get(end + 1).is_some_and(is_cleanup) {
            end += 1;
        }
        let Some(next) = script.commands.get(end + 1) else {
            return Some((Edit::insert(step.span().end, format!("\n{copies}")), false));
        };
        let kept = &script.commands[end];
        let plain = |it: &shell::Command| {
            it.pipe.is_none()
                && !it.conditional
                && !it.background
                && !it.in_function
                && it.subshells == 0
                && it.cwd == Cwd::Workdir
        };
        let is_shell = matches!(step.body(), Body::Run(Command::Shell { .. })) && step.instruction.heredocs.is_empty();
        let gap = Span::new(kept.span.end, next.span.start);
        let joint: String = gap.slice(self.text).chars().filter(|c| !c.is_whitespace() && *c != '\\').collect();
        let sets_nothing = script.commands[..=end]
            .iter()
            .all(|it| !it.name.is_empty() && !matches!(it.name.as_str(), "export" | "set" | "cd"));
        if !is_shell
            || script.error.is_some()
            || !plain(kept)
            || !plain(next)
            || next.link != Link::And
            || joint != "&&"
            || !sets_nothing
            || step.scripts.len() > 1
        {
            return None;
        }
        let flags: String =
            step.instruction.flags.iter().map(|flag| format!("{} ", flag.span.slice(self.text))).collect();
        Some((Edit::replace(gap, format!("\n{copies}\nRUN {flags}")), true))
    }

    /// The copy as it stands below: without the sources that stay above.
    fn moved_text(&self, culprit: &Culprit) -> Option<String> {
        let transfer = transfer(culprit.step)?;
        let all = |word: &Word| culprit.span.contains(word.span);
        if transfer.sources.iter().all(all) {
            return Some(self.lines_of(culprit.step).slice(self.text).to_string());
        }
        let flags: String =
            culprit.step.instruction.flags.iter().map(|flag| format!("{} ", flag.span.slice(self.text))).collect();
        let words: Vec<&str> =
            transfer.sources.iter().filter(|word| all(word)).map(|word| word.span.slice(self.text)).collect();
        let keyword = &culprit.step.instruction.keyword.text;
        Some(format!("{keyword} {flags}{} {}", words.join(" "), transfer.dest.span.slice(self.text)))
    }

    /// The instruction with the comment lines directly above it.
    fn lines_of(&self, step: &Step) -> Span {
        let mut start = line_start(self.text, step.span().start as usize);
        while start > 0 {
            let above = line_start(self.text, start - 1);
            if !self.text[above..start].trim_start().starts_with('#') || self.text[..above].trim().is_empty() {
                break;
            }
            start = above;
        }
        Span::new(start as u32, step.span().end)
    }

    fn with_line_end(&self, span: Span) -> Span {
        let rest = &self.text[span.end as usize..];
        let end = rest.find('\n').filter(|at| rest[..*at].trim().is_empty()).map_or(0, |at| at + 1);
        Span::new(span.start, span.end + end as u32)
    }

    /// Dependencies first with the tool's own flag for it, the project after the copy as before.
    fn in_two_phases(&self, late: &LateInstall, (to, sufferer): &(usize, &Sufferer)) -> Option<Fix> {
        let ((at, culprit), install) = (self.moved.first()?, &sufferer.install);
        if late.copy.reach < Reach::Project || self.moved.len() > 1 || sufferer.scripts == Scripts::Project {
            return None;
        }
        let between = self.stage_steps.get(at + 1..*to)?;
        let quiet = |step: &Step| matches!(step.kind(), Keyword::Label | Keyword::Expose | Keyword::Cmd);
        let run = &self.stage_steps[*to];
        let alone = install.position == 0 && install.script == 0 && install.command.cwd == Cwd::Workdir;
        if !between.iter().all(quiet) || !alone || !run.instruction.heredocs.is_empty() {
            return None;
        }
        let verb = install.meaning.verb_span;
        let head = Span::new(run.span().start, verb.end).slice(self.text);
        let tail = Span::new(verb.end, install.command.span.end).slice(self.text);
        if !matches!(run.body(), Body::Run(Command::Shell { .. })) {
            return None;
        }
        let mut lines = self.manifest_copies(*at, culprit, sufferer)?;
        lines.push(format!("{head} {}{tail}", no_project_flag(install)?));
        let start = self.lines_of(culprit.step).start;
        let title =
            format!("run `{} {}` before copying the sources", install.meaning.title(), no_project_flag(install)?);
        Some(Fix::unsafe_(title, vec![Edit::insert(start, format!("{}\n", lines.join("\n")))]))
    }

    /// True if the result is the same for certain: the install reads what is copied before it, and
    /// what is copied after it does not overwrite what it made.
    fn is_neutral(&self, sufferer: &Sufferer) -> bool {
        let Some(context) = self.context else { return false };
        let install = &sufferer.install;
        let tool = install.meaning.tool;
        let alone = sufferer.step.commands().count() == 1;
        let has_manifest = sufferer.reads.iter().any(|path| tool.is_manifest(path) || tool.name == "pip");
        let frozen = match tool.name {
            "npm" | "yarn" | "pnpm" | "bun" => install.meaning.has(Flag::Frozen),
            "pip" => !install.meaning.files.is_empty() && install.meaning.packages.is_empty(),
            "go" => install.meaning.verb == "mod download",
            _ => false,
        };
        let clobbers = context.sent().iter().any(|entry| entry.path.split('/').any(|part| part == "node_modules"));
        alone && frozen && has_manifest && !clobbers && sufferer.scripts == Scripts::None && !install.cached
    }
}

fn transfer<'d>(step: &Step<'d>) -> Option<&'d Transfer> {
    step.transfer()
}

/// The destination with a slash at its end, as it may follow several sources.
fn dest_folder(transfer: &Transfer) -> Option<String> {
    let raw = transfer.dest.raw.as_str();
    if raw.contains(|c: char| c.is_whitespace() || c == '"' || c == '\'') {
        return None;
    }
    Some(match raw {
        "." | "./" => "./".to_string(),
        raw if raw.ends_with('/') => raw.to_string(),
        raw => format!("{raw}/"),
    })
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// True for a command that needs nothing of the project.
fn is_neutral(command: &shell::Command) -> bool {
    const PROGRAMS: &[&str] = &[
        "set",
        "cd",
        "echo",
        "mkdir",
        "true",
        ":",
        "useradd",
        "groupadd",
        "adduser",
        "addgroup",
        "corepack",
        "curl",
        "wget",
        "apt-key",
        "update-ca-certificates",
        "export",
        "umask",
    ];
    if PROGRAMS.contains(&command.name.as_str()) {
        return true;
    }
    meaning(command).is_some_and(|meaning| match meaning.action {
        Action::Install(InstallKind::Packages) => !meaning.installs_local_files(),
        Action::Update | Action::Clean | Action::Query => true,
        Action::Upgrade => meaning.tool.system,
        _ => meaning.verb.starts_with("config"),
    }) || is_cleanup(command)
}

fn is_cleanup(command: &shell::Command) -> bool {
    let cache =
        |arg: &str| arg.starts_with('-') || ["cache", "/tmp", "/var/lib/apt", ".npm"].iter().any(|it| arg.contains(it));
    match command.name.as_str() {
        "rm" => command.args.iter().all(|arg| cache(arg.text_or_raw())),
        _ => meaning(command).is_some_and(|it| it.action == Action::Clean),
    }
}
