//! Copies that need nothing of the layers below them.

use crate::shell::Dialect;
use crate::syntax::dockerfile::{Body, Keyword};

use super::super::Step;
use super::super::paths::clean;

/// Folders that are symlinks in common images: `--link` would put a folder in their place.
const LINKED: &[&str] = &["/bin", "/sbin", "/lib", "/lib64", "/lib32", "/var/run", "/var/lock"];

/// True for a COPY that means the same without the files below it, as far as that can be known: with
/// `--link` its layer outlives a change of those.
pub fn can_link(step: &Step) -> bool {
    let (Body::Copy(transfer), false) = (step.body(), step.onbuild) else { return false };
    let flag = |name: &str| step.instruction.flag(name);
    let owner = flag("chown").and_then(|it| it.value.as_ref());
    // Names are looked up in the image below, which is not there.
    let numeric = owner.is_none_or(|word| word.raw.chars().all(|c| c.is_ascii_digit() || c == ':'));
    let dest = step.expand(&transfer.dest);
    let Some(dest) = dest.known.then(|| step.before.workdir.join(&dest.text)).flatten() else { return false };
    let dest = clean(&dest);
    let is_linked = LINKED.iter().any(|folder| dest == *folder || dest.starts_with(&format!("{folder}/")));
    // Windows layers cannot be put over one another.
    let windows = matches!(step.before.shell.dialect, Dialect::Cmd | Dialect::PowerShell);
    step.kind() == Keyword::Copy
        && !windows
        && flag("link").is_none()
        && flag("chmod").is_none()
        && flag("parents").is_none()
        && numeric
        && !is_linked
        && dest != "/"
}
