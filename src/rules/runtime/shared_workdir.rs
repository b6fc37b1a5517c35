//! WORKDIRs with a path that does not begin at the root.

use crate::model::{Workdir, WorkdirOrigin, paths};
use crate::rules::DockerfileCx;
use crate::rules::steps::{self, Here};
use crate::shell::Dialect;
use crate::syntax::dockerfile::{Body, Word};

/// A relative WORKDIR.
pub(super) struct Relative<'m> {
    pub here: Here<'m>,
    pub word: &'m Word,
    /// The path with variables replaced.
    pub path: String,
    /// True where no WORKDIR of this file comes before it in the chain of stages.
    pub first: bool,
}

/// All relative WORKDIRs; those whose variables only the build knows are left out.
pub(super) fn relative<'m>(cx: &DockerfileCx<'m>) -> Vec<Relative<'m>> {
    let mut found = Vec::new();
    for here in steps::all(cx.model) {
        let Body::Workdir(word) = here.step.body() else { continue };
        let expanded = here.step.expand(word);
        let windows = here.step.before.shell.dialect == Dialect::Cmd
            || here.step.before.shell.dialect == Dialect::PowerShell
            || cx.dockerfile.escape == '`';
        let absolute = if windows { paths::is_absolute(&expanded.text) } else { is_absolute(&expanded.text) };
        if expanded.known && !absolute {
            let first = !matches!(here.step.before.workdir, Workdir { origin: WorkdirOrigin::Instruction(_), .. });
            found.push(Relative { here, word, path: expanded.text, first });
        }
    }
    found
}

/// A drive letter says that the image is one of Windows, whatever its name.
fn is_absolute(path: &str) -> bool {
    path.starts_with('/') || path.as_bytes().get(1) == Some(&b':') && path.as_bytes()[0].is_ascii_alphabetic()
}
