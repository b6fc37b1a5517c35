//! Inlay hints and code lenses on steps.

use serde_json::{Value, json};

use crate::lsp::document::Snapshot;
use crate::lsp::server::{Failure, Server};
use crate::lsp::settings::Lenses;
use crate::syntax::dockerfile::{Dockerfile, Keyword};

use super::known::{Known, Layer};
use super::next::{Next, Why};
use super::steps::{Named, Written, align, written};
use super::{hold, look, show};

/// `textDocument/inlayHint`.
pub(in crate::lsp) fn hints(server: &mut Server, uri: &str, _: usize, params: &Value) -> Result<Value, Failure> {
    look(server, uri);
    let Some(document) = server.documents.get(uri) else { return Ok(Value::Null) };
    if !server.workspace.shown(document.path.as_deref()).hints {
        return Ok(json!([]));
    }
    if hold(server, uri, "inlayHint", hints) {
        return Ok(Value::Null);
    }
    let Some(document) = server.documents.get(uri) else { return Ok(Value::Null) };
    let Some(known) = server.layers.known(document) else { return Ok(json!([])) };
    let lines =
        |key: &str, or: u64| params.pointer(&format!("/range/{key}/line")).and_then(Value::as_u64).unwrap_or(or);
    let asked = lines("start", 0)..=lines("end", u64::MAX);
    let tree = document.tree();
    let hint = |(step, layer): (&Written, &Layer)| {
        let label = Some(show::line(layer)).filter(|it| !it.is_empty())?;
        let line = document.lines.line_of(step.instruction.span.start as usize);
        let end = end_of_line(&document.text, step.instruction.span.start as usize);
        let tooltip = json!({"kind": "markdown", "value": super::hover::told(layer, known)});
        let at = document.lines.position(&document.text, end as u32);
        asked
            .contains(&(line as u64))
            .then(|| json!({"position": at, "label": label, "paddingLeft": true, "tooltip": tooltip}))
    };
    let found: Vec<Value> = with_layers(tree, known).iter().filter_map(|(step, layer)| hint((step, layer))).collect();
    Ok(found.into())
}

fn end_of_line(text: &str, at: usize) -> usize {
    let line = &text[at..at + text[at..].find('\n').unwrap_or(text.len() - at)];
    at + line.trim_end().len()
}

/// `textDocument/codeLens`.
pub(in crate::lsp) fn lenses(server: &mut Server, uri: &str, _: usize, _: &Value) -> Result<Value, Failure> {
    look(server, uri);
    let Some(document) = server.documents.get(uri) else { return Ok(Value::Null) };
    // Hints have the rates already, where the client shows hints.
    let unasked = if server.client.can("/textDocument/inlayHint") { Lenses::Rebuilds } else { Lenses::All };
    let wanted = server.workspace.shown(document.path.as_deref()).lenses.unwrap_or(unasked);
    if wanted == Lenses::Off {
        return Ok(json!([]));
    }
    if hold(server, uri, "codeLens", lenses) {
        return Ok(Value::Null);
    }
    let Some(document) = server.documents.get(uri) else { return Ok(Value::Null) };
    let tree = document.tree();
    let mut found = Vec::new();
    if let Some(known) = server.layers.known(document) {
        found.extend(summary(document, tree, known, server.layers.next(document).map(|it| &**it)));
        if wanted == Lenses::All {
            for (step, layer) in with_layers(tree, known) {
                let title = show::line(layer);
                found.extend((!title.is_empty()).then(|| lens(document, &step, &title, "cachalot.replay")));
            }
        }
    }
    if let Some(next) = server.layers.next(document) {
        for (step, why) in with_reasons(tree, next) {
            found.push(lens(document, &step, &rebuilds(why), "cachalot.predict"));
        }
    }
    Ok(found.into())
}

fn lens(document: &Snapshot, step: &Written, title: &str, command: &str) -> Value {
    json!({
        "range": document.lines.range(&document.text, step.instruction.keyword.span),
        "command": {"title": title, "command": command, "arguments": [document.uri]},
    })
}

/// On the first FROM: all steps over the whole history, and what the next build does.
fn summary(document: &Snapshot, tree: &Dockerfile, known: &Known, next: Option<&Next>) -> Vec<Value> {
    let steps = written(tree);
    let Some(first) = steps.iter().find(|it| it.instruction.kind == Keyword::From) else { return Vec::new() };
    let rate = known.rate.map(|rate| {
        let builds = if known.builds == 1 { "build" } else { "builds" };
        let title = format!("{} of all steps hit in {} {builds}", show::percent(rate), known.builds);
        lens(document, first, &title, "cachalot.replay")
    });
    let next = next.filter(|it| it.runs() > 0).map(|next| {
        let (runs, all) = (next.runs(), next.steps.len());
        let title = format!("saved as it is, {runs} of {all} steps run again (compared with {})", next.commit);
        lens(document, first, &title, "cachalot.predict")
    });
    rate.into_iter().chain(next).collect()
}

fn rebuilds(why: &Why) -> String {
    let verb = if why.sure { "runs if saved now" } else { "may run if saved now" };
    match why.by_line {
        Some(line) => format!("{verb}, with line {line}"),
        None => format!("{verb}: {}", why.text.replace('`', "")),
    }
}

/// The steps of the text that are known.
pub(super) fn with_layers<'t, 'k>(tree: &'t Dockerfile, known: &'k Known) -> Vec<(Written<'t>, &'k Layer)> {
    let steps = written(tree);
    let names: Vec<Named> =
        known.steps.iter().map(|it| Named { stage: it.at.stage, text: &it.at.instruction }).collect();
    let found = align(&steps, &names);
    steps.into_iter().zip(found).filter_map(|(step, at)| Some((step, &known.steps[at?]))).collect()
}

/// The steps of the text that the next build runs, or may run.
pub(super) fn with_reasons<'t, 'n>(tree: &'t Dockerfile, next: &'n Next) -> Vec<(Written<'t>, &'n Why)> {
    let steps = written(tree);
    let names: Vec<Named> = next.steps.iter().map(|it| Named { stage: it.stage, text: &it.instruction }).collect();
    let found = align(&steps, &names);
    steps.into_iter().zip(found).filter_map(|(step, at)| Some((step, next.steps[at?].why.as_ref()?))).collect()
}
