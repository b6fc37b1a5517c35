//! WORKDIRs with a path that does not begin at the root.

use crate::model::{Base, Workdir, WorkdirOrigin, paths};
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
        let absolute = match may_be_windows(cx, here) {
            true => paths::is_absolute(&expanded.text),
            false => expanded.text.starts_with('/'),
        };
        if expanded.known && !absolute {
            let first = !matches!(here.step.before.workdir, Workdir { origin: WorkdirOrigin::Instruction(_), .. });
            found.push(Relative { here, word, path: expanded.text, first });
        }
    }
    found
}

/// True unless the base image is known to be one of Linux: a drive letter then says which it is.
fn may_be_windows(cx: &DockerfileCx, here: Here) -> bool {
    let shell = here.step.before.shell.dialect;
    let is_linux = match cx.model.root_base(here.stage) {
        Base::Scratch => true,
        Base::Image(_, Some(known)) => !known.windows,
        _ => false,
    };
    !is_linux || matches!(shell, Dialect::Cmd | Dialect::PowerShell) || cx.dockerfile.escape == '`'
}
