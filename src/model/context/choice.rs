//! Which of several folders a Dockerfile is built from.

use crate::model::order::{Class, installs};
use crate::model::paths::{from_root, has_wildcard};
use crate::model::tools::Flag;
use crate::model::{Files, Model};

/// Sources and manifests that are looked for at most.
const MOST: usize = 100;
/// Beginnings and ends of names of files that stand beside a Dockerfile wherever it is built from.
const BESIDE: &[&str] = &["dockerfile", "containerfile", "docker-compose", "compose.", "readme", ".env", ".git"];
const ENDINGS: &[&str] = &[".dockerfile", ".dockerignore", ".containerfile", ".sh", ".md"];

/// The folder among `candidates` that the Dockerfile is built from, as far as what it copies by name
/// tells: that which has most of it and lacks no more than it has; of equals the first. Where it only
/// copies everything, its installs must find their manifests. `None` where nothing fits.
pub fn built_from(model: &Model, candidates: &[&dyn Files]) -> Option<usize> {
    let sources = sources(model);
    if sources.is_empty() && reads_context(model) {
        return by_manifests(model, candidates);
    }
    let count = |files: &dyn Files| sources.iter().filter(|path| files.kind(path).is_some()).count();
    let counts: Vec<usize> = candidates.iter().map(|files| count(*files)).collect();
    let most = counts.iter().copied().max().filter(|most| most * 2 >= sources.len())?;
    counts.iter().position(|count| *count == most)
}

fn reads_context(model: &Model) -> bool {
    model.steps().any(|(_, step)| step.copies_context() || step.mounts.iter().any(|mount| mount.binds_context()))
}

/// What is copied or mounted by name; patterns and what variables stand for are left out.
fn sources(model: &Model) -> Vec<String> {
    let mut found = Vec::new();
    for (_, step) in model.steps().filter(|(_, step)| !step.onbuild) {
        for word in step.transfer().into_iter().filter(|_| step.copies_context()).flat_map(|it| &it.sources) {
            let source = step.expand(word);
            if source.known && !word.raw.starts_with("<<") {
                found.push(source.text);
            }
        }
        let mounts = step.mounts.iter().filter(|mount| mount.binds_context() && mount.known);
        found.extend(mounts.map(|mount| mount.source.clone()));
    }
    let by_name = |path: &String| !path.contains("://") && !path.starts_with("git@") && !has_wildcard(path);
    let paths = found.into_iter().filter(by_name).map(|path| from_root(&path));
    paths.filter(|path| !path.is_empty()).take(MOST).collect()
}

/// The first candidate with a manifest of the installs; where one takes the lock file for granted
/// (`npm ci`), the first that has one too, if any has.
fn by_manifests(model: &Model, candidates: &[&dyn Files]) -> Option<usize> {
    let mut manifests: Vec<String> = Vec::new();
    let mut locks: Vec<&str> = Vec::new();
    for (_, step) in model.steps().filter(|(_, step)| !step.onbuild) {
        for install in installs(step).iter().filter(|install| install.class == Class::Manifest) {
            let tool = install.meaning.tool;
            if install.meaning.has(Flag::Frozen) {
                locks.extend(tool.lock_files.iter().filter(|name| !has_wildcard(name)));
            }
            let named = tool.manifests.iter().chain(tool.lock_files).map(|name| (*name).to_string());
            manifests.extend(named.chain(install.meaning.files.iter().cloned()));
        }
    }
    manifests.retain(|name| !has_wildcard(name));
    manifests.truncate(MOST);
    locks.truncate(MOST);
    let has_manifest = |files: &dyn Files| manifests.iter().any(|name| files.kind(name).is_some());
    let has_lock = |files: &dyn Files| locks.iter().any(|name| files.kind(name).is_some());
    let locked = candidates.iter().position(|files| has_lock(*files) && has_manifest(*files));
    if let Some(at) = locked.or_else(|| candidates.iter().position(|files| has_manifest(*files))) {
        return Some(at);
    }
    let first = candidates.first()?;
    first.list().iter().any(|entry| !is_beside(entry.name())).then_some(0)
}

fn is_beside(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    BESIDE.iter().any(|start| name.starts_with(start)) || ENDINGS.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BuildOptions, MemoryFiles};
    use crate::syntax::dockerfile::parse;
    use crate::text::FileId;

    /// The folder of `docker/Dockerfile` in a project of these files: `docker`, the root, or none.
    fn chosen(text: &str, project: &[&str]) -> Option<&'static str> {
        let (dockerfile, _) = parse(FileId(0), text);
        let model = Model::new(&dockerfile, text, BuildOptions::default());
        let files = |folder: &str| {
            let inner = project.iter().filter_map(|path| path.strip_prefix(folder));
            MemoryFiles::new(inner.map(|path| (path, "")))
        };
        let (own, root) = (files("docker/"), files(""));
        built_from(&model, &[&own, &root]).map(|at| ["docker", "root"][at])
    }

    #[test]
    fn what_is_copied_by_name_tells_the_folder() {
        let project = ["docker/Dockerfile", "docker/entrypoint.sh", "package.json", "src/main.js"];
        let text = "FROM node\nCOPY package.json ./\nCOPY src src\nCOPY docker/entrypoint.sh /\n";
        assert_eq!(chosen(text, &project), Some("root"));
        assert_eq!(chosen("FROM node\nCOPY entrypoint.sh /\n", &project), Some("docker"));
        assert_eq!(chosen("FROM node\nCOPY app.jar lib.jar /\n", &project), None);
        assert_eq!(chosen("FROM node\nRUN --mount=type=bind,source=src,target=/src ls\n", &project), Some("root"));
        // Patterns and what another stage gives say nothing.
        assert_eq!(
            chosen("FROM node AS a\nFROM a\nCOPY --from=a src *.js /\n", &["docker/x.py", "src/a"]),
            Some("docker")
        );
    }

    #[test]
    fn manifests_tell_where_everything_is_copied() {
        let text = "FROM node\nCOPY . .\nRUN npm ci\n";
        assert_eq!(chosen(text, &["docker/Dockerfile", "package.json"]), Some("root"));
        assert_eq!(chosen(text, &["docker/Dockerfile", "docker/package.json", "package.json"]), Some("docker"));
        assert_eq!(chosen("FROM node\nCOPY . .\n", &["docker/Dockerfile", "main.js"]), None);
        // The workspace's lock file lies in its root.
        let member = ["docker/Dockerfile", "docker/package.json", "package.json", "package-lock.json"];
        assert_eq!(chosen(text, &member), Some("root"));
        assert_eq!(chosen("FROM node\nCOPY . .\nRUN npm install\n", &member), Some("docker"));
        assert_eq!(chosen("FROM node\nCOPY . .\n", &["docker/Dockerfile", "docker/main.js"]), Some("docker"));
    }
}
