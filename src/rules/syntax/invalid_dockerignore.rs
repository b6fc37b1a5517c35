use crate::model::docs::line_of;
use crate::rules::{DockerfileCx, steps};
use crate::text::FileId;

/// An ignore file with a pattern that the builder refuses, told where the first step needs the build context.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let Some(ignore) = cx.context.and_then(|context| context.ignore_file()) else { return };
    // On Windows `\\` parts folders and escapes nothing.
    let is_for_windows = |line: &str| line.contains('\\') && !line.contains('[');
    let found = ignore.parsed.diagnostics(FileId::default()).into_iter();
    let Some(bad) = found.into_iter().find(|it| !is_for_windows(it.primary.span.slice(&ignore.text))) else { return };
    let Some(here) = steps::all(cx.model).find(|here| here.step.copies_context()) else { return };
    let line = line_of(&ignore.text, bad.primary.span.start);
    let message = format!("line {line} of `{}` stops the build: {}", ignore.path, bad.message);
    let report = here.report(cx, here.step.instruction.keyword.span, message).primary_label("needs the build context");
    bad.notes.into_iter().fold(report, |report, note| report.note(note));
}
