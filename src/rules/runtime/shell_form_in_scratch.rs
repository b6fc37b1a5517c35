use crate::diagnostic::{Edit, Fix};
use crate::model::{Base, Stage, Step};
use crate::rules::DockerfileCx;
use crate::rules::quote::{json_array, one_line};
use crate::syntax::dockerfile::{Keyword, ast};

use super::shared::{command, plain_words};

/// A shell form where nothing can have brought a shell.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for (stage, step) in cx.model.steps() {
        if *cx.model.root_base(stage) != Base::Scratch || step.onbuild || step.before.shell_is_set {
            continue;
        }
        let Some(ast::Command::Shell { text, broken_json: false }) = command(step.body()) else { continue };
        let from_mount = step.mounts.iter().any(|mount| mount.from.is_some());
        let heredoc = !step.instruction.heredocs.is_empty();
        if from_mount || heredoc || text.text.trim().is_empty() || may_have_shell(cx, stage, step) {
            continue;
        }
        let span = command(step.body()).map_or(step.span(), ast::Command::span);
        let plain = plain_words(&text.text).filter(|_| !cx.slice(span).contains('\n') && step.kind() != Keyword::Run);
        let fix =
            plain.map(|words| Fix::unsafe_("write it in exec form", vec![Edit::replace(span, json_array(words))]));
        cx.report(span, format!("`{}` needs a shell, and an image from `scratch` has none", one_line(&text.text)))
            .note("write the exec form, or begin with an image that has a shell")
            .fix(fix);
    }
}

/// Something in the chain may be a shell, or a whole file system with one.
fn may_have_shell(cx: &DockerfileCx, stage: &Stage, step: &Step) -> bool {
    let before = |it: &&Step| it.index < step.index || !stage.steps.iter().any(|own| std::ptr::eq(own, *it));
    let mut transfers =
        cx.model.chain(stage).flat_map(|stage| &stage.steps).filter(before).filter_map(|it| Some((it, it.transfer()?)));
    transfers.any(|(it, transfer)| {
        let dest = it.expand(&transfer.dest);
        let place = it.before.workdir.join(&dest.text).unwrap_or_default();
        let folder = ["/", "/bin", "/usr", "/usr/bin"].contains(&place.as_str());
        let named = transfer.sources.iter().chain([&transfer.dest]).any(|word| {
            let raw = word.raw.to_ascii_lowercase();
            ["busybox", "/sh", "bash", "rootfs", ".tar"].iter().any(|it| raw.contains(it))
        });
        let file_only = transfer.sources.iter().all(|source| is_plain_file(&it.expand(source).text));
        !dest.known || named || (folder && !file_only)
    })
}

/// A path whose last part looks like one program: no dot-folder, glob or trailing slash.
fn is_plain_file(source: &str) -> bool {
    let name = source.rsplit('/').next().unwrap_or(source);
    !name.is_empty()
        && !name.contains(['*', '?'])
        && !name.contains("root")
        && !matches!(name, "." | ".." | "dist" | "out" | "build" | "output" | "install" | "image" | "fs" | "target")
}
