use crate::model::docs::{ImageNames, PortGap, unpublished};
use crate::model::{Base, Model, Stage};
use crate::rules::{DocsCx, DocumentedDockerfile};
use crate::syntax::dockerfile::{Body, Keyword};
use crate::text::Span;

pub(in crate::rules) fn check(cx: &mut DocsCx) {
    let Some(DocumentedDockerfile { source, model }) = cx.dockerfile else { return };
    let exposed = exposed(model);
    if exposed.is_empty() {
        return;
    }
    let names = ImageNames::new(cx.docs);
    let ports: Vec<u16> = exposed.iter().map(|(port, _)| *port).collect();
    let instructions: Vec<(Keyword, &str)> =
        model.dockerfile.instructions.iter().map(|it| (it.kind, source.slice(it.span))).collect();
    let mentions = |port: u16| {
        let others = instructions.iter().filter(|(kind, _)| *kind != Keyword::Expose);
        others.into_iter().any(|(_, text)| holds_number(text, port))
    };
    let listens = |port: u16| {
        let telling = [Keyword::Env, Keyword::Cmd, Keyword::Entrypoint, Keyword::Healthcheck, Keyword::Arg];
        let said = instructions.iter().any(|(kind, text)| telling.contains(kind) && holds_number(text, port));
        said || (port == 80 && serves_on_80(model))
    };
    for gap in unpublished(cx.docs, &names, &ports, &listens, &mentions) {
        let Some((_, span)) = exposed.iter().find(|(port, _)| *port == gap.port) else { continue };
        report(cx, *span, &gap);
    }
}

fn report(cx: &mut DocsCx, span: Span, gap: &PortGap) {
    let port = gap.port;
    let run = gap.run.invocation;
    let file = gap.run.file.file;
    let program = &run.program_word.text;
    match gap.instead {
        Some(instead) => cx
            .report(span, format!("the documented command publishes port {instead}, but the server listens on {port}"))
            .primary_label("the port that the image serves")
            .label_in(file, run.span, format!("publishes the container's port {instead}, where nothing listens"))
            .note(format!("name the container's port behind the colon: `{program} run -p {instead}:{port} ...`")),
        None => cx
            .report(span, format!("port {port} is exposed, but the documented command never publishes it"))
            .primary_label("documents the port, publishes nothing")
            .label_in(file, run.span, "runs the image without publishing the port")
            .note(format!("write `{}`, or readers cannot reach the service", corrected(gap))),
    };
}

/// The command with the port published, on one line where it is short.
fn corrected(gap: &PortGap) -> String {
    let run = gap.run.invocation;
    let port = gap.port;
    let words = run.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let program = &run.program_word.text;
    match words.split_once(" run ").filter(|_| words.len() <= 90) {
        Some((before, after)) => format!("{before} run -p {port}:{port} {after}"),
        None => format!("{program} run -p {port}:{port} ..."),
    }
}

/// The ports of the image that is built, each with the place of its first mention. A range is left
/// out: nobody publishes all of it.
fn exposed(model: &Model) -> Vec<(u16, Span)> {
    let Some(target) = model.target_stage() else { return Vec::new() };
    let mut found: Vec<(u16, Span)> = Vec::new();
    for step in model.chain(target).flat_map(|stage: &Stage| &stage.steps) {
        let Body::Expose(words) = step.body() else { continue };
        for word in words.iter().filter(|_| !step.onbuild) {
            let text = step.expand(word);
            let port = text.text.split('/').next().unwrap_or("").parse::<u16>();
            if let (true, Ok(port)) = (text.known, port)
                && !found.iter().any(|(other, _)| *other == port)
            {
                found.push((port, word.span));
            }
        }
    }
    found.sort_by_key(|(_, span)| *span);
    found
}

fn holds_number(text: &str, port: u16) -> bool {
    let number = port.to_string();
    text.split(|c: char| !c.is_ascii_digit()).any(|part| part == number)
}

/// Web servers whose image listens on port 80 unless told otherwise.
fn serves_on_80(model: &Model) -> bool {
    let Some(target) = model.target_stage() else { return false };
    match model.root_base(target) {
        Base::Image(image, _) => matches!(image.path.as_str(), "nginx" | "httpd" | "caddy"),
        _ => false,
    }
}
