//! Compose and bake files that are read on top of others: what they leave out stands below.

use std::borrow::Cow;

use super::Project;
use crate::syntax::builds::{Build, compose};

/// Names of the compose file that others lie on top of.
const BASES: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

/// The build with what the file below says of it; `None` where something is left out and nobody knows
/// which file says it.
pub(super) fn merged<'b>(project: &Project, build: &'b Build) -> Option<Cow<'b, Build>> {
    let name = project.file.rsplit('/').next().unwrap_or(project.file).to_lowercase();
    let is_whole = match is_bake(&name) {
        true => !name.contains("override") || (build.context.is_some() && build.dockerfile.is_some()),
        false => BASES.contains(&name.as_str()) || build.context.is_some() || build.inline,
    };
    if is_whole {
        return Some(Cow::Borrowed(build));
    }
    let below = base(project, &build.name.text)?;
    let mut merged = build.clone();
    merged.context = below.context;
    merged.dockerfile = merged.dockerfile.or(below.dockerfile);
    merged.inline |= below.inline;
    merged.overrides |= below.overrides;
    merged.context.is_some().then_some(Cow::Owned(merged))
}

/// True for `build: .` in a file that others lie on top of: it stands beside its Dockerfile.
pub(super) fn means_own_folder(project: &Project, build: &Build) -> bool {
    let name = project.file.rsplit('/').next().unwrap_or(project.file);
    let context = build.context.as_ref().map_or(".", |text| text.text.trim_end_matches('/'));
    BASES.contains(&name) && matches!(context, "." | "")
}

/// The service of that name in the compose file beside the project's file.
fn base(project: &Project, name: &str) -> Option<Build> {
    let text = BASES.iter().find_map(|base| project.read(&project.path(base)?))?;
    compose(&text)?.list.into_iter().find(|build| build.name.text == name && build.builds)
}

/// True for a bake file, by its name.
pub(super) fn is_bake(path: &str) -> bool {
    path.rsplit('/').next().unwrap_or(path).to_lowercase().starts_with("docker-bake")
}

/// The folders above one, nearest first; the root is the empty one.
pub(super) fn above(folder: &str) -> impl Iterator<Item = &str> {
    let parents = folder.char_indices().rev().filter(|(_, c)| *c == '/').map(|(at, _)| &folder[..at]);
    parents.chain((!folder.is_empty()).then_some(""))
}
