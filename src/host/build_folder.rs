use std::path::{Path, PathBuf};

use crate::model::docs::{Docs, build_contexts};
use crate::model::{BuildOptions, Files, Model, built_from};
use crate::syntax::dockerfile::parse;
use crate::text::{FileId, Sources, decode};

use super::docs::folders;
use super::{Contexts, Documents, absolute};

/// The folder that a Dockerfile is built from where nobody says so: what documents and compose files
/// say, else its own folder or one above it, up to the root of the repository, by what it copies.
/// `None` where none of them fits. `model` is asked only where there is a choice.
pub fn build_folder<'m>(
    dockerfile: &Path,
    model: impl FnOnce() -> &'m Model<'m>,
    docs: &Docs,
    contexts: &Contexts,
) -> Option<PathBuf> {
    let folders = folders(&absolute(dockerfile));
    let root = folders.last()?;
    let said: Vec<PathBuf> = build_contexts(docs).iter().map(|folder| root.join(folder)).collect();
    // A Dockerfile at the root is built from there, unless somebody says otherwise.
    let candidates = match (said.is_empty(), folders.len()) {
        (true, 1) => return folders.into_iter().next(),
        (true, _) => folders,
        (false, _) => said,
    };
    if let [only] = candidates.as_slice() {
        return Some(only.clone());
    }
    let files: Vec<_> = candidates.iter().map(|folder| contexts.at(folder)).collect();
    let files: Vec<&dyn Files> = files.iter().map(|it| &**it as &dyn Files).collect();
    built_from(model(), &files).map(|at| candidates[at].clone())
}

/// [`build_folder`] of a Dockerfile on disk with the documents near it; its own folder where none fits.
pub fn likely_context(dockerfile: &Path) -> PathBuf {
    let own = || dockerfile.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_path_buf();
    let Ok(bytes) = super::read(dockerfile) else { return own() };
    let docs = Documents::default().near(dockerfile, &mut Sources::default());
    let text = decode(&bytes).0;
    let (tree, _) = parse(FileId::default(), &text);
    let model = Model::new(&tree, &text, BuildOptions::default());
    build_folder(dockerfile, || &model, &docs, &Contexts::default()).unwrap_or_else(own)
}
