//! What the rules about documents ask of the image that a Dockerfile builds.

use crate::model::{Base, Model, Stage, Step};
use crate::shell::Command;
use crate::syntax::dockerfile::{Body, Keyword};
use crate::text::Span;

/// The ports of the image that is built, each with the place of its first mention. A range is left
/// out: nobody publishes all of it.
pub(super) fn exposed(model: &Model) -> Vec<(u16, Span)> {
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

/// True if some EXPOSE names a range or holds a variable: the list of ports is not complete.
pub(super) fn exposes_more(model: &Model) -> bool {
    let Some(target) = model.target_stage() else { return true };
    model.chain(target).flat_map(|stage: &Stage| &stage.steps).any(|step| {
        let Body::Expose(words) = step.body() else { return false };
        words.iter().any(|word| {
            let text = step.expand(word);
            !text.known || text.text.split('/').next().is_none_or(|port| port.parse::<u16>().is_err())
        })
    })
}

/// True if a number stands in a text by itself.
pub(super) fn holds_number(text: &str, port: u16) -> bool {
    let number = port.to_string();
    text.split(|c: char| !c.is_ascii_digit()).any(|part| part == number)
}

/// The path of the image at the bottom, such as `node` or `nginx`.
pub(super) fn base_path<'m>(model: &'m Model) -> Option<&'m str> {
    match model.root_base(model.target_stage()?) {
        Base::Image(image, _) => Some(&image.path),
        _ => None,
    }
}

/// Images of systems and languages, which serve nothing by themselves.
const BARE: [&str; 28] = [
    "alpine",
    "amazonlinux",
    "busybox",
    "centos",
    "debian",
    "fedora",
    "golang",
    "node",
    "openjdk",
    "oraclelinux",
    "eclipse-temurin",
    "amazoncorretto",
    "python",
    "pypy",
    "ruby",
    "rust",
    "ubuntu",
    "rockylinux",
    "almalinux",
    "maven",
    "gradle",
    "elixir",
    "erlang",
    "bun",
    "oven/bun",
    "denoland/deno",
    "swift",
    "dart",
];

/// True if the image at the bottom surely listens on nothing of its own.
pub(super) fn base_is_bare(model: &Model) -> bool {
    let Some(target) = model.target_stage() else { return false };
    match model.root_base(target) {
        Base::Scratch => true,
        Base::Image(image, _) => BARE.contains(&image.path.as_str()),
        _ => false,
    }
}

/// The instruction of that kind that holds for the image.
pub(super) fn effective<'m, 'd>(model: &'m Model<'d>, kind: Keyword) -> Option<&'m Step<'d>> {
    let last_of = |stage: &'m Stage<'d>| stage.steps.iter().rev().find(|step| step.kind() == kind && !step.onbuild);
    model.chain(model.target_stage()?).find_map(last_of)
}

/// The command that a container starts with, with the step it comes from: of CMD or ENTRYPOINT, where
/// only one of them is there and it is one command.
pub(super) fn first_process<'m, 'd>(model: &'m Model<'d>) -> Option<(&'m Step<'d>, &'m Command)> {
    let (cmd, entrypoint) = (effective(model, Keyword::Cmd), effective(model, Keyword::Entrypoint));
    let step = match (cmd, entrypoint) {
        (Some(step), None) | (None, Some(step)) => step,
        _ => return None,
    };
    let mut commands = step.commands();
    let command = commands.next()?;
    (commands.next().is_none() && command.pipe.is_none() && !command.background).then_some((step, command))
}
