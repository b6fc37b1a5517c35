use crate::model::Model;
use crate::model::tools::{Meaning, Package, Source};
use crate::rules::DockerfileCx;
use crate::rules::commands::Use;

/// `pip install flask` takes whatever version is the newest today.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    super::shared::unpinned(cx, &["pip", "pipx", "uv"], "pip install flask==3.1.1", is_open);
}

fn is_open(_: &Model, it: &Use, meaning: &Meaning, package: &Package) -> bool {
    // Requirement and constraint files may hold the versions.
    let by_file = !meaning.files.is_empty();
    let is_install = matches!(meaning.verb.as_str(), "install" | "pip install" | "tool install" | "");
    if by_file || !is_install || it.command.name == "ensurepip" {
        return false;
    }
    match package.source {
        Source::Registry => package.version.is_none(),
        Source::Url => is_repository(&package.text) && !has_revision(&package.text),
        _ => false,
    }
}

fn is_repository(address: &str) -> bool {
    ["git+", "hg+", "svn+", "bzr+", "git://"].iter().any(|scheme| address.contains(scheme))
}

/// `git+https://host/owner/name.git@v1#egg=name`: the revision stands behind the path.
fn has_revision(address: &str) -> bool {
    let address = address.split('#').next().unwrap_or(address);
    let path = address.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map_or("", |(_, path)| path);
    path.contains('@') || path.contains('$')
}
