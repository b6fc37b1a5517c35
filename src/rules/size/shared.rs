//! Where a command's paths lie in the image.

use crate::model::{Step, paths};
use crate::shell::{Command, Cwd};

/// The absolute path of `path` as the command sees it; `None` where it is not known.
pub(super) fn absolute(step: &Step, command: &Command, path: &str) -> Option<String> {
    if path.contains(['$', '`', '~', '*', '?', '{']) {
        return None;
    }
    if path.starts_with('/') {
        return Some(paths::clean(path));
    }
    let folder = match &command.cwd {
        Cwd::Workdir => step.before.workdir.path.clone()?,
        Cwd::Known(cwd) => step.before.workdir.join(cwd)?,
        Cwd::Unknown => return None,
    };
    Some(paths::clean(&format!("{folder}/{path}")))
}

/// True if `path` is `folder` or lies in it.
pub(super) fn is_within(path: &str, folder: &str) -> bool {
    path == folder || folder == "/" || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}
