use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::paths::{absolute, slashed};
use super::{display, read};
use crate::model::docs::{DocFile, DocText, Docs, Recipe, RecipeText, is_bake, is_workflow};
use crate::syntax::markup::Markup;
use crate::text::{Source, Sources, decode};

/// Bytes of a document read at most.
const MAX_BYTES: u64 = 2 << 20;
/// Documents of one Dockerfile at most.
const MAX_FILES: usize = 60;
/// Folders above a Dockerfile that are looked into at most.
const MAX_DEPTH: usize = 12;

/// The documents of a run: each is read once, however many Dockerfiles it stands beside.
#[derive(Debug, Default)]
pub struct Documents {
    folders: Mutex<HashMap<PathBuf, Arc<Vec<Document>>>>,
    recipes: Mutex<HashMap<PathBuf, Arc<Recipes>>>,
}

type Recipes = Vec<(PathBuf, Arc<RecipeText>)>;

#[derive(Debug)]
struct Document {
    path: PathBuf,
    /// True for a document that speaks of all folders below its own.
    wide: bool,
    source: Source,
    doc: Arc<DocText>,
}

impl Documents {
    /// The documents near a Dockerfile: all of its folder, and those of the folders above it that
    /// speak of the whole project. They are added to `sources`.
    pub fn near(&self, dockerfile: &Path, sources: &mut Sources) -> Docs {
        let path = absolute(dockerfile);
        let folders = folders(&path);
        let Some(root) = folders.last().cloned() else { return Docs::default() };
        let relative = |path: &Path| path.strip_prefix(&root).map(slashed).unwrap_or_default();
        let root_name = root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mut docs = Docs { dockerfile: relative(&path), root_name, ..Docs::default() };
        for (depth, folder) in folders.iter().enumerate() {
            let documents = self.of(folder);
            let wanted = documents.iter().filter(|document| depth == 0 || document.wide);
            for document in wanted.take(MAX_FILES.saturating_sub(docs.files.len())) {
                let file = sources.add(document.source.clone());
                docs.files.push(DocFile { file, path: relative(&document.path), doc: document.doc.clone() });
            }
        }
        let recipes = folders.iter().map(|folder| self.recipes_of(folder, *folder == root));
        let recipes = recipes.flat_map(|it| it.iter().cloned().collect::<Vec<_>>()).take(MAX_FILES);
        docs.recipes = recipes.map(|(path, says)| Recipe { path: relative(&path), says }).collect();
        docs
    }

    fn recipes_of(&self, folder: &Path, is_root: bool) -> Arc<Recipes> {
        once(&self.recipes, folder, || recipes(folder, is_root))
    }

    fn of(&self, folder: &Path) -> Arc<Vec<Document>> {
        once(&self.folders, folder, || documents(folder))
    }
}

/// What was read of a folder before, or else what `read` gives. Nobody waits while it is read: two who come
/// at the same time both do.
fn once<T>(known: &Mutex<HashMap<PathBuf, Arc<T>>>, folder: &Path, read: impl FnOnce() -> T) -> Arc<T> {
    if let Ok(known) = known.lock()
        && let Some(found) = known.get(folder)
    {
        return found.clone();
    }
    let found = Arc::new(read());
    if let Ok(mut known) = known.lock() {
        known.insert(folder.to_path_buf(), found.clone());
    }
    found
}

/// The folder of the project that a file belongs to: that of its repository, or else the outermost folder
/// within the current one.
pub fn project_root(path: &Path) -> PathBuf {
    folders(&absolute(path)).pop().unwrap_or_default()
}

/// The Dockerfile's folder and those above it: up to the root of the repository, or else as long as
/// they lie in the current folder.
pub(super) fn folders(path: &Path) -> Vec<PathBuf> {
    let above: Vec<&Path> = path.ancestors().skip(1).take(MAX_DEPTH).collect();
    let repository = above.iter().position(|folder| folder.join(".git").exists());
    let current = std::env::current_dir().ok();
    let within = || above.iter().take_while(|folder| current.as_ref().is_some_and(|it| folder.starts_with(it))).count();
    let count = repository.map_or_else(within, |at| at + 1).max(1);
    above.into_iter().take(count).map(Path::to_path_buf).collect()
}

fn documents(folder: &Path) -> Vec<Document> {
    let mut found = list(folder);
    found.extend(list(&folder.join("docs")).into_iter().map(|(path, _)| (path, true)));
    found.into_iter().filter_map(|(path, wide)| document(path, wide)).collect()
}

/// The documents of one folder, and which of them speak of the whole project.
fn list(folder: &Path) -> Vec<(PathBuf, bool)> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found = Vec::new();
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
        let is_document = Markup::of(&name).is_some() || is_compose(&name) || name.starts_with("readme");
        if is_document {
            let wide = ["readme", "docker", "install", "deploy", "usage"].iter().any(|start| name.starts_with(start));
            found.push((path, wide || is_compose(&name)));
        }
    }
    found.sort_by_key(|(path, wide)| (!wide, path.clone()));
    found
}

/// The bake files of a folder; at the repository's root also the workflows of its CI.
fn recipes(folder: &Path, is_root: bool) -> Recipes {
    let lower = |path: &Path| path.file_name().map(|it| it.to_string_lossy().to_lowercase()).unwrap_or_default();
    let files = |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten().map(|it| it.path());
    let mut paths: Vec<PathBuf> = files(folder).filter(|path| is_bake(&lower(path))).collect();
    if is_root {
        let workflows = files(&folder.join(".github").join("workflows")).chain([folder.join(".gitlab-ci.yml")]);
        paths.extend(workflows.filter(|path| is_workflow(&lower(path))));
    }
    paths.sort();
    let read = |path: PathBuf| {
        fs::metadata(&path).ok().filter(|it| it.is_file() && it.len() <= MAX_BYTES)?;
        let text = decode(&super::read(&path).ok()?).0.to_string();
        Some((path.clone(), Arc::new(RecipeText::of(&lower(&path), &text)?)))
    };
    paths.into_iter().take(MAX_FILES).filter_map(read).collect()
}

fn is_compose(name: &str) -> bool {
    name.contains("compose") && (name.ends_with(".yml") || name.ends_with(".yaml"))
}

fn document(path: PathBuf, wide: bool) -> Option<Document> {
    let meta = fs::metadata(&path).ok()?;
    if !meta.is_file() || meta.len() > MAX_BYTES {
        return None;
    }
    let name = path.file_name()?.to_string_lossy().to_lowercase();
    let source = Source::from_bytes(display(&path), &read(&path).ok()?);
    let text = source.text.clone();
    let doc = match Markup::of(&name) {
        Some(markup) => DocText::document(markup, text),
        None if is_compose(&name) => DocText::compose(text),
        None => DocText::other(text),
    };
    Some(Document { path, wide, source, doc: Arc::new(doc) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_documents_up_to_the_repository() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let put = |path: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("is in a folder")).expect("creates");
            fs::write(path, "docker build .").expect("writes");
        };
        for path in [
            "r/.git/HEAD",
            "r/README.md",
            "r/NOTES.md",
            "r/docs/x.md",
            "r/a/NOTES.md",
            "r/a/b/c/Dockerfile",
            "README.md",
        ] {
            put(path);
        }
        let mut sources = Sources::default();
        let docs = Documents::default().near(&folder.path().join("r/a/b/c/Dockerfile"), &mut sources);
        let paths: Vec<&str> = docs.files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["README.md", "docs/x.md"]);
        assert_eq!((docs.dockerfile.as_str(), docs.root_name.as_str()), ("a/b/c/Dockerfile", "r"));
    }
}
