//! What is packed says the same everywhere: the version, and which files are Dockerfiles.

use cachalot::lint::FileKind;
use regex_lite::Regex;

const VERSION: &str = env!("CARGO_PKG_VERSION");

#[test]
fn one_version_everywhere() {
    let expected = [
        ("pyproject.toml", format!("version = \"{VERSION}\"")),
        ("pyproject.toml", format!("dependencies = [\"cachalot-lint=={VERSION}\"]")),
        ("packaging/npm/package.json", format!("\"version\": \"{VERSION}\"")),
        ("packaging/gitlab/cachalot.gitlab-ci.yml", format!("CACHALOT_VERSION: \"{VERSION}\"")),
    ];
    for (file, line) in expected {
        assert!(read(file).contains(&line), "{file} should say `{line}`");
    }
}

#[test]
fn the_hooks_take_the_files_that_lint_takes() {
    let hooks = read(".pre-commit-hooks.yaml");
    let (files, exclude) = (pattern(&hooks, "files: &dockerfiles '"), pattern(&hooks, "exclude: &others '"));
    let names = "Dockerfile dockerfile a/Dockerfile Dockerfile.dev Dockerfile.alpine3.20 api.Dockerfile x.y.dockerfile \
        Containerfile Containerfile.prod Containerfile-ci Dockerfile.dockerignore Dockerfile.j2 Dockerfile.tmpl Dockerfile.md \
        Dockerfile~ Dockerfile.orig README.md main.go .dockerignore .dockerfile a/.containerfile Dockerfile.yml";
    for name in names.split_whitespace() {
        let hook = files.is_match(name) && !exclude.is_match(name);
        assert_eq!(hook, FileKind::of(name) == Some(FileKind::Dockerfile), "{name}");
    }
}

/// The image's first layer compiles the dependencies with empty sources: cargo wants a file for every target that
/// Cargo.toml names.
#[test]
fn the_image_has_a_source_for_every_target() {
    let dockerfile = read("Dockerfile");
    let manifest: toml_edit::DocumentMut = read("Cargo.toml").parse().expect("a manifest");
    for (kind, folder) in [("test", "tests"), ("bench", "benches")] {
        for target in manifest[kind].as_array_of_tables().expect("tables").iter() {
            let text = |key: &str| target.get(key).and_then(|it| it.as_str());
            let name = text("name").expect("a name");
            let path = text("path").map_or_else(|| format!("{folder}/{name}.rs"), str::to_string);
            assert!(dockerfile.contains(&path), "the Dockerfile should make an empty {path}");
        }
    }
}

fn pattern(hooks: &str, start: &str) -> Regex {
    let (_, rest) = hooks.split_once(start).expect("the pattern stands in single quotes");
    Regex::new(rest.split('\'').next().unwrap_or_default()).expect("a regular expression")
}

fn read(file: &str) -> String {
    std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{file}: {error}"))
}
