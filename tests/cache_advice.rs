//! The advice of `cachalot cache replay`, kind by kind: each on a history in which it helps, applied,
//! and replayed again.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

#[path = "support/repository.rs"]
mod repository;

use repository::{commit, git, write};

/// A project, and what its commits do after the first.
struct Story {
    files: &'static [(&'static str, &'static str)],
    /// Files that get a new text, one commit each.
    edits: &'static [&'static str],
    args: &'static [&'static str],
}

const NODE: &str = r#"{"name": "shop", "dependencies": {"express": "4"}}"#;

/// What a story's advice is, as `kind: title`, and the Dockerfile that has taken it.
fn check(story: &Story, kind: &str, title: &str, fixed: &str) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let repo = folder.path();
    tell(repo, story);
    let before = replay(repo, story, &[]);
    let found = before["advice"].as_array().expect("a list");
    let list = || found.iter().map(|it| format!("{}: {}", it["kind"], it["title"])).collect::<Vec<_>>().join("\n");
    let advice = found.iter().find(|it| it["kind"] == kind).unwrap_or_else(|| panic!("no {kind} in\n{}", list()));
    assert_eq!(advice["title"], title, "{}", list());
    assert_eq!(cachalot(repo, story, &["--fix"]).0, Some(0));
    let text = fs::read_to_string(repo.join("Dockerfile")).expect("is there");
    assert_eq!(text, fixed);
    keeps_its_promise(repo, story, &before);
}

/// The same history with the better files all along: the rates are those that were promised, and there
/// is no more advice of the same kinds.
fn keeps_its_promise(repo: &Path, story: &Story, before: &Value) {
    let taken: Vec<(String, Vec<u8>)> = ["Dockerfile", ".dockerignore"]
        .into_iter()
        .filter_map(|name| Some((name.to_string(), fs::read(repo.join(name)).ok()?)))
        .collect();
    let folder = tempfile::tempdir().expect("a temporary folder");
    tell_with(folder.path(), story, &taken);
    let after = replay(folder.path(), story, &[]);
    let promised = before["proposal"]["hit_rate_after"].as_f64().expect("a rate");
    let real = after["hit_rate"].as_f64().expect("a rate");
    assert!((promised - real).abs() < 0.001, "promised {promised}, got {real}");
    assert_eq!(after["advice"].as_array().map(Vec::len), Some(0), "{}", after["advice"]);
}

fn tell(repo: &Path, story: &Story) {
    tell_with(repo, story, &[]);
}

fn tell_with(repo: &Path, story: &Story, instead: &[(String, Vec<u8>)]) {
    git(repo, &["init", "-q"]);
    story.files.iter().for_each(|(path, text)| write(repo, path, text));
    instead.iter().for_each(|(path, bytes)| write(repo, path, bytes));
    commit(repo);
    for (number, path) in story.edits.iter().enumerate() {
        let old = fs::read_to_string(repo.join(path)).expect("is there");
        write(repo, path, format!("{old}\n{}", " ".repeat(number + 1)));
        commit(repo);
    }
}

fn replay(repo: &Path, story: &Story, args: &[&str]) -> Value {
    let (status, text, errors) = cachalot(repo, story, &[args, &["--format", "json"]].concat());
    assert_eq!(status, Some(0), "{errors}");
    serde_json::from_str(&text).expect("prints JSON")
}

