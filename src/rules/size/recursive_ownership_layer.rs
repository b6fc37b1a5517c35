use crate::model::Step;
use crate::model::tools::effects::permission;
use crate::rules::DockerfileCx;
use crate::rules::quote::one_line;
use crate::syntax::dockerfile::Keyword;
use crate::text::Span;

use super::shared::{absolute, is_within};

/// `chown -R` over what an earlier layer holds writes all of it once more.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for (stage, step) in cx.model.steps() {
        if step.kind() != Keyword::Run || step.onbuild || !cx.model.is_final(stage) {
            continue;
        }
        let found = step.commands().filter(|command| !command.in_function).find_map(|command| {
            let change = permission(command).filter(|change| change.recursive)?;
            let target = change.targets.iter().find_map(|target| {
                let path = absolute(step, command, target)?;
                let copy = stage.steps.iter().find_map(|it| brings(it, step, &path, change.program != "chmod"))?;
                Some((path, copy))
            });
            Some((command, change, target?))
        });
        let Some((command, change, (path, (copy, keyword)))) = found else { continue };
        let flag = if change.program == "chmod" { "--chmod" } else { "--chown" };
        let value = if change.value.is_empty() || change.program == "chgrp" {
            String::new()
        } else {
            format!("={}", change.value)
        };
        let text = one_line(cx.slice(command.span));
        cx.report(command.span, format!("`{text}` writes all of `{path}` into a second layer"))
            .label(copy, "written here the first time")
            .note(format!("set it while copying: `{keyword} {flag}{value} …`"));
    }
}

/// The sources of an earlier COPY or ADD that puts a folder at or below `path`, without the flag
/// that makes the change unneeded.
fn brings(it: &Step, step: &Step, path: &str, owner: bool) -> Option<(Span, String)> {
    let transfer = it.transfer().filter(|_| it.index < step.index && !it.onbuild)?;
    let flagged = it.instruction.flag(if owner { "chown" } else { "chmod" }).is_some();
    let dest = it.expand(&transfer.dest);
    let place = it.before.workdir.join(&dest.text).filter(|_| dest.known)?;
    let large = transfer.sources.iter().any(|source| is_folder(&source.raw));
    let span = transfer.sources.first()?.span.to(transfer.sources.last()?.span);
    // Settings are small: what is written twice hardly counts.
    let small = is_within(path, "/etc") || is_within(&place, "/etc");
    (!flagged && large && !small && path != "/" && is_within(&place, path))
        .then(|| (span, it.instruction.keyword.text.clone()))
}

/// A source that looks like a folder: no extension, or everything.
fn is_folder(source: &str) -> bool {
    let source = source.trim_matches('"');
    let name = source.trim_end_matches('/').rsplit('/').next().unwrap_or(source);
    source.ends_with('/') || matches!(name, "." | ".." | "*") || (!name.contains('.') && !source.starts_with("<<"))
}
