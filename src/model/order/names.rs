//! What a path's name tells, where nothing else is known of it.

use super::super::tools::Ecosystem;

/// Endings of files that people edit to change a program, and of what is built from them.
const CODE: &[&str] = &[
    "js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx", "vue", "svelte", "astro", "py", "pyx", "pyi", "ipynb", "rb",
    "erb", "haml", "slim", "rake", "ru", "go", "rs", "java", "kt", "kts", "scala", "clj", "cljs", "groovy", "php",
    "phtml", "twig", "cs", "fs", "vb", "cshtml", "razor", "ex", "exs", "eex", "heex", "leex", "erl", "hrl", "gleam",
    "c", "cc", "cpp", "cxx", "h", "hh", "hpp", "swift", "dart", "hs", "ml", "mli", "elm", "lua", "pl", "pm", "r", "jl",
    "zig", "nim", "cr", "d", "html", "htm", "css", "scss", "sass", "less", "jinja", "jinja2", "mustache", "hbs", "ejs",
    "pug", "gohtml", "graphql", "gql", "proto", "sol", "jar", "war", "dll",
];

/// Stems of single files that set a container up; they rarely change.
const SETUP: &[&str] = &[
    "entrypoint",
    "docker",
    "start",
    "run",
    "init",
    "healthcheck",
    "setup",
    "install",
    "bootstrap",
    "wait-for",
    "build",
];

/// Folders that hold an application's sources in most projects.
const SOURCE_FOLDERS: &[&str] = &[
    "src",
    "app",
    "apps",
    "lib",
    "libs",
    "cmd",
    "pkg",
    "internal",
    "web",
    "webapp",
    "server",
    "client",
    "frontend",
    "backend",
    "api",
    "public",
    "static",
    "templates",
    "views",
    "packages",
    "services",
    "service",
    "www",
    "html",
    "site",
    "source",
    "sources",
    "code",
    "project",
    "assets",
    "components",
    "pages",
    "modules",
    "crates",
    "include",
    "test",
    "tests",
    "website",
    "ui",
    "worker",
    "controllers",
    "models",
    "routes",
    "dist",
    ".git",
];

/// Folders that configure a container or its build.
const SETTING_FOLDERS: &[&str] = &[
    "docker",
    ".docker",
    "rootfs",
    "root",
    "etc",
    "conf",
    "config",
    "configs",
    "configuration",
    "conf.d",
    "scripts",
    "script",
    "bin",
    "certs",
    "certificates",
    "ssl",
    "keys",
    "nginx",
    "apache",
    "apache2",
    "supervisor",
    "deploy",
    "deployment",
    "build",
    "container",
    "containers",
    "files",
    "overlay",
    "patches",
    "vendor",
    "third_party",
    "tools",
    "hack",
    ".github",
    ".devcontainer",
    "env",
    "init",
    "hooks",
    "fonts",
    "licenses",
    "rpms",
    "debs",
    "repos",
    "yum.repos.d",
    "apt",
    "data",
    "install",
    "setup",
    "s6",
    "s6-overlay",
    "node_modules",
    "ca",
];

/// Files without an ending that are not folders.
const BARE_FILES: &[&str] = &[
    "makefile",
    "gemfile",
    "pipfile",
    "procfile",
    "rakefile",
    "license",
    "licence",
    "readme",
    "mvnw",
    "gradlew",
    "gradle",
    "dockerfile",
    "version",
    "justfile",
    "vagrantfile",
    "brewfile",
    "cpanfile",
    "podfile",
    "caddyfile",
    "artisan",
    "yarn",
    "entrypoint",
    "docker-entrypoint",
    "run",
    "start",
    "crontab",
    "codeowners",
    "notice",
    "changelog",
    "authors",
    "rebar3",
];

/// The last component.
pub(super) fn base(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or(path)
}

fn extension(path: &str) -> Option<String> {
    let (stem, extension) = base(path).rsplit_once('.')?;
    (!stem.is_empty()).then(|| extension.to_ascii_lowercase())
}

/// True for a file that people edit to change the program.
pub(super) fn is_code(path: &str) -> bool {
    extension(path).is_some_and(|it| CODE.contains(&it.as_str()))
}

/// True for a file that a change of the program touches often, when it is copied alone: code, and
/// what is built from it, but no start script and no settings.
pub(super) fn is_lone_source(path: &str) -> bool {
    let name = base(path).to_ascii_lowercase();
    let is_settings = ["config", "conf.", "settings"].iter().any(|word| name.contains(word)) || name.starts_with('.');
    let stem = name.split('.').next().unwrap_or_default();
    is_code(path) && !is_settings && !SETUP.iter().any(|it| stem.starts_with(it))
}

