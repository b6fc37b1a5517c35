//! Stages that hold sources: what is copied from them changes with every edit.

use crate::shell::Command;

use super::super::tools::is_dependency_file;
use super::super::{Context, Model, Stage, Step, paths};
use super::brought::{self, Source, below};
use super::names::{self, Guess};

/// Where a stage's sources lie.
#[derive(Clone, Debug, Default)]
pub(super) struct Taint {
    /// False where only single files were copied.
    pub wide: bool,
    /// Folders and files that sources were copied to, absolute.
    dests: Vec<String>,
    /// The folder that the stage ends in.
    workdir: Option<String>,
    /// The code of its RUNs: what they name, they may have written.
    runs: String,
    /// What `touch` makes: such a file is empty, whatever the sources say.
    markers: Vec<String>,
}

/// Bytes of shell code kept for one stage.
const RUN_LIMIT: usize = 64 << 10;
/// Steps of one stage that are looked at.
const STEPS: usize = 500;

impl Taint {
    /// True if what lies at `path` may come from the sources.
    pub(super) fn reaches(&self, path: &str) -> bool {
        let path = paths::clean(&format!("/{path}"));
        if path == "/" {
            return true;
        }
        let touched = self.markers.iter().filter(|marker| **marker == path).count();
        if touched > 0 && self.runs.matches(&path).count() == touched {
            return false;
        }
        let named =
            path.len() > 3 && self.runs.contains(path.split(['*', '?']).next().unwrap_or(&path).trim_end_matches('/'));
        if names::is_system_place(&path) {
            return named;
        }
        let touches =
            |folder: &String| folder == "/" || below(&path, folder).is_some() || below(folder, &path).is_some();
        named || self.dests.iter().chain(&self.workdir).any(touches)
    }
}

/// The taint of a stage, if it has read sources: of its own, or of a stage that holds some.
pub(super) fn of_stage(
    model: &Model,
    index: usize,
    taints: &[Option<Taint>],
    context: Option<&Context>,
) -> Option<Taint> {
    let stage = model.stages.get(index)?;
    let mut taint = match &stage.base {
        super::super::Base::Stage(parent) => taints.get(*parent).cloned().flatten(),
        _ => None,
    };
    for step in stage.triggers.iter().chain(&stage.steps).filter(|step| !step.onbuild).take(STEPS) {
        let (wide, dests) = tainting(stage, step, taints, context);
        if !dests.is_empty() {
            let taint = taint.get_or_insert_default();
            taint.wide |= wide;
            taint.dests.extend(dests);
        }
    }
    let taint = taint.as_mut()?;
    taint.dests.dedup();
    taint.dests.truncate(100);
    taint.workdir.clone_from(&stage.end.workdir.path);
    let touch = |command: &&Command| command.name == "touch";
    let commands = stage.steps.iter().flat_map(Step::commands).filter(touch).take(STEPS);
    let touched = commands.flat_map(|command| &command.args).filter_map(|arg| arg.text.as_deref());
    taint.markers = touched.filter(|path| path.starts_with('/')).map(paths::clean).collect();
    for script in stage.steps.iter().flat_map(|step| step.scripts()) {
        if taint.runs.len() + script.text.text.len() < RUN_LIMIT {
            taint.runs.push_str(&script.text.text);
            taint.runs.push('\n');
        }
    }
    Some(std::mem::take(taint))
}

/// Where the step puts sources, and whether they are more than single files.
fn tainting(stage: &Stage, step: &Step, taints: &[Option<Taint>], context: Option<&Context>) -> (bool, Vec<String>) {
    let anywhere = || step.before.workdir.path.clone().unwrap_or_else(|| "/".to_string());
    if step.copies_context() {
        let sources: Vec<Source> = brought::of_transfer(step, context).into_iter().filter(is_source).collect();
        let wide = sources.iter().any(|source| !source.single);
        return (wide, sources.into_iter().map(|source| source.dest.unwrap_or_else(anywhere)).collect());
    }
    if let Some((from, paths)) = super::walk::stage_copy(stage, step)
        && let Some(taint) = taints.get(from).and_then(Option::as_ref)
    {
        let harmless = |path: &String| names::installed_by(path).is_some() || is_dependency_file(path);
        if paths.iter().any(|path| !harmless(path) && taint.reaches(path)) {
            let dest = step.transfer().map(|it| step.expand(&it.dest).text);
            return (taint.wide, vec![dest.and_then(|it| step.before.workdir.join(&it)).unwrap_or_else(anywhere)]);
        }
    }
    let mounts = step.mounts.iter().filter_map(|mount| brought::of_mount(mount, context));
    (true, mounts.filter(|source| !source.single && is_source(source)).map(|_| anywhere()).collect())
}

fn is_source(source: &Source) -> bool {
    if source.is_whole() {
        return true;
    }
    if source.is_manifest() {
        return false;
    }
    match &source.files {
        Some(files) => files.iter().any(|path| names::is_code(path)),
        None => match names::guess(&source.written) {
            Guess::File => names::is_lone_source(&source.path),
            Guess::Sources | Guess::Folder => !source.is_pattern() || names::is_code(&source.path),
            Guess::Settings => false,
        },
    }
}
