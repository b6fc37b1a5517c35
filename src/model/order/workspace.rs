//! The packages of a Node workspace, as its root names them.

use crate::syntax::yaml::{self, Node};

use super::super::Context;
use super::super::tools::glob_matches;
use super::brought::below;
use super::needs::join;

/// The folders whose manifests an install at the root reads too.
pub(super) struct Workspace {
    root: String,
    /// Patterns of folders from the root; empty where it does not name them, so that it may be all.
    patterns: Vec<String>,
    excluded: Vec<String>,
}

impl Workspace {
    /// That of the project in `root`, a folder of the context; `None` where it is none.
    pub(super) fn of(root: &str, context: &Context) -> Option<Workspace> {
        let read = |name: &str| context.read_text(&join(root, name));
        let list = match read("pnpm-workspace.yaml") {
            Some(text) => names(yaml::parse(&text).as_ref().and_then(|it| it.get("packages"))),
            None => {
                let manifest = yaml::parse(read("package.json")?.trim_start_matches('\u{feff}'))?;
                let workspaces = manifest.get("workspaces")?;
                names(workspaces.get("packages").or(Some(workspaces)))
            }
        };
        let (excluded, patterns) = list.into_iter().partition(|it| it.starts_with('!'));
        Some(Workspace { root: root.to_string(), patterns, excluded })
    }

    /// True for the folder of one of its packages, by its path in the context.
    pub(super) fn holds(&self, folder: &str) -> bool {
        let Some(rest) = below(folder, &self.root).or(self.root.is_empty().then_some(folder)) else { return false };
        let matches = |pattern: &String| is_match(pattern.trim_start_matches('!'), rest);
        !rest.is_empty()
            && !rest.split('/').any(|part| part == "node_modules")
            && (self.patterns.is_empty() || self.patterns.iter().any(matches))
            && !self.excluded.iter().any(matches)
    }

    /// The manifests of its packages.
    pub(super) fn manifests<'c>(&self, context: &'c Context) -> impl Iterator<Item = &'c str> {
        let named = context.sent().iter().filter(|it| !it.is_dir() && it.name() == "package.json");
        named.map(|it| it.path.as_str()).filter(|path| path.rsplit_once('/').is_some_and(|(it, _)| self.holds(it)))
    }
}

fn names(list: Option<&Node>) -> Vec<String> {
    let text = |it: &Node| it.text().map(str::to_string);
    list.map(Node::items).unwrap_or_default().iter().filter_map(text).collect()
}

fn is_match(pattern: &str, folder: &str) -> bool {
    let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
    if let Some((before, _)) = pattern.split_once('{') {
        return folder.starts_with(before);
    }
    let Some((before, after)) = pattern.split_once("**") else { return glob_matches(pattern, folder) };
    let after = after.trim_start_matches('/');
    let mut ends = std::iter::once(0).chain(folder.match_indices('/').map(|(at, _)| at + 1));
    folder.starts_with(before) && (after.is_empty() || ends.any(|at| glob_matches(after, &folder[at..])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::MemoryFiles;

    #[test]
    fn packages_are_those_that_the_root_names() {
        let held = |name: &str, text: &str| -> Vec<String> {
            let folders = ["packages/a", "packages/a/deep", "web", "packages/a/node_modules/b"];
            let manifests = folders.map(|folder| (format!("{folder}/package.json"), "{}"));
            let files = MemoryFiles::new(manifests.into_iter().chain([(name.to_string(), text)]));
            let context = Context::new(&files, None);
            let workspace = Workspace::of("", &context).expect("is one");
            workspace.manifests(&context).map(str::to_string).collect()
        };
        let one = ["packages/a/package.json"];
        assert_eq!(held("package.json", r#"{"workspaces": ["packages/*"]}"#), one);
        assert_eq!(held("package.json", r#"{"workspaces": {"packages": ["./packages/a/"]}}"#), one);
        assert_eq!(held("pnpm-workspace.yaml", "packages:\n  - 'packages/**'\n  - '!**/deep'\n"), one);
        let two = ["packages/a/package.json", "web/package.json"];
        assert_eq!(held("pnpm-workspace.yaml", "packages:\n  - packages/*\n  - web\n"), two);
    }
}
