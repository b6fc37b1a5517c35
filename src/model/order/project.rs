//! What the manifests of a project say about its install, read without a full parser: a wrong
//! guess costs one diagnostic, not a build.

use serde_json::Value;

use super::Scripts;

/// What a manifest says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Manifest {
    /// True if nothing is to be downloaded for certain.
    pub nothing_to_fetch: bool,
    /// True if the install reads all of the project.
    pub needs_sources: bool,
    /// True if a lifecycle script does, so that without scripts it does not.
    pub scripts_need_sources: bool,
    /// Files beside the manifest that lifecycle scripts run.
    pub script_files: Vec<String>,
    /// Files and folders beside the manifest that the install reads, relative to it.
    pub local: Vec<String>,
    /// What of the project runs during the install.
    pub scripts: Scripts,
    /// Other manifests that it includes, relative to it.
    pub includes: Vec<String>,
}

/// Names of the manifests that are read, and of the lock file that says more than its manifest: a
/// Gemfile is a program.
pub(super) const READ: &[&str] =
    &["package.json", "go.mod", "Cargo.toml", "Gemfile", "Gemfile.lock", "composer.json", "Pipfile", "pyproject.toml"];

/// Reads the manifest of that name.
pub(super) fn read(name: &str, text: &str) -> Manifest {
    match name {
        "package.json" => package_json(text),
        "go.mod" => go_mod(text),
        "Cargo.toml" => cargo_toml(text),
        "Gemfile" | "gems.rb" => gemfile(text),
        "Gemfile.lock" => gemfile_lock(text),
        "composer.json" => composer_json(text),
        "Pipfile" | "pyproject.toml" => python_toml(text),
        _ if name.ends_with(".txt") || name.ends_with(".in") || name.ends_with(".pip") => requirements(text),
        _ => Manifest::default(),
    }
}

/// Tools of lifecycle scripts that need nothing of the project but its manifests and settings.
const HARMLESS: &[&str] = &[
    "husky",
    "patch-package",
    "simple-git-hooks",
    "lefthook",
    "is-ci",
    "only-allow",
    "pnpm dlx only-allow",
    "ngcc",
    "npx only-allow",
    "echo",
    "true",
    "exit",
    "opencollective",
    "electron-builder",
    "prisma",
    "npx prisma",
    "npx patch-package",
    "npx husky",
    "yarn-deduplicate",
    "husky install",
    "nuxt prepare",
    "nuxi prepare",
    "svelte-kit sync",
    "ts-patch",
    "playwright",
    "npx playwright",
    "cypress",
    "node-gyp",
    "install-peers",
    "check-node-version",
    ":",
];

fn package_json(text: &str) -> Manifest {
    let Ok(Value::Object(json)) = serde_json::from_str(text.trim_start_matches('\u{feff}')) else {
        return Manifest::default();
    };
    let mut manifest = Manifest::default();
    let mut any = json.contains_key("workspaces") || json.is_empty();
    for key in ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"] {
        let Some(Value::Object(dependencies)) = json.get(key) else { continue };
        any |= !dependencies.is_empty();
        let local = dependencies.values().filter_map(Value::as_str);
        manifest.local.extend(local.filter_map(local_dependency));
    }
    for key in ["preinstall", "install", "postinstall", "prepare"] {
        if let Some(script) = json.get("scripts").and_then(|scripts| scripts.get(key)).and_then(Value::as_str) {
            lifecycle(script, &mut manifest);
        }
    }
    manifest.nothing_to_fetch = !any && manifest.scripts == Scripts::None;
    manifest
}

fn local_dependency(version: &str) -> Option<String> {
    let path = ["file:", "link:", "portal:"].iter().find_map(|scheme| version.strip_prefix(scheme))?;
    Some(path.trim_start_matches("./").to_string())
}

