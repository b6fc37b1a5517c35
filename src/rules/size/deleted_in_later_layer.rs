use crate::model::tools::effects;
use crate::model::{Stage, Step, paths};
use crate::rules::DockerfileCx;
use crate::text::Span;

use super::shared::absolute;

/// A file deleted in a later layer than the one that holds it takes its room all the same.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for stage in cx.model.stages.iter().filter(|stage| cx.model.is_final(stage)) {
        for step in stage.steps.iter().filter(|step| !step.onbuild) {
            let found = step.commands().filter(|command| !command.in_function).find_map(|command| {
                let removed = effects::removals(command);
                removed.iter().find_map(|path| {
                    let path = absolute(step, command, path)?;
                    Some((command.span, added(stage, step, &path)?, path))
                })
            });
            let Some((span, added, path)) = found else { continue };
            let name = path.rsplit('/').next().unwrap_or(&path);
            let (place, note) = match added {
                Added::Copied(place) => {
                    (place, "use it from the build context: `RUN --mount=type=bind,source=…,target=… …`")
                }
                Added::Fetched(place) => (place, "download, use and delete it in one RUN"),
            };
            cx.report(span, format!("`{name}` stays in the layer that brought it: deleting it here frees nothing"))
                .label(place, "written here")
                .note(note);
        }
    }
}

enum Added {
    Copied(Span),
    Fetched(Span),
}

/// The earlier step that wrote `path`.
fn added(stage: &Stage, step: &Step, path: &str) -> Option<Added> {
    let earlier = stage.steps.iter().filter(|it| it.index < step.index && !it.onbuild);
    earlier.rev().find_map(|it| copied(it, path).map(Added::Copied).or_else(|| fetched(it, path).map(Added::Fetched)))
}

fn copied(it: &Step, path: &str) -> Option<Span> {
    let transfer = it.transfer()?;
    let dest = it.expand(&transfer.dest);
    let place = it.before.workdir.join(&dest.text).filter(|_| dest.known)?;
    let into_folder = transfer.sources.len() > 1 || dest.text.ends_with(['/', '.']);
    transfer.sources.iter().find_map(|source| {
        let text = it.expand(source).text;
        let name = text.rsplit('/').next().unwrap_or_default();
        // The name may lie in a folder of that name: `COPY a.deb /tmp`.
        let below = paths::clean(&format!("{place}/{name}"));
        let hit = path == below && is_large(name) || (path == place && !into_folder && is_large(path));
        hit.then_some(source.span)
    })
}

fn fetched(it: &Step, path: &str) -> Option<Span> {
    it.commands().find_map(|command| {
        let found = effects::downloads(command);
        found.into_iter().find_map(|download| {
            let output = absolute(it, command, &download.output?)?;
            (output == path && is_large(path)).then_some(command.span)
        })
    })
}

/// Archives, packages and installers; a small text file is not worth a word.
fn is_large(path: &str) -> bool {
    let ends = [
        ".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tbz2", ".tar.zst", ".zip", ".gz", ".xz", ".7z",
        ".deb", ".rpm", ".apk", ".jar", ".war", ".whl", ".iso", ".run", ".bin", ".exe", ".msi", ".img",
    ];
    ends.iter().any(|it| path.ends_with(it))
}
