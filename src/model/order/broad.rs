//! Copies of the whole context into stages that work in one folder of it.

use crate::diagnostic::{Edit, Fix};
use crate::shell::Cwd;
use crate::syntax::dockerfile::Keyword;
use crate::text::Span;

use super::super::paths::clean;
use super::super::{Context, DependencyKind, DependencyTarget, Model, Stage, Step};

/// Files at the root that make one project of several folders.
const WORKSPACES: &[&str] = &["pnpm-workspace.yaml", "lerna.json", "nx.json", "turbo.json", "go.work", "rush.json"];
/// Files that tools look for in the folders above the one they work in.
const UPWARD: &[&str] = &[
    "go.mod",
    "Cargo.toml",
    "rust-toolchain.toml",
    "rust-toolchain",
    "package.json",
    ".npmrc",
    ".yarnrc",
    ".yarnrc.yml",
    ".nvmrc",
    "tsconfig.json",
    "babel.config.js",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "settings.gradle",
    "settings.gradle.kts",
    "pyproject.toml",
    "setup.cfg",
    "Gemfile",
    "mix.exs",
    "composer.json",
    "Directory.Build.props",
    "Directory.Build.targets",
    "Directory.Packages.props",
    "global.json",
    "nuget.config",
    "NuGet.config",
    "NuGet.Config",
];

/// A copy of the whole context, and the one folder of it that everything behind the copy works in.
#[derive(Debug)]
pub struct BroadCopy<'m, 'd> {
    /// The stage.
    pub stage: &'m Stage<'d>,
    /// The COPY or ADD.
    pub step: &'m Step<'d>,
    /// Its first source.
    pub span: Span,
    /// The folder, from the context's root.
    pub folder: String,
}

/// Finds the copies of the whole context that could be copies of one folder.
pub fn broad_copies<'m, 'd>(model: &'m Model<'d>, context: &Context) -> Vec<BroadCopy<'m, 'd>> {
    if is_workspace(context) {
        return Vec::new();
    }
    let stages = model.stages.iter().filter(|stage| stage.reachable && !model.is_final(stage));
    let broad = |stage: &'m Stage<'d>| {
        let step = stage.steps.iter().find(|step| copies_everything(step))?;
        let folder = only_folder(model, stage, step)?;
        let is_folder = context.entry(&folder).is_some_and(|entry| entry.is_dir() && context.is_sent(&entry.path));
        let span = step.transfer()?.sources.first().filter(|_| is_folder)?.span;
        (!reaches_out(context, &folder)).then_some(BroadCopy { stage, step, span, folder })
    };
    stages.filter_map(broad).collect()
}

/// Copies the folder only; `None` where the instruction says more than one source and a destination.
pub fn narrowed(broad: &BroadCopy) -> Option<Fix> {
    let transfer = broad.step.transfer()?;
    let is_plain = |c: char| c.is_alphanumeric() || "-_.+@".contains(c);
    let fits = transfer.sources.len() == 1
        && !transfer.json
        && broad.step.instruction.heredocs.is_empty()
        && transfer.dest.is_constant()
        && broad.folder.chars().all(is_plain);
    if !fits {
        return None;
    }
    let folder = &broad.folder;
    let dest = match transfer.dest.raw.trim_end_matches('/') {
        "." => format!("{folder}/"),
        dest => format!("{dest}/{folder}/"),
    };
    let edits = vec![Edit::replace(broad.span, folder), Edit::replace(transfer.dest.span, dest)];
    let fix = Fix::unsafe_(format!("copy only `{folder}`, all that is worked in"), edits);
    Some(fix.touching([broad.step.instruction.lines.0]))
}

