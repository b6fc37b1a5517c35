//! Installs whose downloads a cache mount would keep.

use crate::diagnostic::{Edit, Fix};

use super::super::tools::{Action, CacheDir, Flag};
use super::super::{Step, UserOrigin};
use super::install::{Class, Install, installs};

/// Tools whose cache is nothing but a cache: what is installed lies elsewhere.
const PLAIN_CACHES: &[&str] = &["npm", "yarn", "pnpm", "pip", "uv", "composer"];

/// The install of a RUN that downloads everything each time it runs, with the mount that would keep
/// the downloads; `None` where the RUN empties the cache itself or another user than root runs it.
pub fn missing_cache_mount<'s>(step: &'s Step) -> Option<(&'s Install, Fix)> {
    let install = installs(step).iter().find(|it| {
        let meaning = &it.meaning;
        it.class == Class::Manifest
            && !it.cached
            && PLAIN_CACHES.contains(&meaning.tool.name)
            && !meaning.has(Flag::NoCache)
    })?;
    let cleans = step.meanings().iter().flatten().any(|it| it.action == Action::Clean)
        || step.commands().any(|it| it.name == "rm");
    let dir: &CacheDir = install.meaning.tool.cache_dirs.first()?;
    let user = &step.before.user;
    let is_root = user.is_root() || user.name.is_none() && user.origin == UserOrigin::UnknownBase;
    if cleans || !is_root || step.onbuild {
        return None;
    }
    let line = step.instruction.lines.0;
    let title = format!("keep the downloads of `{}` (line {line}) in a cache mount", install.meaning.title());
    let mount = format!(" --mount=type=cache,target={}", dir.for_home("/root"));
    let fix = Fix::unsafe_(title, vec![Edit::insert(step.instruction.keyword.span.end, mount)]).touching([line]);
    Some((install, fix))
}
