//! What a diagnostic about the cache has cost along the history.

use crate::cache::{Past, PastStep};
use crate::diagnostic::{Diagnostic, Label};
use crate::rules;
use crate::text::{FileId, Sources};

/// True for a diagnostic about steps that run needlessly.
pub fn is_about_cache(diagnostic: &Diagnostic) -> bool {
    rules::by_name(diagnostic.rule).is_some_and(|rule| rule.category == "cache")
}

/// Adds to each diagnostic about the cache how often the step that it is about ran along the history
/// of the Dockerfile `file`.
pub fn add_costs(found: &mut [Diagnostic], past: &Past, sources: &Sources, file: FileId) {
    if past.commits == 0 {
        return;
    }
    for diagnostic in found.iter_mut().filter(|it| is_about_cache(it)) {
        let here = |label: &&Label| label.file == file;
        let labels = diagnostic.secondary.iter().chain(Some(&diagnostic.primary)).filter(here);
        let steps = labels.flat_map(|label| past.at(sources.get(file).line(label.span.start)));
        // What it costs is the step that runs most often; a RUN costs more than a COPY.
        let Some(worst) = steps.filter(|step| step.built > 0).max_by_key(|step| (is_run(step), step.ran)) else {
            continue;
        };
        diagnostic.notes.push(cost(worst, past.commits));
    }
}

fn is_run(step: &PastStep) -> bool {
    step.place.instruction.get(..4).is_some_and(|it| it.eq_ignore_ascii_case("RUN "))
}

fn cost(step: &PastStep, commits: usize) -> String {
    const SHOWN: usize = 60;
    let text: String = step.place.instruction.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let text = match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    };
    let of = if step.built == commits { String::new() } else { format!(" of the {} that had it", step.built) };
    format!("over the last {commits} commits `{}` ran in {}{of}", text.replace('`', "'"), step.ran)
}
