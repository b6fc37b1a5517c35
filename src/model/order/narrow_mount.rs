//! Bind mounts of the whole context that an install reads a file or two of.

use crate::diagnostic::{Edit, Fix};

use super::super::paths::clean;
use super::{LateInstall, Origin, Scripts};

/// More mounts than this are no help to a reader.
const MOUNTS: usize = 6;

/// Mounts only what the install reads; `None` where that is not known, is a folder, or more than the
/// install uses the mount.
pub fn narrow_mount(late: &LateInstall) -> Option<Fix> {
    let [sufferer] = late.installs.as_slice() else { return None };
    let mount = sufferer.step.mounts.iter().find(|it| it.span == late.copy.span)?;
    let reads = &sufferer.reads;
    let fits = late.also.is_empty()
        && late.copy.origin == Origin::Mount
        && sufferer.scripts != Scripts::Project
        && sufferer.step.commands().count() == 1
        && !mount.writable
        && (1..=MOUNTS).contains(&reads.len())
        && reads.iter().all(|path| !path.ends_with('/') && !path.contains([',', ' ', '"', '$']));
    if !fits {
        return None;
    }
    let source = mount.source.trim_matches('/');
    let flag = |path: &String| {
        let rest = path.strip_prefix(source).unwrap_or(path).trim_start_matches('/');
        let target = clean(&format!("{}/{rest}", mount.target));
        format!("--mount=type=bind,source={path},target={target}")
    };
    let flags: Vec<String> = reads.iter().map(flag).collect();
    let title = format!("mount only what `{}` reads", sufferer.install.meaning.title());
    let line = sufferer.step.instruction.lines.0;
    Some(Fix::unsafe_(title, vec![Edit::replace(mount.span, flags.join(" "))]).touching([line]))
}
