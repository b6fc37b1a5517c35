//! The fix: manifests first, then the install, then everything else.

use crate::diagnostic::{Applicability, Edit, Fix};
use crate::shell::{self, Cwd};
use crate::syntax::dockerfile::{Body, Command, Keyword, Transfer, Word};
use crate::text::Span;

use super::super::tools::{Flag, is_dependency_file};
use super::super::{Context, Stage, Step};
use super::brought::{self, below};
use super::install::{Class, Install};
use super::move_below::is_neutral;
use super::{Culprit, LateInstall, Origin, Reach, Scripts, Sufferer};

/// Tools whose install works with nothing but the manifests there.
const MECHANICAL: &[&str] = &[
    "npm", "yarn", "pnpm", "bun", "pip", "pipenv", "poetry", "uv", "pdm", "bundler", "go", "mvn", "gradle", "composer",
    "dotnet", "mix", "dart", "flutter", "pub", "stack",
];

/// The edits that put the manifests and the install before the copies that `late` is about; `text`
/// is the file. `None` where no mechanical edit is surely right.
pub fn reorder<'m, 'd>(late: &LateInstall<'m, 'd>, text: &str, context: Option<&Context>) -> Option<Fix> {
    let first = &late.installs.first()?;
    let stage = late.copy.stage;
    let here = |step: &Step| stage.steps.iter().position(|it| std::ptr::eq(it, step) && !it.onbuild);
    let mut moved: Vec<(usize, &Culprit<'m, 'd>)> = Vec::new();
    for culprit in std::iter::once(&late.copy).chain(&late.also) {
        let may_move = match culprit.origin {
            Origin::Context => true,
            Origin::Stage(_) => late.installs.iter().all(|it| stands_apart(culprit.step, it, stage)),
            Origin::Mount => false,
        };
        if !may_move {
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

/// True for a `COPY --from` that gives the install nothing and takes nothing from it: the manifests
/// come from the context, and what is copied lands beside what the install makes.
fn stands_apart(copy: &Step, it: &Sufferer, stage: &Stage) -> bool {
    let before = stage.steps.iter().filter(|step| step.index < it.step.index && step.copies_context());
    let named = before.flat_map(|step| brought::of_transfer(step, None));
    let has_manifests = named.filter(brought::Source::is_manifest).any(|source| it.install.meaning.reads(&source.path));
    let sources = || copy.transfer().into_iter().flat_map(|it| &it.sources).map(|word| copy.expand(word).text);
    let names_no_manifest = !sources().any(|path| is_dependency_file(&path));
    let are_files = sources().all(|path| path.rsplit('/').next().is_some_and(|name| name.contains('.')));
    let (Some(dest), Some(folder)) = (destination(copy), it.install.folder.as_deref()) else { return false };
    let is_beside = below(folder, &dest).is_none() || are_files;
    has_manifests && names_no_manifest && is_beside
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

pub(super) struct Plan<'p, 'm, 'd, 'f> {
    pub(super) stage_steps: &'m [Step<'d>],
    /// The copies to move, with their place.
    pub(super) moved: Vec<(usize, &'p Culprit<'m, 'd>)>,
    pub(super) text: &'p str,
    pub(super) context: Option<&'p Context<'f>>,
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
            (1, Class::Manifest) if late.copy.origin == Origin::Context => {
                format!("copy the manifests, run `{}`, then copy the rest", installs[0].1.install.meaning.title())
            }
            _ => format!("run {} before copying", titles(installs)),
        };
        let mut fix = Fix::unsafe_(title, edits);
        if neutral && late.also.is_empty() && late.copy.origin == Origin::Context {
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
                Body::Copy(_) => self.only_brings_manifests(step),
                Body::Run(_) => step.commands().all(|command| is_neutral(command) || self.works_elsewhere(command)),
                _ => false,
            };
            if !fine {
                return None;
            }
            calm = false;
        }
        Some(calm)
    }

    /// True for a copy of manifests that lands outside of what the moved copies bring.
    fn only_brings_manifests(&self, step: &Step) -> bool {
        let Some(dest) = destination(step) else { return false };
        let moved: Option<Vec<String>> = self.moved.iter().map(|(_, it)| destination(it.step)).collect();
        let is_apart = moved.is_some_and(|all| !all.iter().any(|it| below(&dest, it).is_some()));
        let mut sources = step.transfer().into_iter().flat_map(|it| &it.sources);
        is_apart && step.copies_context() && sources.all(|word| is_dependency_file(&step.expand(word).text))
    }

    /// True for a command that handles files by absolute paths, none of which the copies bring.
    fn works_elsewhere(&self, command: &shell::Command) -> bool {
        const PROGRAMS: &[&str] = &["unzip", "tar", "rm", "mv", "cp", "ln", "touch", "exit", "test", "["];
        let dests: Option<Vec<String>> = self.moved.iter().map(|(_, it)| destination(it.step)).collect();
        let Some(dests) = dests else { return false };
        let is_apart = |path: &str| {
            path.starts_with('/')
                && !dests.iter().any(|dest| dest == "/" || below(path, dest).is_some() || path == dest)
        };
        let fine = |word: &str| word.starts_with(['-', '$']) || matches!(word, "]" | "!") || is_apart(word);
        let is_number = |word: &str| word.chars().all(|c| c.is_ascii_digit());
        PROGRAMS.contains(&command.name.as_str())
            && command.args.iter().all(|arg| fine(arg.text_or_raw()) || is_number(arg.text_or_raw()))
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
        let is_wanted = culprit.reach >= Reach::Project || !culprit.read.is_empty();
        if is_wanted && culprit.origin == Origin::Context {
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

/// The installs' commands in backticks, each once; no more than a title holds.
fn titles(installs: &[(usize, &Sufferer)]) -> String {
    const SHOWN: usize = 3;
    let mut titles: Vec<String> = Vec::new();
    for (_, it) in installs {
        let title = format!("`{}`", it.install.meaning.title());
        if !titles.contains(&title) {
            titles.push(title);
        }
    }
    match titles.as_slice() {
        [one] => one.clone(),
        [rest @ .., last] if titles.len() <= SHOWN => format!("{} and {last}", rest.join(", ")),
        all => format!("{} installs", all.len()),
    }
}

/// Where a copy puts its files, absolute, where that is known.
pub(super) fn destination(step: &Step) -> Option<String> {
    let dest = step.expand(&step.transfer()?.dest);
    step.before.workdir.join(dest.known.then_some(dest.text.as_str())?)
}

pub(super) fn transfer<'d>(step: &Step<'d>) -> Option<&'d Transfer> {
    step.transfer()
}