/// True for a file that belongs to the build and not to what is built.
pub(super) fn is_about_building(path: &str) -> bool {
    let name = base(path).to_ascii_lowercase();
    name.starts_with("dockerfile")
        || name.ends_with(".dockerfile")
        || name.starts_with("containerfile")
        || name.ends_with(".dockerignore")
        || matches!(name.as_str(), ".gitignore" | ".gitattributes" | ".gitkeep")
}

/// What a COPY source without a wildcard is likely to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guess {
    /// The program's sources.
    Sources,
    /// A folder of something.
    Folder,
    /// Settings, scripts, certificates.
    Settings,
    /// A file.
    File,
}

/// Guesses from the name alone.
pub(super) fn guess(path: &str) -> Guess {
    let name = base(path).to_ascii_lowercase();
    if name == ".git" {
        return Guess::Sources;
    }
    let is_folder = path.ends_with('/') || path.ends_with("/.");
    let has_ending = name.trim_start_matches('.').contains('.');
    if !is_folder && (has_ending || name.ends_with("file") || BARE_FILES.contains(&name.as_str())) {
        return Guess::File;
    }
    if SETTING_FOLDERS.contains(&name.as_str()) || name.starts_with('.') {
        Guess::Settings
    } else if SOURCE_FOLDERS.contains(&name.as_str()) {
        Guess::Sources
    } else {
        Guess::Folder
    }
}

/// True for a place in the image where applications usually live.
pub(super) fn is_program_place(path: &str) -> bool {
    const PLACES: &[&str] = &[
        "/app", "/src", "/code", "/srv", "/home", "/usr/src", "/var/www", "/work", "/go/src", "/opt/app", "/usr/app",
        "/project", "/build", "/source",
    ];
    PLACES.iter().any(|folder| path.starts_with(folder))
}

/// True for a place in the image where programs and settings of the system live.
pub(super) fn is_system_place(path: &str) -> bool {
    const PLACES: &[&str] = &[
        "/etc",
        "/usr",
        "/bin",
        "/sbin",
        "/lib",
        "/root",
        "/tmp",
        "/var",
        "/run",
        "/docker-entrypoint",
        "/entrypoint",
    ];
    const PROGRAMS: &[&str] =
        &["/usr/src", "/var/www", "/usr/share/nginx", "/var/app", "/usr/app", "/var/task", "/usr/local/app"];
    let below = |folder: &&str| path.starts_with(*folder);
    path == "/" || (PLACES.iter().any(below) && !PROGRAMS.iter().any(below))
}

/// The ecosystem whose installed packages lie at that path of an image.
pub(super) fn installed_by(path: &str) -> Option<Ecosystem> {
    let parts = path.trim_matches('/').split('/');
    parts.rev().find_map(|part| {
        Some(match part {
            "node_modules" | ".yarn" | ".pnpm-store" => Ecosystem::Node,
            "site-packages" | "dist-packages" | ".venv" | "venv" | "virtualenv" | "wheels" | "wheelhouse" => {
                Ecosystem::Python
            }
            "bundle" | "gems" => Ecosystem::Ruby,
            "vendor" => Ecosystem::Php,
            ".m2" | ".gradle" | ".ivy2" => Ecosystem::Jvm,
            "mod" if path.contains("pkg/mod") => Ecosystem::Go,
            "registry" if path.contains("cargo") => Ecosystem::Rust,
            ".nuget" => Ecosystem::DotNet,
            "deps" => Ecosystem::Beam,
            _ => return None,
        })
    })
}

/// True for what a stage cut out of the sources so that only manifests are left.
pub(super) fn is_manifest_like(path: &str) -> bool {
    let name = base(path).to_ascii_lowercase();
    let words = ["manifest", "deps", "dependencies", "recipe", "requirements", "skeleton", "lock", "json"];
    words.iter().any(|word| name.contains(word) && !is_code(&name))
        || [".whl", ".deb", ".rpm", ".apk", ".gem", ".txt"].iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_sources_from_settings() {
        assert!(is_lone_source("server.js") && is_lone_source("target/app.jar"));
        assert!(
            !["docker-entrypoint.sh", "vite.config.ts", "nginx.conf", ".eslintrc.js", "setup.py", "README.md"]
                .iter()
                .any(|path| is_lone_source(path))
        );
        assert_eq!(guess("src"), Guess::Sources);
        assert_eq!(guess("./web/"), Guess::Sources);
        assert_eq!(guess("mealie"), Guess::Folder);
        assert_eq!(guess("rootfs/"), Guess::Settings);
        assert_eq!(guess("Gemfile"), Guess::File);
        assert_eq!(guess(".git"), Guess::Sources);
        assert!(is_system_place("/usr/local/bin") && !is_system_place("/usr/src/app"));
    }
}
