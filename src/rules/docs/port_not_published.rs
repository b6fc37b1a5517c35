use crate::model::Model;
use crate::model::docs::{ImageNames, PortGap, Run, unpublished};
use crate::rules::{DocsCx, DocumentedDockerfile};
use crate::syntax::docker_cli::Invocation;
use crate::syntax::dockerfile::Keyword;
use crate::text::{Source, Span};

use super::shared_image::{base_path, exposed, holds_number};

pub(in crate::rules) fn check(cx: &mut DocsCx) {
    let Some(DocumentedDockerfile { source, model, .. }) = cx.dockerfile else { return };
    let exposed = exposed(model);
    if exposed.is_empty() {
        return;
    }
    let names = ImageNames::new(cx.docs);
    let ports: Vec<u16> = exposed.iter().map(|(port, _)| *port).collect();
    let texts = |wanted: &dyn Fn(Keyword) -> bool| -> Vec<&str> {
        let wanted = model.dockerfile.instructions.iter().filter(|it| wanted(it.kind));
        wanted.map(|it| source.slice(it.span)).collect()
    };
    let others = texts(&|kind| kind != Keyword::Expose);
    let mentions = |port: u16| others.iter().any(|text| holds_number(text, port));
    let tell = [Keyword::Env, Keyword::Cmd, Keyword::Entrypoint, Keyword::Healthcheck, Keyword::Arg];
    let telling = texts(&|kind| tell.contains(&kind));
    let listens =
        |port: u16| telling.iter().any(|text| holds_number(text, port)) || (port == 80 && serves_on_80(model));
    let gaps = unpublished(cx.docs, &names, &ports, &listens, &mentions);
    let place = |gap: &PortGap| exposed.iter().find(|(port, _)| *port == gap.port).map(|(_, span)| *span);
    let places: Vec<(u16, Span)> = gaps.iter().filter_map(|gap| Some((gap.port, place(gap)?))).collect();
    match (gaps.first(), places.first()) {
        (Some(PortGap { instead: Some(instead), run, .. }), Some((port, span))) => {
            report_other(cx, *span, *port, *instead, run);
        }
        (Some(gap), Some(_)) => report_missing(cx, source, &places, &gap.run),
        _ => {}
    }
}

fn report_other(cx: &mut DocsCx, span: Span, port: u16, instead: u16, run: &Run) {
    let call = run.invocation;
    let program = &call.program_word.text;
    cx.report(span, format!("the documented command publishes port {instead}, but the server listens on {port}"))
        .primary_label("the port that the image serves")
        .label_in(run.file.file, call.span, format!("publishes the container's port {instead}, where nothing listens"))
        .note(format!("name the container's port behind the colon: `{program} run -p {instead}:{port} ...`"));
}

fn report_missing(cx: &mut DocsCx, source: &Source, places: &[(u16, Span)], run: &Run) {
    let call = run.invocation;
    let numbers: Vec<String> = places.iter().map(|(port, _)| port.to_string()).collect();
    let message = match &numbers[..] {
        [one] => format!("port {one} is exposed, but the documented command never publishes it"),
        several => format!("ports {} are exposed, but the documented command never publishes them", several.join(", ")),
    };
    let is_udp = |span: Span| source.slice(span).to_lowercase().ends_with("/udp");
    let flag = |(port, span): &(u16, Span)| format!("-p {port}:{port}{} ", if is_udp(*span) { "/udp" } else { "" });
    let flags: String = places.iter().map(flag).collect();
    let mut report = cx.report(places[0].1, message).primary_label("documents the port, publishes nothing");
    for (_, span) in &places[1..] {
        report = report.label(*span, "this one as well");
    }
    report
        .label_in(run.file.file, call.span, "runs the image without publishing the port")
        .note(format!("write `{}`, or readers cannot reach the service", corrected(call, &flags)));
}

/// The command with the ports published, on one line where it is short.
fn corrected(call: &Invocation, flags: &str) -> String {
    let words = call.text.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.split_once(" run ").filter(|_| words.len() <= 90) {
        Some((before, after)) => format!("{before} run {flags}{after}"),
        None => format!("{} run {flags}...", call.program_word.text),
    }
}

/// Web servers whose image listens on port 80 unless told otherwise.
fn serves_on_80(model: &Model) -> bool {
    base_path(model).is_some_and(|path| matches!(path, "nginx" | "httpd" | "caddy"))
}