fn cachalot(repo: &Path, story: &Story, args: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cachalot"));
    let output =
        command.current_dir(repo).args(["cache", "replay"]).args(story.args).args(args).output().expect("runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn manifests_come_first() {
    let story = Story {
        files: &[
            ("Dockerfile", "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\n"),
            (".dockerignore", ".git\nDockerfile\n.dockerignore\n"),
            ("package.json", NODE),
            ("package-lock.json", "{}"),
            ("src/main.js", "1"),
        ],
        edits: &["src/main.js"; 6],
        args: &[],
    };
    let fixed =
        "FROM node:22\nWORKDIR /app\nCOPY package.json package-lock.json ./\nRUN npm ci\nCOPY . .\nRUN npm run build\n";
    check(&story, "manifests-first", "copy the manifests, run `npm ci`, then copy the rest", fixed);
}

#[test]
fn two_stages_with_the_same_install_are_both_bettered() {
    let story = Story {
        files: &[
            (
                "Dockerfile",
                "FROM node:22 AS client\nWORKDIR /app\nCOPY client .\nRUN npm ci\nRUN npm run build\n\
                 FROM node:22\nWORKDIR /app\nCOPY server .\nRUN npm ci\nCOPY --from=client /app/dist dist\n",
            ),
            (".dockerignore", ".git\nDockerfile\n.dockerignore\n"),
            ("client/package.json", NODE),
            ("client/package-lock.json", "{}"),
            ("client/main.js", "1"),
            ("server/package.json", NODE),
            ("server/package-lock.json", "{}"),
            ("server/main.js", "1"),
        ],
        edits: &["client/main.js", "server/main.js", "client/main.js", "server/main.js", "client/main.js"],
        args: &[],
    };
    let fixed = "FROM node:22 AS client\nWORKDIR /app\nCOPY client/package.json client/package-lock.json ./\nRUN npm ci\n\
                 COPY client .\nRUN npm run build\nFROM node:22\nWORKDIR /app\n\
                 COPY server/package.json server/package-lock.json ./\nRUN npm ci\nCOPY server .\n\
                 COPY --link --from=client /app/dist dist\n";
    check(&story, "manifests-first", "copy the manifests, run `npm ci`, then copy the rest", fixed);
}

#[test]
fn a_package_of_a_workspace_brings_its_manifest_first() {
    let story = Story {
        files: &[
            (
                "Dockerfile",
                "FROM node:22\nWORKDIR /app\nCOPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./\nCOPY web ./web\n\
                 RUN pnpm install --frozen-lockfile\nRUN pnpm --filter web run build\n",
            ),
            (".dockerignore", ".git\n"),
            ("package.json", r#"{"name": "shop", "private": true}"#),
            ("pnpm-lock.yaml", "lockfileVersion: '9.0'"),
            ("pnpm-workspace.yaml", "packages:\n  - web\n"),
            ("web/package.json", NODE),
            ("web/main.ts", "1"),
        ],
        edits: &["web/main.ts"; 6],
        args: &[],
    };
    let fixed = "FROM node:22\nWORKDIR /app\nCOPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./\n\
                 COPY web/package.json ./web/\nRUN pnpm install --frozen-lockfile\nCOPY web ./web\nRUN pnpm --filter web run build\n";
    check(&story, "manifests-first", "copy the manifests, run `pnpm install`, then copy the rest", fixed);
}

#[test]
fn variables_that_change_come_later() {
    let story = Story {
        files: &[
            (
                "Dockerfile",
                "FROM node:22\nARG GIT_SHA\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci\nCOPY main.js ./\nRUN echo $GIT_SHA > sha\n",
            ),
            (".dockerignore", ".git\n"),
            ("package.json", NODE),
            ("package-lock.json", "{}"),
            ("main.js", "1"),
        ],
        edits: &["main.js"; 6],
        args: &["--build-arg", "GIT_SHA={commit}"],
    };
    let fixed = "FROM node:22\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci\nARG GIT_SHA\nCOPY main.js ./\nRUN echo $GIT_SHA > sha\n";
    check(&story, "variables-later", "declare `GIT_SHA` below the installs", fixed);
}

#[test]
fn what_no_build_needs_is_ignored() {
    const DOCKERFILE: &str =
        "FROM node:22\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\nRUN npm run build\n";
    let story = Story {
        files: &[
            ("Dockerfile", DOCKERFILE),
            (".dockerignore", ".git\n"),
            ("package.json", NODE),
            ("package-lock.json", "{}"),
            ("main.js", "1"),
            ("README.md", "1"),
            (".github/workflows/ci.yml", "on: push"),
        ],
        edits: &["README.md", ".github/workflows/ci.yml", "main.js", "README.md"],
        args: &[],
    };
    check(&story, "ignore", "keep `.github`, `README.md` out of the build context", DOCKERFILE);
}

#[test]
fn who_may_read_the_commit_is_told() {
    for (base, run, told) in [
        ("golang:1.25", "go build ./...", "`go build` then writes no commit into the program"),
        (
            "alpine:3.22",
            "apk add --no-cache git",
            "git is installed: a tool that asks it for the commit finds none then",
        ),
    ] {
        let dockerfile = format!("FROM {base}\nWORKDIR /src\nCOPY . .\nRUN {run}\n");
        let story = Story {
            files: &[
                ("README.md", "1"),
                ("go.mod", "module shop\n"),
                ("main.go", "1"),
                (".dockerignore", "Dockerfile\n"),
            ],
            edits: &["README.md"; 6],
            args: &[],
        };
        let folder = tempfile::tempdir().expect("a temporary folder");
        tell_with(folder.path(), &story, &[("Dockerfile".to_string(), dockerfile.into_bytes())]);
        let replayed = replay(folder.path(), &story, &[]);
        let advice = replayed["advice"].as_array().expect("a list").iter().find(|it| it["kind"] == "ignore");
        assert_eq!(advice.expect("is given")["cautions"][0], told);
    }
}

#[test]
fn a_mount_of_everything_is_narrowed() {
    let story = Story {
        files: &[
            (
                "Dockerfile",
                "FROM python:3.13-slim\nRUN --mount=type=bind,target=/src --mount=type=cache,target=/root/.cache/pip \
                 pip install -r /src/requirements.txt\n",
            ),
            (".dockerignore", ".git\n"),
            ("requirements.txt", "flask==3.1.0"),
            ("main.py", "1"),
        ],
        edits: &["main.py"; 6],
        args: &[],
    };
    let fixed = "FROM python:3.13-slim\nRUN --mount=type=bind,source=requirements.txt,target=/src/requirements.txt \
                 --mount=type=cache,target=/root/.cache/pip pip install -r /src/requirements.txt\n";
    check(&story, "narrow-mount", "mount only what `pip install` reads", fixed);
}

#[test]
fn one_folder_is_copied_instead_of_everything() {
    let story = Story {
        files: &[
            (
                "Dockerfile",
                "FROM gcc:14 AS build\nWORKDIR /src\nCOPY . .\nRUN cd server && ./configure.sh\nRUN cd server && make\n\
                 FROM scratch\nCOPY --from=build /src/server/out /out\n",
            ),
            (".dockerignore", ".git\n"),
            ("server/configure.sh", "echo"),
            ("server/main.c", "int main;"),
            ("client/main.js", "1"),
        ],
        edits: &["client/main.js", "client/main.js", "client/main.js", "server/main.c"],
        args: &[],
    };
    let fixed = "FROM gcc:14 AS build\nWORKDIR /src\nCOPY server server/\nRUN cd server && ./configure.sh\nRUN cd server && make\n\
                 FROM scratch\nCOPY --from=build /src/server/out /out\n";
    check(&story, "narrow-copy", "copy only `server`, all that is worked in", fixed);
}

#[test]
fn layers_are_linked_where_only_those_below_change() {
    let story = Story {
        files: &[
            (
                "Dockerfile",
                "FROM debian:13 AS build\nRUN mkdir /lib1\nFROM debian:13\nCOPY settings.json /srv/\nCOPY --from=build /lib1 /srv/lib1\nCOPY main.js /srv/\n",
            ),
            (".dockerignore", ".git\n"),
            ("settings.json", "1"),
            ("main.js", "1"),
        ],
        edits: &["settings.json", "settings.json", "main.js", "settings.json"],
        args: &[],
    };
    let fixed = "FROM debian:13 AS build\nRUN mkdir /lib1\nFROM debian:13\nCOPY settings.json /srv/\nCOPY --link --from=build /lib1 /srv/lib1\nCOPY main.js /srv/\n";
    check(&story, "link", "copy to `/srv/lib1` with `--link`, so that its layer outlives changes below it", fixed);
}

#[test]
fn what_still_runs_keeps_its_downloads() {
    let story = Story {
        files: &[
            ("Dockerfile", "FROM node:22\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci\n"),
            (".dockerignore", ".git\n"),
            ("package.json", NODE),
            ("package-lock.json", "{}"),
        ],
        edits: &["package-lock.json"; 4],
        args: &[],
    };
    let fixed = "FROM node:22\nWORKDIR /app\nCOPY package*.json ./\nRUN --mount=type=cache,target=/root/.npm npm ci\n";
    check(&story, "cache-mount", "keep the downloads of `npm ci` in a cache mount", fixed);
}

/// `.dockerignore` may be a link to a file that ignores for git: it is read, and nothing is added to it.
#[cfg(unix)]
#[test]
fn an_ignore_file_of_another_purpose_is_left_alone() {
    let story = Story {
        files: &[
            ("Dockerfile", "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN ls\n"),
            (".gitignore", "node_modules\nnotes\n"),
            ("main.js", "1"),
            ("README.md", "1"),
        ],
        edits: &[],
        args: &[],
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let repo = folder.path();
    tell(repo, &story);
    std::os::unix::fs::symlink(".gitignore", repo.join(".dockerignore")).expect("links");
    commit(repo);
    for number in 0..5 {
        write(repo, "README.md", number.to_string());
        write(repo, "notes/today", number.to_string());
        git(repo, &["add", "-f", "notes"]);
        commit(repo);
    }
    let value = replay(repo, &story, &[]);
    assert_eq!(value["advice"].as_array().map(Vec::len), Some(0), "{}", value["advice"]);
    let culprits = value["steps"][2]["culprits"].to_string();
    assert!(culprits.contains("README.md") && !culprits.contains("notes"), "{culprits}");
}