/// True for a COPY or ADD of the whole build context.
pub fn copies_everything(step: &Step) -> bool {
    // Without its build argument, `COPY $INSTALLER` has no source at all.
    let whole = |raw: &str| !raw.is_empty() && matches!(clean(raw).as_str(), "." | "/");
    step.copies_context()
        && !step.onbuild
        && step.instruction.flag("exclude").is_none()
        && step.transfer().is_some_and(|transfer| transfer.sources.iter().any(|word| whole(&step.expand(word).text)))
}

fn is_workspace(context: &Context) -> bool {
    let named = |name: &str, word: &str| context.read_text(name).is_some_and(|text| text.contains(word));
    WORKSPACES.iter().any(|name| context.exists(name))
        || named("package.json", "\"workspaces\"")
        || named("Cargo.toml", "[workspace]")
        || named("pyproject.toml", "workspace]")
}

/// The one folder of the context that all RUNs behind the copy work in and all results come from.
fn only_folder(model: &Model, stage: &Stage, copy: &Step) -> Option<String> {
    let dest = copy.expand(&copy.transfer()?.dest);
    let root = copy.before.workdir.join(dest.known.then_some(dest.text.as_str())?)?;
    let prefix = if root == "/" { root } else { format!("{}/", root.trim_end_matches('/')) };
    let mut folders = worked_in(stage, copy, &prefix)?;
    for other in &model.stages {
        for taken in other.dependencies.iter().filter(|it| it.target == DependencyTarget::Stage(stage.index)) {
            let step = other.steps.iter().find(|step| Some(step.index) == taken.step);
            let transfer = step.filter(|_| taken.kind == DependencyKind::Copy)?.transfer()?;
            let sources = transfer.sources.iter().map(|word| inner(&format!("/{}", word.raw), &prefix));
            folders.extend(sources.collect::<Option<Vec<_>>>()?);
        }
    }
    let first = folders.first()?.clone();
    (folders.iter().all(|it| *it == first) && folders.len() > 1 && !first.contains(['$', '*'])).then_some(first)
}

/// The folders of the copied context that the commands behind the copy work in; `None` where one of
/// them may look elsewhere.
fn worked_in(stage: &Stage, copy: &Step, prefix: &str) -> Option<Vec<String>> {
    let mut folders: Vec<String> = Vec::new();
    for step in stage.steps.iter().filter(|step| step.index > copy.index && step.kind() == Keyword::Run) {
        let here = step.before.workdir.path.as_deref()?;
        for command in step.commands().filter(|it| !matches!(it.name.as_str(), "cd" | "mkdir" | "echo" | "set")) {
            let cwd = match &command.cwd {
                Cwd::Workdir => here.to_string(),
                Cwd::Known(folder) => step.before.workdir.join(folder)?,
                Cwd::Unknown => return None,
            };
            folders.push(inner(&cwd, prefix)?);
        }
        for script in step.scripts() {
            let text = &script.text.text;
            let named = text.match_indices(prefix).filter(|_| prefix.len() > 1);
            folders.extend(named.filter_map(|(at, _)| inner(text[at..].split_whitespace().next()?, prefix)));
            if text.contains("../") {
                return None;
            }
        }
        if !step.mounts.is_empty() {
            return None;
        }
    }
    Some(folders)
}

/// The first folder of a path below `prefix`.
fn inner(path: &str, prefix: &str) -> Option<String> {
    Some(clean(path).strip_prefix(prefix)?.split('/').next()?.to_string())
}

/// True if a tool that works in the folder looks outside: for settings that only stand above it, or
/// where a file at its top says so.
fn reaches_out(context: &Context, folder: &str) -> bool {
    if UPWARD.iter().any(|name| context.is_sent(name) && !context.is_sent(&format!("{folder}/{name}"))) {
        return true;
    }
    let top = context.sent().iter().filter(|it| !it.is_dir());
    let mut top = top.filter(|it| it.path.strip_prefix(folder).is_some_and(|rest| rest.matches('/').count() == 1));
    top.any(|it| context.read_text(&it.path).is_some_and(|text| text.contains("../") || text.contains("workspace:")))
}
