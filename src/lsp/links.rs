//! `textDocument/documentLink`: images, downloads, the frontend, and the pages of silenced rules.

use serde_json::{Value, json};

use crate::model::{Base, DependencyTarget, ImageRef, Model};
use crate::rules;
use crate::syntax::dockerfile::{Body, Dockerfile, PragmaKind, pragmas};
use crate::text::Span;

use super::document::Snapshot;
use super::server::{Failure, Server};

/// A place and where it leads.
type Link = (Span, String);

/// `textDocument/documentLink`.
pub(super) fn links(server: &mut Server, uri: &str, _: usize, _: &Value) -> Result<Value, Failure> {
    let Some(document) = server.documents.get(uri) else { return Ok(Value::Null) };
    let tree = document.tree();
    let mut found = directives(tree);
    found.extend(images(document.model()));
    found.extend(downloads(tree));
    found.extend(silenced(document, tree));
    found.sort();
    let range = |span| document.lines.range(&document.text, span);
    Ok(found.into_iter().map(|(span, target)| json!({"range": range(span), "target": target})).collect())
}

/// `# syntax=docker/dockerfile:1`.
fn directives(tree: &Dockerfile) -> Vec<Link> {
    let syntax = tree.directives.iter().filter(|directive| directive.key == "syntax");
    syntax.filter_map(|it| Some((it.value_span, page(&ImageRef::parse(&it.value))?))).collect()
}

/// FROM, `COPY --from` and `--mount=…,from=`, where they name no stage.
fn images(model: &Model) -> Vec<Link> {
    let mut found = Vec::new();
    for stage in &model.stages {
        if let (Base::Image(image, _), Some(from)) = (&stage.base, stage.from_body) {
            found.extend(page(image).map(|page| (from.image.span, page)));
        }
        for dependency in stage.dependencies.iter().filter(|it| it.step.is_some()) {
            if let DependencyTarget::Image(name) = &dependency.target {
                found.extend(page(&ImageRef::parse(name)).map(|page| (dependency.span, page)));
            }
        }
    }
    found
}

/// The page of an image's repository, for the registries that have one for people.
fn page(image: &ImageRef) -> Option<String> {
    if !image.is_valid() {
        return None;
    }
    if let Some(path) = image.docker_hub() {
        let kind = if path.contains('/') { "r" } else { "_" };
        return (path != "scratch").then(|| format!("https://hub.docker.com/{kind}/{path}"));
    }
    let path = &image.path;
    match image.registry.as_deref()? {
        "ghcr.io" => {
            let (owner, name) = path.split_once('/')?;
            let repository = name.split('/').next()?;
            let package = name.replace('/', "%2F");
            Some(format!("https://github.com/{owner}/{repository}/pkgs/container/{package}"))
        }
        "mcr.microsoft.com" => Some(format!("https://mcr.microsoft.com/artifact/mar/{path}")),
        "quay.io" => Some(format!("https://quay.io/repository/{path}")),
        "public.ecr.aws" => Some(format!("https://gallery.ecr.aws/{path}")),
        _ => None,
    }
}

/// The URLs of ADD, as far as they are constant.
fn downloads(tree: &Dockerfile) -> Vec<Link> {
    let sources = tree.instructions.iter().filter_map(|it| match &it.body {
        Body::Add(transfer) => Some(&transfer.sources),
        _ => None,
    });
    let is_url = |text: &str| text.starts_with("https://") || text.starts_with("http://");
    let constant = sources.flatten().filter(|word| word.is_constant() && is_url(&word.raw));
    constant.map(|word| (word.span, word.raw.clone())).collect()
}

/// The pages of the rules that comments silence.
fn silenced(document: &Snapshot, tree: &Dockerfile) -> Vec<Link> {
    let page = |name: &str| match rules::named(name).first() {
        Some(rule) => Some(rule.url()),
        None => rules::is_shellcheck_code(name).then(|| rules::wiki_url(name)),
    };
    silenced_names(document, tree).into_iter().filter_map(|(span, name)| Some((span, page(&name)?))).collect()
}

/// The names of rules in comments and in `# check=skip=`.
pub(super) fn silenced_names(document: &Snapshot, tree: &Dockerfile) -> Vec<(Span, String)> {
    let mut found = Vec::new();
    for pragma in pragmas(tree, &document.text) {
        match pragma.kind {
            PragmaKind::Ignore(ignore) => found.extend(ignore.names.into_iter().map(|(name, span)| (span, name))),
            PragmaKind::Check(_) => {
                let text = pragma.span.slice(&document.text);
                found.extend(spelled(text, pragma.span.start).map(|(name, span)| (span, name.to_string())));
            }
            _ => {}
        }
    }
    found
}

/// The names after `skip=` with their places.
fn spelled(text: &str, start: u32) -> impl Iterator<Item = (&str, Span)> {
    let from = text.find("skip=").map_or(text.len(), |at| at + "skip=".len());
    let list = text[from..].split(';').next().unwrap_or_default();
    let offset = move |name: &str| start + (name.as_ptr() as usize - text.as_ptr() as usize) as u32;
    list.split(',')
        .map(str::trim)
        .map(move |name| (name, Span::at(offset(name)).to(Span::at(offset(name) + name.len() as u32))))
}