fn lifecycle(script: &str, manifest: &mut Manifest) {
    manifest.scripts = manifest.scripts.max(Scripts::Harmless);
    for command in script.split(['&', '|', ';']).map(str::trim).filter(|command| !command.is_empty()) {
        let harmless = HARMLESS.iter().any(|it| command == *it || command.starts_with(&format!("{it} ")));
        let mut words = command.split_whitespace();
        let program = words.next().unwrap_or_default();
        match program {
            _ if harmless => continue,
            "node" | "sh" | "bash" | "python" | "python3" | "ts-node" | "tsx" => {
                let file = words.find(|word| !word.starts_with('-')).unwrap_or_default();
                manifest.script_files.push(file.trim_matches(['"', '\'']).trim_start_matches("./").to_string());
            }
            "npm" | "yarn" | "pnpm" | "bun" | "npx" | "tsc" | "webpack" | "vite" | "rollup" | "ng" | "gulp"
            | "grunt" | "bower" | "lerna" | "make" | "turbo" | "nx" | "run-s" | "run-p" | "npm-run-all" | "tsup"
            | "babel" | "cd" => {
                manifest.scripts_need_sources = true;
            }
            _ => {}
        }
        manifest.scripts = Scripts::Project;
    }
}

fn go_mod(text: &str) -> Manifest {
    let has_module = text.lines().any(|line| line.trim_start().starts_with("module "));
    let requires = text.lines().any(|line| line.trim_start().starts_with("require"));
    let replace = text.lines().filter_map(|line| line.split_once("=>")).map(|(_, to)| to.trim());
    let local = replace.filter(|to| to.starts_with('.')).filter_map(|to| to.split_whitespace().next());
    Manifest {
        nothing_to_fetch: has_module && !requires,
        local: local.map(|path| format!("{}/go.mod", path.trim_start_matches("./"))).collect(),
        ..Manifest::default()
    }
}

fn cargo_toml(text: &str) -> Manifest {
    let has_package = text.contains("[package]");
    let mut in_dependencies = false;
    let mut any = text.contains("[workspace");
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            in_dependencies = line.contains("dependencies");
            any |= line.contains("dependencies.");
        } else if in_dependencies && line.contains('=') && !line.starts_with('#') {
            any |= !(line.contains("path =") || line.contains("path=")) || line.contains("version");
        }
    }
    Manifest { nothing_to_fetch: has_package && !any, ..Manifest::default() }
}

fn gemfile(text: &str) -> Manifest {
    let mut manifest = Manifest::default();
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        if line == "gemspec" || line.starts_with("gemspec ") {
            manifest.scripts = Scripts::Project;
        }
        for key in ["path:", ":path =>", "path ", "eval_gemfile ", "require_relative ", "require File."] {
            if let Some((before, rest)) = line.split_once(key)
                && (key.contains(':') || before.is_empty())
                && let Some(path) = quoted(rest)
            {
                manifest.scripts = Scripts::Project;
                let ending = if key.starts_with("require_") && !path.ends_with(".rb") { ".rb" } else { "" };
                manifest.local.push(format!("{}{ending}", path.trim_start_matches("./")));
            }
        }
    }
    manifest
}

/// The gems that lie in the project; the project's own gemspec (`remote: .`) is a manifest.
fn gemfile_lock(text: &str) -> Manifest {
    let mut manifest = Manifest::default();
    let mut in_path = false;
    for line in text.lines() {
        if !line.starts_with(' ') {
            in_path = line.trim_end() == "PATH";
        } else if let Some(folder) = line.trim().strip_prefix("remote: ").filter(|folder| in_path && *folder != ".") {
            manifest.scripts = Scripts::Project;
            manifest.local.push(folder.trim_start_matches("./").to_string());
        }
    }
    manifest
}

/// The first quoted text.
fn quoted(text: &str) -> Option<&str> {
    let start = text.find(['"', '\''])?;
    let rest = &text[start + 1..];
    Some(&rest[..rest.find(['"', '\''])?])
}

fn composer_json(text: &str) -> Manifest {
    let Ok(Value::Object(json)) = serde_json::from_str(text.trim_start_matches('\u{feff}')) else {
        return Manifest::default();
    };
    let packages =
        ["require", "require-dev"].iter().filter_map(|key| json.get(*key)?.as_object()).flat_map(|it| it.keys());
    let is_platform = |name: &String| !name.contains('/');
    let nothing_to_fetch = json.contains_key("require") && packages.clone().all(is_platform);
    let mut manifest = Manifest { nothing_to_fetch, ..Manifest::default() };
    let scripts = json.get("scripts").and_then(Value::as_object).is_some_and(|scripts| {
        scripts.keys().any(|name| name.contains("install") || name.contains("autoload") || name.contains("update"))
    });
    if scripts {
        manifest.scripts = Scripts::Project;
    }
    let repositories = json.get("repositories").map(Value::to_string).unwrap_or_default();
    if repositories.contains("\"path\"") {
        manifest.needs_sources = true;
    }
    manifest
}

