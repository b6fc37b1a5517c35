use crate::model::Model;
use crate::model::tools::{Meaning, Package, Source};
use crate::rules::DockerfileCx;
use crate::rules::commands::Use;

/// `npm install express` takes whatever version is the newest today.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    super::shared::unpinned(cx, &["npm"], "npm install express@5.1.0", is_open);
}

fn is_open(_: &Model, _: &Use, _: &Meaning, package: &Package) -> bool {
    match package.source {
        Source::Registry => !package.is_pinned(),
        Source::Url => is_repository(&package.text) && package.version.is_none(),
        _ => false,
    }
}

/// An archive by its address is what it is; a repository without a revision moves.
fn is_repository(address: &str) -> bool {
    address.starts_with("git") || !address.contains("://")
}
