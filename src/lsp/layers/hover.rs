//! What a step depends on and what made it run last, for the hover of its keyword.

use crate::lsp::document::Snapshot;
use crate::lsp::server::Server;
use crate::syntax::dockerfile::Instruction;
use crate::text;

use super::known::{Culprit, Known, Layer};
use super::lenses::{with_layers, with_reasons};
use super::show;
use super::steps::one_line;

/// Names listed at most.
const SHOWN: usize = 8;
/// Letters of another step at most.
const LETTERS: usize = 60;

/// Markdown about the layer of an instruction; `None` where nothing is known. The history is read if
/// nobody asked for it yet, for the next time.
pub(in crate::lsp) fn about(server: &mut Server, uri: &str, instruction: &Instruction) -> Option<String> {
    super::look(server, uri);
    let snapshot = server.documents.get(uri)?.snapshot.clone();
    let known = server.layers.known(&snapshot)?;
    let tree = snapshot.tree();
    let is_here = |it: &Instruction| it.span == instruction.span;
    let layers = with_layers(tree, known);
    let (_, layer) = layers.iter().find(|(step, _)| is_here(step.instruction))?;
    let mut text = told(layer, known);
    if let Some(now) = now(server, &snapshot, instruction) {
        text.push_str(&format!("\n\n{now}"));
    }
    Some(text)
}

fn now(server: &Server, snapshot: &Snapshot, instruction: &Instruction) -> Option<String> {
    let next = server.layers.next(snapshot)?;
    let tree = snapshot.tree();
    let reasons = with_reasons(tree, next);
    let (_, why) = reasons.into_iter().find(|(step, _)| step.instruction.span == instruction.span)?;
    let verb = if why.sure { "It runs" } else { "It may run" };
    let by = why.by_line.map(|line| format!(" (line {line})")).unwrap_or_default();
    Some(format!("{verb} in the next build if this is saved: {}{by}.", why.text))
}

/// What is known of a layer, as Markdown.
pub(super) fn told(layer: &Layer, known: &Known) -> String {
    let mut lines = Vec::new();
    if let Some(rate) = layer.hit_rate() {
        let maybe =
            if layer.maybes > 0 { format!("; in {} only the build could tell", layer.maybes) } else { String::new() };
        lines.push(format!(
            "**Layer cache**: found in {} of {} builds ({}){maybe}.",
            layer.hits,
            layer.builds(),
            show::percent(rate)
        ));
    } else if known.builds > 0 {
        lines.push("**Layer cache**: not part of a build yet.".to_string());
    }
    if let Some((commit, subject, why)) = &layer.last_run {
        lines.push(format!("Last run: `{commit}` {}: {why}.", escaped(subject)));
    }
    if !layer.culprits.is_empty() && layer.misses > 1 {
        let name = |it: &Culprit| if it.is_file { code(&it.what) } else { it.what.clone() };
        let culprits: Vec<String> = layer.culprits.iter().map(|it| format!("{} ({})", name(it), it.builds)).collect();
        lines.push(format!("Most often because of {}.", culprits.join(", ")));
    }
    lines.extend(cost(layer));
    lines.push(depends(layer));
    lines.retain(|line| !line.is_empty());
    lines.join("\n\n")
}

fn cost(layer: &Layer) -> Option<String> {
    let size = layer.bytes.map(|bytes| format!("{} in the image", show::bytes(bytes)));
    let time = layer.seconds.map(|seconds| format!("ran {} in the logged build", show::seconds(seconds)));
    let both: Vec<String> = [size, time].into_iter().flatten().collect();
    (!both.is_empty()).then(|| format!("{}.", both.join(", ")))
}

/// What decides whether it is found.
fn depends(layer: &Layer) -> String {
    let mut parts = Vec::new();
    parts.extend(layer.depends.upon.as_ref().map(|it| format!("what stands above ({})", code(&beginning(it)))));
    for (source, paths) in &layer.depends.reads {
        let whole = paths.iter().all(|path| path == ".");
        let is_context = source == "context";
        let from = if is_context { "the context".to_string() } else { code(&beginning(source)) };
        // In another stage people know paths from the root.
        let paths: Vec<String> =
            paths.iter().map(|path| if is_context { path.clone() } else { format!("/{path}") }).collect();
        parts.push(if whole { format!("all of {from}") } else { format!("{} of {from}", listed(&paths)) });
    }
    if !layer.depends.variables.is_empty() {
        parts.push(format!("the variables {}", listed(&layer.depends.variables)));
    }
    if parts.is_empty() { String::new() } else { format!("Depends on its text, {}.", parts.join(", ")) }
}

/// Enough of a step to know it again.
fn beginning(step: &str) -> String {
    text::beginning(&one_line(step), LETTERS)
}

fn listed(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(SHOWN).map(|it| code(it)).collect();
    let rest = names.len().saturating_sub(SHOWN);
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

fn code(text: &str) -> String {
    format!("`{}`", text.replace('`', "'"))
}

/// Text of other people that must not be Markdown.
fn escaped(text: &str) -> String {
    text.chars().flat_map(|c| "\\`*_{}[]()<>#|".contains(c).then_some('\\').into_iter().chain([c])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::Depends;

    #[test]
    fn files_are_code_and_other_steps_are_short() {
        let culprit = |what: &str, is_file| Culprit { what: what.to_string(), is_file, builds: 2 };
        let upon = Some(format!("[2/4] RUN apt-get update   &&   apt-get install -y {}", "curl ".repeat(50)));
        let long = format!("[build 3/3] RUN {}", "make ".repeat(50));
        let reads = [(long, vec!["app/out".to_string()]), ("context".to_string(), vec!["src".to_string()])].into();
        let layer = Layer {
            misses: 4,
            culprits: vec![culprit("main.js", true), culprit("the image", false)],
            depends: Depends { upon, reads, ..Depends::default() },
            ..Layer::default()
        };
        let known = Known { builds: 4, rate: None, steps: Vec::new(), base: None, digests: Default::default() };
        let text = told(&layer, &known);
        assert!(text.contains("Most often because of `main.js` (2), the image (2)."), "{text}");
        assert!(text.contains("(`[2/4] RUN apt-get update && apt-get install -y curl curl cur\u{2026}`)"), "{text}");
        assert!(text.contains("`/app/out` of `[build 3/3] RUN make") && text.contains("make\u{2026}`"), "{text}");
        assert!(text.contains("`src` of the context"), "{text}");
    }
}
