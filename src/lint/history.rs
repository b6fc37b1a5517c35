//! What a diagnostic about the cache has cost along the history.

use crate::cache::{Past, PastStep};
use crate::diagnostic::{Diagnostic, Label};
use crate::model::order::declared;
use crate::model::{BuildOptions, Model};
use crate::rules;
use crate::syntax::dockerfile::parse;
use crate::text::{FileId, Sources};

/// True for a diagnostic about steps that run needlessly.
pub fn is_about_cache(diagnostic: &Diagnostic) -> bool {
    rules::by_name(diagnostic.rule).is_some_and(|rule| rule.category == "cache")
}

/// What happened to a Dockerfile's steps along its history.
#[derive(Clone, Debug, Default)]
pub struct Pasts {
    /// With the same build arguments all along.
    pub plain: Past,
    /// With values of their own in each build for what diagnostics call new each time: the arguments'
    /// names, and what happened then.
    pub varied: Option<(Vec<String>, Past)>,
}

/// The build arguments that diagnostics blame for another value in each build, by what their names say:
/// a commit, a build's date or number.
pub fn varying(found: &[Diagnostic], text: &str) -> Vec<String> {
    let (dockerfile, _) = parse(FileId(0), text);
    let model = Model::new(&dockerfile, text, BuildOptions::default());
    let arguments = model.steps().flat_map(|(_, step)| declared(step)).filter(|it| !it.is_env);
    let mut names: Vec<String> = arguments.filter(rules::is_new_each_time).map(|it| it.name.to_string()).collect();
    names.retain(|name| found.iter().any(|it| is_about_cache(it) && blames(it, name)));
    names.sort();
    names.dedup();
    names
}

fn blames(diagnostic: &Diagnostic, name: &str) -> bool {
    diagnostic.message.contains(&format!("`{name}`"))
}

/// Adds to each diagnostic about the cache how often the step that it is about ran along the history
/// of the Dockerfile `file`.
pub fn add_costs(found: &mut [Diagnostic], pasts: &Pasts, sources: &Sources, file: FileId) {
    if pasts.plain.commits == 0 {
        return;
    }
    for diagnostic in found.iter_mut().filter(|it| is_about_cache(it)) {
        let varied = pasts.varied.as_ref().and_then(|(names, past)| {
            let name = names.iter().find(|name| blames(diagnostic, name))?;
            Some((name.as_str(), past))
        });
        let past = varied.map_or(&pasts.plain, |(_, past)| past);
        let here = |label: &&Label| label.file == file;
        let labels = std::iter::once(&diagnostic.primary).chain(&diagnostic.secondary).filter(here);
        let steps = labels.flat_map(|label| past.at(sources.get(file).line(label.span.start)));
        // What it costs is the step that runs most often; a RUN costs more than a COPY, and of equals the
        // one that suffers more than the one at fault.
        let rank = |step: &&PastStep| (is_run(step), step.ran + step.open);
        let Some(worst) = steps.filter(|step| step.built > 0).max_by_key(rank) else { continue };
        diagnostic.notes.push(cost(worst, past.commits, varied.map(|(name, _)| name)));
    }
}

fn is_run(step: &PastStep) -> bool {
    step.place.instruction.get(..4).is_some_and(|it| it.eq_ignore_ascii_case("RUN "))
}

/// `over the last 10 commits `RUN npm ci` ran in 10`, or would have with new values of an argument.
fn cost(step: &PastStep, commits: usize, varied: Option<&str>) -> String {
    const SHOWN: usize = 60;
    let text: String = step.place.instruction.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let text = match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    };
    let of = if step.built == commits { String::new() } else { format!(" of the {} that had it", step.built) };
    let (verb, count) = match (varied, step.ran) {
        (Some(_), ran) => ("runs", ran),
        // What a server answers is in no history.
        (None, 0) if step.open > 0 => ("may have run", step.open),
        (None, ran) => ("ran", ran),
    };
    let given = varied.map(|name| format!(", where each has its own `{name}`")).unwrap_or_default();
    format!("over the last {commits} commits `{}` {verb} in {count}{of}{given}", text.replace('`', "'"))
}
