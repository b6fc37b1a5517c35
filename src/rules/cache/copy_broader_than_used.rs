use crate::model::paths::clean;
use crate::model::{Context, DependencyKind, DependencyTarget, Model, Stage, Step};
use crate::rules::DockerfileCx;
use crate::shell::Cwd;
use crate::syntax::dockerfile::Keyword;

use super::shared::{code, copies_everything};

/// Files at the root that make one project of several folders.
const WORKSPACES: &[&str] = &["pnpm-workspace.yaml", "lerna.json", "nx.json", "turbo.json", "go.work", "rush.json"];

/// Reports copies of the whole context into stages that work in one folder of it.
pub(crate) fn check(cx: &mut DockerfileCx) {
    let (model, Some(context)) = (cx.model, cx.context) else { return };
    if is_workspace(context) {
        return;
    }
    for stage in model.stages.iter().filter(|stage| stage.reachable && !model.is_final(stage)) {
        let Some(copy) = stage.steps.iter().find(|step| !step.onbuild && copies_everything(step)) else { continue };
        let Some(folder) = only_folder(model, stage, copy) else { continue };
        let is_folder = context.entry(&folder).is_some_and(|entry| entry.is_dir() && context.is_sent(&entry.path));
        let Some(source) = copy.transfer().and_then(|it| it.sources.first()).filter(|_| is_folder) else { continue };
        if !reaches_out(context, &folder) {
            let message = format!("everything behind this works in {}, but edits anywhere rerun it", code(&folder));
            cx.report(source.span, message).note(format!("copy {} only", code(&folder)));
        }
    }
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
    let inner = |path: &str| Some(clean(path).strip_prefix(&prefix)?.split('/').next()?.to_string());
    let mut folders: Vec<String> = Vec::new();
    for step in stage.steps.iter().filter(|step| step.index > copy.index && step.kind() == Keyword::Run) {
        let here = step.before.workdir.path.as_deref()?;
        for command in step.commands().filter(|it| !matches!(it.name.as_str(), "cd" | "mkdir" | "echo" | "set")) {
            let cwd = match &command.cwd {
                Cwd::Workdir => here.to_string(),
                Cwd::Known(folder) => step.before.workdir.join(folder)?,
                Cwd::Unknown => return None,
            };
            folders.push(inner(&cwd)?);
        }
        if step.scripts().iter().any(|script| script.text.text.contains("../")) || !step.mounts.is_empty() {
            return None;
        }
    }
    for other in &model.stages {
        for taken in other.dependencies.iter().filter(|it| it.target == DependencyTarget::Stage(stage.index)) {
            let step = other.steps.iter().find(|step| Some(step.index) == taken.step);
            let transfer = step.filter(|_| taken.kind == DependencyKind::Copy)?.transfer()?;
            folders.extend(
                transfer.sources.iter().map(|word| inner(&format!("/{}", word.raw))).collect::<Option<Vec<_>>>()?,
            );
        }
    }
    let first = folders.first()?.clone();
    (folders.iter().all(|it| *it == first) && folders.len() > 1 && !first.contains(['$', '*'])).then_some(first)
}

/// True if a file at the top of the folder names something outside.
fn reaches_out(context: &Context, folder: &str) -> bool {
    let top = context.sent().iter().filter(|it| !it.is_dir());
    let mut top = top.filter(|it| it.path.strip_prefix(folder).is_some_and(|rest| rest.matches('/').count() == 1));
    top.any(|it| context.read_text(&it.path).is_some_and(|text| text.contains("../") || text.contains("workspace:")))
}
