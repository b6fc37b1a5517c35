use std::collections::BTreeSet;

use crate::model::Uses;

use super::propose::{Cx, Kind, Proposal};

/// Folders of the context's root that no build needs.
const FOLDERS: &[&str] = &[".github", ".gitlab", ".circleci", ".devcontainer", ".vscode", ".idea", ".buildkite"];
/// Files of the context's root that no build needs.
const FILES: &[&str] = &[
    ".dockerignore",
    ".gitignore",
    ".gitattributes",
    ".gitmodules",
    ".mailmap",
    ".travis.yml",
    ".gitlab-ci.yml",
    ".pre-commit-config.yaml",
    ".editorconfig",
    ".all-contributorsrc",
    "Jenkinsfile",
    "Vagrantfile",
    "azure-pipelines.yml",
    "renovate.json",
    "codecov.yml",
    "appveyor.yml",
    "compose.yml",
    "compose.yaml",
    "skaffold.yaml",
];
/// The same by how their names begin; case does not matter.
const BEGINNINGS: &[&str] = &[
    "dockerfile",
    "docker-compose",
    "docker-bake",
    "readme",
    "changelog",
    "changes.",
    "contributing",
    "code_of_conduct",
    "security.md",
    "authors",
    "contributors",
    "history.md",
    "todo",
];
/// Tests of the whole project.
const TESTS: &[&str] = &["test", "tests", "spec", "e2e", "cypress", "__tests__"];
/// Names of what a folder of documents holds.
const PAGES: &[&str] =
    &["md", "mdx", "rst", "txt", "adoc", "png", "jpg", "jpeg", "gif", "svg", "webp", "pdf", "drawio"];
/// Lines for the ignore file: what made steps run and is never needed.
pub(super) fn proposals(cx: &Cx, there: &[String]) -> Vec<Proposal> {
    if cx.question.keep_ignore {
        return Vec::new();
    }
    let culprits: BTreeSet<&str> =
        cx.now.tracks.iter().flat_map(|track| track.culprits.keys()).map(String::as_str).collect();
    let tops: BTreeSet<&str> = culprits.iter().map(|path| path.split('/').next().unwrap_or(path)).collect();
    let uses = Uses::new(cx.model, cx.context);
    // Git's own folder is in no commit.
    let sends_git = cx.question.history.last().is_some_and(|last| last.sends_git());
    let is_sent = |top: &str| if top == ".git" { sends_git } else { cx.context.is_sent(top) };
    let mut plain = Vec::new();
    let mut tests = Vec::new();
    let is_new = |top: &&str| is_name(top) && is_sent(top) && !uses.needs(top) && !there.iter().any(|it| it == top);
    for top in tops.into_iter().filter(is_new) {
        match () {
            () if top == ".git" => plain.push(top.to_string()),
            () if is_idle(top) || is_documents(cx, top) => plain.push(top.to_string()),
            () if TESTS.contains(&top) && !uses.tests => tests.push(top.to_string()),
            () => {}
        }
    }
    if plain.iter().any(|it| it.to_ascii_lowercase().starts_with("dockerfile"))
        && !there.contains(&".dockerignore".to_string())
        && is_sent(".dockerignore")
    {
        plain.push(".dockerignore".to_string());
        plain.sort();
        plain.dedup();
    }
    let mut found = Vec::new();
    let cautions: Vec<&str> = uses.git_reader.filter(|_| plain.iter().any(|it| it == ".git")).into_iter().collect();
    found.extend(proposal(plain, &cautions));
    found.extend(proposal(tests, &["tests can then not be run in the image"]));
    found
}

fn proposal(lines: Vec<String>, cautions: &[&str]) -> Option<Proposal> {
    let shown: Vec<String> = lines.iter().take(4).map(|it| format!("`{it}`")).collect();
    let more = lines.len().saturating_sub(4);
    let title = match (shown.len(), more) {
        (0, _) => return None,
        (_, 0) => format!("keep {} out of the build context", shown.join(", ")),
        _ => format!("keep {} and {more} more out of the build context", shown.join(", ")),
    };
    Some(Proposal {
        kind: Kind::Ignore,
        title,
        fix: None,
        ignore: lines,
        about: Vec::new(),
        cautions: cautions.iter().map(|it| (*it).to_string()).collect(),
    })
}

/// True for a name that an ignore file takes for nothing else.
fn is_name(name: &str) -> bool {
    !name.starts_with(['!', '#']) && !name.contains(['*', '?', '[', ']', '\\']) && name.trim() == name
}

fn is_idle(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    FOLDERS.contains(&name)
        || FILES.iter().any(|it| it.eq_ignore_ascii_case(name))
        || BEGINNINGS.iter().any(|it| lower.starts_with(it))
}

/// True for a folder of documents that is nothing else.
fn is_documents(cx: &Cx, folder: &str) -> bool {
    let within = format!("{folder}/");
    let mut files = cx.context.entries().iter().filter(|it| !it.is_dir() && it.path.starts_with(&within)).peekable();
    let is_page =
        |name: &str| name.rsplit_once('.').is_some_and(|(_, end)| PAGES.contains(&end.to_ascii_lowercase().as_str()));
    matches!(folder.to_ascii_lowercase().as_str(), "docs" | "doc" | "documentation" | "screenshots")
        && files.peek().is_some()
        && files.all(|it| is_page(it.name()))
}
