use crate::diagnostic::Severity;
use crate::model::tools::effects;
use crate::model::{Stage, Step, paths};
use crate::rules::DockerfileCx;
use crate::shell::{Command, Cwd};
use crate::text::Span;

use super::shared::is_secret_name;

/// A secret that one layer brings and a later one deletes is still in the first.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for stage in &cx.model.stages {
        let copied: Vec<(&Step, Span, String)> = stage.steps.iter().flat_map(secrets).collect();
        for (step, span, place) in copied {
            let Some(removal) = removal(stage, step, &place) else { continue };
            let name = place.rsplit('/').next().unwrap_or(&place);
            let is_final = cx.model.is_final(stage);
            let report = cx.report(span, format!("`{name}` stays in this layer, though a later RUN deletes it"));
            let report = if is_final { report } else { report.at_most(Severity::Info) };
            report
                .label(removal, "hides it, but the layer above keeps it")
                .note("give it to the one RUN that needs it: `RUN --mount=type=secret,id=NAME,target=PATH …`");
        }
    }
}

/// Secrets that a COPY or ADD brings, and where they lie.
fn secrets<'s>(step: &'s Step<'_>) -> Vec<(&'s Step<'s>, Span, String)> {
    let Some(transfer) = step.transfer() else { return Vec::new() };
    let dest = step.expand(&transfer.dest).text;
    let Some(place) = step.before.workdir.join(&dest) else { return Vec::new() };
    let secret =
        |text: &str| is_secret_name(text) || text.rsplit('/').next() == Some(".npmrc") || text.ends_with(".env");
    let into_folder = transfer.sources.len() > 1 || dest.ends_with('/') || dest.ends_with('.') && dest.len() < 3;
    let found = transfer.sources.iter().filter_map(|source| {
        let text = step.expand(source).text;
        let name = text.rsplit('/').next().unwrap_or_default().to_string();
        let path = if into_folder { paths::clean(&format!("{place}/{name}")) } else { place.clone() };
        // Keys that everybody knows say so.
        let is_public = ["insecure", "dummy", "example", "fake"].iter().any(|word| name.contains(word));
        (!is_public && (secret(&text) || secret(&path))).then_some((source.span, path))
    });
    found.map(|(span, path)| (step, span, path)).collect()
}

/// The command of a later RUN that deletes the file or a folder above it.
fn removal(stage: &Stage, step: &Step, place: &str) -> Option<Span> {
    let later = stage.steps.iter().filter(|it| it.index > step.index && !it.onbuild);
    later.flat_map(|it| it.commands().map(move |command| (it, command))).find_map(|(it, command)| {
        let removed = effects::removals(command);
        let hits = removed.iter().any(|path| deletes(it, command, path, place));
        hits.then_some(command.span)
    })
}

fn deletes(step: &Step, command: &Command, path: &str, place: &str) -> bool {
    let path = match path.strip_prefix("~/") {
        Some(rest) => format!("/root/{rest}"),
        None => path.to_string(),
    };
    let folder = match &command.cwd {
        Cwd::Workdir => step.before.workdir.path.clone(),
        Cwd::Known(cwd) => step.before.workdir.join(cwd),
        Cwd::Unknown => None,
    };
    let absolute = if path.starts_with('/') { path } else { format!("{}/{path}", folder.unwrap_or_default()) };
    let absolute = paths::clean(&absolute);
    absolute == place || place.starts_with(&format!("{}/", absolute.trim_end_matches('*').trim_end_matches('/')))
}
