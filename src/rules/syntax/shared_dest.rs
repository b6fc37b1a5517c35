//! Where COPY and ADD put several sources.

use crate::model::{Step, paths};
use crate::rules::DockerfileCx;
use crate::rules::steps::{self, Here};
use crate::syntax::dockerfile::{Body, Word};

/// A destination of several sources that does not end in `/`.
pub(super) struct Dest<'m> {
    pub here: Here<'m>,
    pub word: &'m Word,
    /// True where it may be a folder that exists, or where that is not known.
    pub may_be_folder: bool,
    /// True for `.` and the like, which are folders for certain.
    pub is_dot: bool,
    /// True if a `/` can simply be put behind it.
    pub plain: bool,
}

/// Destinations without a `/` at the end.
pub(super) fn judge<'m>(cx: &DockerfileCx<'m>) -> Vec<Dest<'m>> {
    let mut found = Vec::new();
    for here in steps::all(cx.model) {
        let Some(transfer) = here.step.transfer().filter(|transfer| transfer.sources.len() > 1) else { continue };
        let word = &transfer.dest;
        let expanded = here.step.expand(word);
        if expanded.text.ends_with(['/', '\\']) {
            continue;
        }
        let last = expanded.text.rsplit(['/', '\\']).next().unwrap_or_default();
        let is_dot = matches!(last, "." | "..");
        let may_be_folder = is_dot || !expanded.known || !word.is_constant() || may_exist(&here, &expanded.text);
        let plain = word.is_constant() && !transfer.json && !word.raw.contains(['"', '\'']);
        found.push(Dest { here, word, may_be_folder, is_dot, plain });
    }
    found
}

/// True if something before the step, or the base image, may have made the folder: the working
/// folder, the target of an earlier COPY, a path that a RUN names, or a folder that every system has.
fn may_exist(here: &Here, dest: &str) -> bool {
    let Some(path) = here.step.before.workdir.join(dest) else { return true };
    let parts = path.split('/').filter(|part| !part.is_empty()).count();
    if parts < 2 && !matches!(here.stage.base, crate::model::Base::Scratch) && COMMON.contains(&path.as_str()) {
        return true;
    }
    let known_folder = |step: &Step| match step.body() {
        Body::Run(_) => step.instruction.logical.text.contains(dest.trim_end_matches('/')),
        Body::Workdir(word) => {
            let made = step.before.workdir.join(&step.expand(word).text);
            made.is_none_or(|made| paths::clean(&made).starts_with(path.as_str()))
        }
        Body::Copy(transfer) | Body::Add(transfer) => {
            let made = step.before.workdir.join(&step.expand(&transfer.dest).text);
            made.is_none_or(|made| made == path || made.starts_with(&format!("{path}/")))
        }
        _ => false,
    };
    let earlier = here.stage.steps.iter().filter(|step| step.index < here.step.index && !step.onbuild);
    here.step.before.workdir.path.as_deref() == Some(path.as_str())
        || !matches!(here.stage.base, crate::model::Base::Scratch | crate::model::Base::Image(..))
        || SYSTEM.iter().any(|folder| path == *folder)
        || earlier.into_iter().any(known_folder)
}

const COMMON: [&str; 19] = [
    "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/lib64", "/media", "/mnt", "/opt", "/proc", "/root", "/run",
    "/sbin", "/srv", "/sys", "/tmp", "/usr", "/var",
];
const SYSTEM: [&str; 14] = [
    "/usr/bin",
    "/usr/sbin",
    "/usr/lib",
    "/usr/share",
    "/usr/local",
    "/usr/local/bin",
    "/usr/local/sbin",
    "/usr/local/lib",
    "/usr/local/etc",
    "/usr/src",
    "/usr/src/app",
    "/var/lib",
    "/var/www",
    "/var/www/html",
];