fn python_toml(text: &str) -> Manifest {
    let mut manifest = Manifest::default();
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        let after = ["path =", "path=", "file ="].iter().find_map(|key| line.split_once(key));
        let Some(path) = after.filter(|(before, _)| before.contains('{')).and_then(|(_, rest)| quoted(rest)) else {
            continue;
        };
        manifest.scripts = Scripts::Project;
        match path.trim_start_matches("./") {
            "" | "." => manifest.needs_sources = true,
            path => manifest.local.push(path.to_string()),
        }
    }
    manifest
}

fn requirements(text: &str) -> Manifest {
    let mut manifest = Manifest::default();
    let lines = text.lines().map(|line| line.split(" #").next().unwrap_or_default().trim());
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let option = |names: &[&str]| {
            names.iter().find_map(|name| line.strip_prefix(name)).map(|rest| rest.trim_start_matches(['=', ' ']).trim())
        };
        if let Some(file) = option(&["--requirement", "--constraint", "-r", "-c"]) {
            manifest.includes.push(file.trim_start_matches("./").to_string());
            continue;
        }
        let package = option(&["--editable", "-e"]).unwrap_or(line);
        let is_path = package.starts_with(['.', '/']) || package.starts_with("file:") || package.contains(" @ file:");
        if !is_path {
            continue;
        }
        manifest.scripts = Scripts::Project;
        let path = package.rsplit("file:").next().unwrap_or(package).split(['[', ';', '#']).next().unwrap_or_default();
        match path.trim().trim_start_matches("./").trim_end_matches('/') {
            "" | "." => manifest.needs_sources = true,
            path => manifest.local.push(path.to_string()),
        }
    }
    manifest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_projects_without_dependencies() {
        assert!(read("package.json", r#"{"name":"x"}"#).nothing_to_fetch);
        assert!(!read("package.json", r#"{"name":"x","dependencies":{"a":"1"}}"#).nothing_to_fetch);
        assert!(!read("package.json", "").nothing_to_fetch);
        assert!(read("go.mod", "module x\n\ngo 1.23\n").nothing_to_fetch);
        assert!(!read("go.mod", "module x\n\nrequire (\n\ta v1\n)\n").nothing_to_fetch);
        assert!(read("Cargo.toml", "[package]\nname=\"x\"\n[dependencies]\n").nothing_to_fetch);
        assert!(!read("Cargo.toml", "[package]\n[dependencies]\nserde=\"1\"\n").nothing_to_fetch);
        assert!(read("composer.json", r#"{"require":{"php":">=8","ext-json":"*"}}"#).nothing_to_fetch);
    }

    #[test]
    fn knows_what_else_an_install_reads() {
        assert!(read("requirements.txt", "-e .\nflask\n").needs_sources);
        assert!(read("requirements.txt", ".[dev]\n").needs_sources);
        assert_eq!(read("requirements.txt", "./libs/a\n-r base.txt\n").local, ["libs/a"]);
        assert_eq!(read("requirements.txt", "-r base.txt\n-c c.txt").includes, ["base.txt", "c.txt"]);
        assert_eq!(
            read("package.json", r#"{"scripts":{"postinstall":"node scripts/x.js"}}"#).script_files,
            ["scripts/x.js"]
        );
        assert!(read("package.json", r#"{"scripts":{"postinstall":"npm run build"}}"#).scripts_need_sources);
        assert!(!read("package.json", r#"{"scripts":{"prepare":"husky install"}}"#).scripts_need_sources);
        assert_eq!(read("package.json", r#"{"dependencies":{"a":"file:./lib"}}"#).local, ["lib"]);
        assert_eq!(read("Gemfile", "gem 'a', path: 'engines/a'\ngemspec\n").local, ["engines/a"]);
        assert_eq!(
            read("Gemfile", "require File.join(__dir__, 'lib/gems.rb')\n# require_relative 'x'\n").local,
            ["lib/gems.rb"]
        );
        let lock =
            "PATH\n  remote: vendor/gems/a\n  specs:\n    a (1)\n\nPATH\n  remote: .\n\nGEM\n  remote: https://x\n";
        assert_eq!(read("Gemfile.lock", lock).local, ["vendor/gems/a"]);
        assert_eq!(read("go.mod", "module x\nrequire a v1\nreplace a => ./a\n").local, ["a/go.mod"]);
    }
}
