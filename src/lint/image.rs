use crate::config::Config;
use crate::diagnostic::Diagnostic;
use crate::image::stale::own_start;
use crate::rules::{self, Check, ImageCx, ImageSubject, ImageText};
use crate::text::{FileId, Source, Sources};

use super::{FileKind, Input};

/// Rules about Dockerfiles that also read the commands in an image's history: what they find can be
/// told from the history alone, and it is no matter of taste how it is written.
const OF_HISTORY: [&str; 4] = ["sudo-used", "update-without-install", "add-instead-of-copy", "system-upgrade"];
/// The same where the layers' files are not at hand; with them `package-cache-in-layer` looks.
const WITHOUT_FILES: [&str; 2] = ["apk-cache-kept", "apt-lists-kept"];

/// Applies the rules about images; `file` is the number that `text` has among the run's sources.
pub fn lint_image(config: &Config, file: FileId, text: &ImageText, subject: &ImageSubject) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for rule in rules::all() {
        let (Some(severity), Check::Image(check)) = (config.severity(rule), rule.check) else { continue };
        let mut cx = ImageCx::new(rule, severity, config.options(rule), file, text, subject);
        check(&mut cx);
        found.extend(cx.into_diagnostics());
    }
    found.extend(lint_history(config, file, text, subject));
    found.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    found.dedup_by(|a, b| a.sort_key() == b.sort_key());
    found
}

/// Writes one's own part of the history as a Dockerfile and lints that; what is found is reported at
/// the steps.
fn lint_history(config: &Config, file: FileId, text: &ImageText, subject: &ImageSubject) -> Vec<Diagnostic> {
    let without_files = WITHOUT_FILES.iter().filter(|_| subject.files.is_none());
    let wanted = OF_HISTORY.iter().chain(without_files).copied();
    let is_on = |name: &&str| rules::by_name(name).is_some_and(|rule| config.severity(rule).is_some());
    let wanted: Vec<&str> = wanted.filter(is_on).collect();
    let (dockerfile, steps) = history_as_dockerfile(text, subject);
    if wanted.is_empty() || steps.is_empty() {
        return Vec::new();
    }
    let mut sources = Sources::default();
    let history = sources.add(Source::new("history", dockerfile));
    let config = config.clone().only(&wanted);
    let found = super::lint(&Input::new(&sources, history, FileKind::Dockerfile, &config));
    let place = |diagnostic: Diagnostic| {
        let start = diagnostic.primary.span.start;
        let step = steps.iter().rev().find(|(from, _)| *from <= start)?.1;
        let known = wanted.contains(&diagnostic.rule);
        let mut moved = Diagnostic::new(
            diagnostic.rule,
            diagnostic.severity,
            file,
            *text.spans.get(step).filter(|_| known)?,
            diagnostic.message,
        );
        moved.notes = diagnostic.notes;
        Some(moved)
    };
    found.into_iter().filter_map(place).collect()
}

/// The text, and where each step begins in it.
fn history_as_dockerfile(text: &ImageText, subject: &ImageSubject) -> (String, Vec<(u32, usize)>) {
    let image = subject.image;
    let mut out = String::from("FROM history\n");
    let mut starts = Vec::new();
    for (number, step) in text.steps.iter().enumerate().skip(own_start(image, subject.first_own)) {
        let mut instruction = image.instruction(*step);
        if !instruction.starts_with("RUN ") && !instruction.starts_with("ADD ") {
            continue;
        }
        if instruction.starts_with("ADD file:") && step.layer.is_none_or(|layer| may_be_unpacked(subject, layer)) {
            continue;
        }
        if let Some(script) = instruction.strip_prefix("RUN ").filter(|script| script.contains('\n')) {
            instruction = format!("RUN <<'END-OF-HISTORY'\n{script}\nEND-OF-HISTORY");
        }
        starts.push((out.len() as u32, number));
        out += &instruction.replace('\r', " ");
        out.push('\n');
    }
    (out, starts)
}

/// The classic builder hides the name of what it added: more than one file means an archive.
fn may_be_unpacked(subject: &ImageSubject, layer: usize) -> bool {
    let Some(files) = subject.files else { return true };
    files.trees.entries(layer).iter().filter(|entry| entry.kind != crate::image::Kind::Directory).count() != 1
}
