use super::shared::{Offered, offered};
use super::shared_image::{base_is_bare, exposed, exposes_more, holds_number};
use crate::model::docs::{ImageNames, Run, RunKind, container_port, runs};
use crate::model::{BuildOptions, Model};
use crate::rules::{DocsCx, DocumentedDockerfile};
use crate::syntax::builds::Build;
use crate::syntax::dockerfile;
use crate::text::{FileId, Span};

pub(in crate::rules) fn check(cx: &mut DocsCx) {
    match cx.dockerfile {
        Some(documented) => of_commands(cx, documented),
        None => of_services(cx),
    }
}

/// Documented commands that publish one port, and none that the Dockerfile exposes.
fn of_commands(cx: &mut DocsCx, DocumentedDockerfile { source, model, .. }: DocumentedDockerfile) {
    let exposed = exposed(model);
    let Some((port, span)) = exposed.first().copied().filter(|_| base_is_bare(model) && !exposes_more(model)) else {
        return;
    };
    let published = cx.docs.published();
    if exposed.iter().any(|(port, _)| published.has(*port)) {
        return;
    }
    let names = ImageNames::new(cx.docs);
    let of_image: Vec<Run> = runs(cx.docs, &names).into_iter().filter(|run| run.kind != RunKind::Other).collect();
    let Some((run, wrong)) = of_image.iter().find_map(|run| Some((run, only_port(run)?))) else { return };
    let is_told = of_image.iter().any(|run| is_told(run, wrong)) || holds_number(&source.text, wrong);
    // A port that the Dockerfile itself shows to be served is the business of `port-not-published`.
    let elsewhere = model.dockerfile.instructions.iter().filter(|it| it.kind != dockerfile::Keyword::Expose);
    if is_told || elsewhere.into_iter().any(|it| holds_number(source.slice(it.span), port)) {
        return;
    }
    cx.report(span, format!("the documented command publishes port {wrong}, but the image exposes {port}"))
        .primary_label("the port that the image names")
        .label_in(run.file.file, run.invocation.span, format!("publishes the container's port {wrong}"))
        .note(format!("one of the two is wrong: publish {port} (`-p {wrong}:{port}`), or expose {wrong}"));
}

fn only_port(run: &Run) -> Option<u16> {
    match run.published() {
        (ports, true) if ports.len() == 1 => ports.first().copied(),
        _ => None,
    }
}

/// True if the command itself makes the server listen on the port, or reads that from a file.
fn is_told(run: &Run, port: u16) -> bool {
    let call = run.invocation;
    let env = call.values("env").any(|value| holds_number(&value.text, port));
    env || call.has("env-file") || call.args.iter().skip(1).any(|arg| holds_number(&arg.text, port))
}

/// Services of compose that publish a port which the Dockerfile that they build does not expose.
fn of_services(cx: &mut DocsCx) {
    let (of_compose, Some(project)) = (cx.builds.filter(|it| !it.is_bake), cx.project) else { return };
    for Offered { build, path, .. } in offered(cx, of_compose) {
        if build.overrides || build.ports.is_empty() {
            continue;
        }
        let Some(text) = project.read(&path) else { continue };
        let ports = build.ports.iter().filter_map(container_port).collect::<Vec<_>>();
        let Some(exposed) = surely_exposed(&text, build.target.as_ref().map(|it| it.text.clone())) else { continue };
        if ports.iter().any(|(port, _)| exposed.contains(port)) {
            continue;
        }
        for (port, span) in ports.into_iter().filter(|(port, _)| !holds_number(&text, *port) && !sets(build, *port)) {
            report_service(cx, build, &path, port, span, &exposed);
        }
    }
}

fn report_service(cx: &mut DocsCx, build: &Build, path: &str, port: u16, span: Span, exposed: &[u16]) {
    let list = exposed.iter().map(u16::to_string).collect::<Vec<_>>().join(", ");
    let name = &build.name.text;
    cx.report(span, format!("service `{name}` publishes port {port}, but `{path}` exposes {list}"))
        .note(format!("the number behind the last colon is the container's port: `HOST:{}`", exposed[0]));
}

/// True if the service's environment names the port.
fn sets(build: &Build, port: u16) -> bool {
    build.environment.iter().any(|pair| !pair.known || holds_number(&pair.text, port))
}

/// The ports that a Dockerfile exposes, if it exposes some and its base surely adds none.
fn surely_exposed(text: &str, target: Option<String>) -> Option<Vec<u16>> {
    let (tree, _) = dockerfile::parse(FileId::default(), text);
    let model = Model::new(&tree, text, BuildOptions { target, ..BuildOptions::default() });
    let ports: Vec<u16> = exposed(&model).into_iter().map(|(port, _)| port).collect();
    (!ports.is_empty() && base_is_bare(&model) && !exposes_more(&model)).then_some(ports)
}
