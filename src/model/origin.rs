use crate::syntax::dockerfile::Word;

use super::{Context, Model, Stage, Step, paths};

/// The file of the build context that stands at `path` of the image when step number `before` of
/// the stage runs: the last COPY or ADD of the stage's chain that brought it. `None` where no
/// file of the context is known to be there.
pub(super) fn context_file(
    model: &Model,
    context: &Context,
    stage: &Stage,
    before: usize,
    path: &str,
) -> Option<String> {
    let path = paths::clean(path);
    let mut limit = before;
    for stage in model.chain(stage) {
        let steps = stage.steps.iter().filter(|step| step.index < limit && !step.onbuild);
        let steps: Vec<&Step> = steps.collect();
        if let Some(found) = steps.iter().rev().find_map(|step| brought(context, step, &path)) {
            return Some(found);
        }
        limit = usize::MAX;
    }
    None
}

/// The file of the context that this step puts at `path`.
fn brought(context: &Context, step: &Step, path: &str) -> Option<String> {
    let transfer = step.transfer().filter(|_| step.copies_context())?;
    let dest = step.expand(&transfer.dest);
    let folder = step.before.workdir.join(&dest.text).filter(|_| dest.known)?;
    let into_folder = dest.text.ends_with('/') || dest.text == "." || dest.text.ends_with("/.");
    let several = transfer.sources.len() > 1 || into_folder;
    transfer.sources.iter().rev().find_map(|source| from_source(context, step, source, &folder, several, path))
}

fn from_source(
    context: &Context,
    step: &Step,
    source: &Word,
    folder: &str,
    several: bool,
    path: &str,
) -> Option<String> {
    let source = step.expand(source);
    if !source.known {
        return None;
    }
    let below = path.strip_prefix(folder.trim_end_matches('/')).unwrap_or(path);
    let below = below.trim_start_matches('/');
    let inside = path == folder || path.starts_with(&format!("{}/", folder.trim_end_matches('/')));
    if !inside {
        return None;
    }
    let clean = paths::from_root(&source.text);
    let is_folder = clean.is_empty() || context.entry(&clean).is_some_and(|entry| entry.is_dir());
    let candidate = if source.text.contains(['*', '?']) {
        let fits = |entry: &&super::Entry| entry.name() == below && !entry.is_dir();
        context.matching(&source.text).into_iter().find(|entry| fits(entry))?.path.clone()
    } else if is_folder {
        if clean.is_empty() { below.to_string() } else { format!("{clean}/{below}") }
    } else if several {
        let name = clean.rsplit('/').next().unwrap_or(&clean);
        (below == name).then(|| clean.clone())?
    } else {
        (path == folder).then(|| clean.clone())?
    };
    (context.is_sent(&candidate) && context.entry(&candidate).is_some_and(|entry| !entry.is_dir())).then_some(candidate)
}
