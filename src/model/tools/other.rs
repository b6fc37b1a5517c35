//! Everything else that people install with.

use super::line::Line;
use super::meaning::{Action, Flag, InstallKind, Meaning};
use super::package::Versions;
use super::tool::{CacheDir, Does, Ecosystem, Syntax, Tool};

pub(super) const TOOLS: &[Tool] = &[
    DART,
    CPAN,
    CARTON,
    LUAROCKS,
    R,
    R_SCRIPTS,
    JULIA,
    ELM,
    POD,
    HELM,
    ANSIBLE_GALAXY,
    TERRAFORM,
    ASDF,
    SDKMAN,
    PLATFORMIO,
];

const DART: Tool = Tool {
    name: "dart",
    ecosystem: Ecosystem::Dart,
    programs: &["dart", "flutter", "pub", "fvm", "dart_frog"],
    manifests: &["pubspec.yaml"],
    lock_files: &["pubspec.lock"],
    config_files: &["pubspec_overrides.yaml", ".fvmrc", ".metadata"],
    cache_dirs: &[CacheDir::shared("~/.pub-cache")],
    clean_commands: &["dart pub cache clean -f"],
    clean_paths: &["~/.pub-cache"],
    syntax: Syntax {
        valued: "-C --directory -D --define --dart-define --target -t -o --output --build-number --build-name --flavor",
        verbs: &[
            ("pub|packages get|upgrade|downgrade", Does::Deps),
            ("pub global activate", Does::Packages),
            ("pub add", Does::Packages),
            ("pub cache clean", Does::Clean),
            ("pub run", Does::Exec),
            ("get|upgrade", Does::Deps),
            ("global activate", Does::Packages),
            ("build", Does::Fetch),
            ("compile", Does::Build),
            ("run", Does::Exec),
            ("precache|config|channel|doctor|create|clean", Does::Other),
            ("--version|analyze|test", Does::Query),
        ],
        flags: &[("--offline --no-pub", Flag::Offline), ("--enforce-lockfile", Flag::Frozen)],
        directory: "-C --directory",
        refine: Some(dart),
        ..Syntax::BLANK
    },
    ..Tool::BLANK
};

/// `flutter upgrade` raises Flutter itself; `pub get` and `fvm flutter pub get` are the manifest's.
fn dart(line: &Line<'_>, meaning: &mut Meaning) {
    if line.program == "flutter" && meaning.verb == "upgrade" {
        meaning.action = Action::Upgrade;
    }
    if line.program == "fvm" {
        let words: Vec<&str> = line.words.iter().map(|word| word.text).collect();
        meaning.action = match words.as_slice() {
            ["flutter" | "dart", "pub", "get", ..] => Action::Install(InstallKind::Manifest),
            ["flutter" | "dart", "build", ..] => Action::Build { fetches: true },
            _ => Action::Other,
        };
    }
}

const PERL: Tool = Tool {
    ecosystem: Ecosystem::Perl,
    manifests: &["cpanfile", "Makefile.PL", "Build.PL", "META.json", "dist.ini"],
    lock_files: &["cpanfile.snapshot"],
    cache_dirs: &[CacheDir::shared("~/.cpanm"), CacheDir::shared("~/.cpan")],
    clean_commands: &["rm -rf ~/.cpanm"],
    clean_paths: &["~/.cpanm", "~/.cpan"],
    ..Tool::BLANK
};

const CPAN: Tool = Tool {
    name: "cpanm",
    programs: &["cpanm", "cpm", "cpan"],
    syntax: Syntax {
        valued: "-l --local-lib -L --local-lib-contained --mirror -M --from --cpanfile --with-feature --without-feature \
                 --save-dists -w --workers --resolver --home --snapshot",
        verbs: &[("install", Does::Add)],
        unknown: Does::Packages,
        flags: &[("-q --quiet", Flag::Quiet), ("-n --notest", Flag::NoRecommends)],
        files: "--cpanfile",
        versions: Versions::At,
        refine: Some(cpan),
        ..Syntax::BLANK
    },
    ..PERL
};

fn cpan(line: &Line<'_>, meaning: &mut Meaning) {
    if line.has("--installdeps --installdep") {
        meaning.action = Action::Install(InstallKind::Manifest);
        meaning.directory = meaning.packages.first().map(|package| package.text.clone()).filter(|text| text != ".");
        meaning.packages.clear();
    }
}

const CARTON: Tool = Tool {
    name: "carton",
    programs: &["carton", "carmel"],
    vendored: &["vendor/cache/"],
    syntax: Syntax {
        valued: "--path --cpanfile",
        verbs: &[("install|update", Does::Deps), ("exec", Does::Exec), ("bundle", Does::Deps)],
        bare: Does::Deps,
        flags: &[("--deployment", Flag::Frozen), ("--cached", Flag::Offline), ("--without", Flag::OmitDev)],
        files: "--cpanfile",
        ..Syntax::BLANK
    },
    ..PERL
};

const LUAROCKS: Tool = Tool {
    name: "luarocks",
    ecosystem: Ecosystem::Lua,
    programs: &["luarocks"],
    manifests: &["*.rockspec"],
    lock_files: &["luarocks.lock"],
    cache_dirs: &[CacheDir::shared("~/.cache/luarocks")],
    syntax: Syntax {
        valued: "--tree --server --only-server --lua-version --lua-dir",
        verbs: &[("install", Does::Packages), ("make|build", Does::Local), ("remove|purge", Does::Remove)],
        refine: Some(luarocks),
        ..Syntax::BLANK
    },
    ..Tool::BLANK
};

fn luarocks(line: &Line<'_>, meaning: &mut Meaning) {
    if line.has("--only-deps --deps-only") {
        meaning.action = Action::Install(InstallKind::Manifest);
    }
}

const R_FILES: Tool = Tool {
    ecosystem: Ecosystem::R,
    manifests: &["DESCRIPTION", "packages.R", "install.R", "requirements.R"],
    lock_files: &["renv.lock", "packrat.lock", "pkg.lock"],
    config_files: &["renv/", ".Rprofile", ".Renviron", "packrat/"],
    cache_dirs: &[CacheDir::shared("~/.cache/R")],
    ..Tool::BLANK
};

const R: Tool = Tool {
    name: "R",
    programs: &["R", "Rscript"],
    syntax: Syntax { clusters: false, valued: "-e -f --file", refine: Some(r), ..Syntax::BLANK },
    ..R_FILES
};

fn r(line: &Line<'_>, meaning: &mut Meaning) {
    let code = line.values("-e").collect::<Vec<_>>().join("\n");
    let says = |names: &[&str]| names.iter().any(|name| code.contains(name));
    meaning.action =
        if says(&["renv::restore", "restore(", "install_deps", "local_install_deps", "pak::lockfile_install"]) {
            Action::Install(InstallKind::Manifest)
        } else if says(&[
            "install.packages(",
            "::install",
            "install_version(",
            "install_github(",
            "::pkg_install",
            "p_load(",
        ]) {
            Action::Install(InstallKind::Packages)
        } else {
            match line.words.as_slice() {
                [word, ..]
                    if ["install.R", "packages.R", "requirements.R", "install_packages.R"]
                        .iter()
                        .any(|name| word.text.ends_with(name)) =>
                {
                    meaning.files.push(word.text.to_owned());
                    Action::Install(InstallKind::Manifest)
                }
                [word, ..] if word.text == "CMD" => Action::Other,
                [word, ..] => Action::Exec(word.text.to_owned()),
                [] => Action::Other,
            }
        };
}

const R_SCRIPTS: Tool = Tool {
    name: "install2.r",
    programs: &["install2.r", "install.r", "installGithub.r", "installBioc.r", "installRub.r"],
    syntax: Syntax {
        valued: "-r --repos -l --libloc -n --ncpus -m --method",
        unknown: Does::Packages,
        versions: Versions::At,
        ..Syntax::BLANK
    },
    ..R_FILES
};

const JULIA: Tool = Tool {
    name: "julia",
    ecosystem: Ecosystem::Julia,
    programs: &["julia"],
    manifests: &["Project.toml", "JuliaProject.toml"],
    lock_files: &["Manifest.toml", "JuliaManifest.toml"],
    cache_dirs: &[CacheDir::shared("~/.julia")],
    syntax: Syntax {
        valued: "-e --eval -E -t --threads -J -C -p -L",
        unknown: Does::Exec,
        directory: "--project",
        refine: Some(julia),
        ..Syntax::BLANK
    },
    ..Tool::BLANK
};

fn julia(line: &Line<'_>, meaning: &mut Meaning) {
    let code = line.values("-e --eval -E").collect::<Vec<_>>().join("\n");
    if code.contains("instantiate") || code.contains("resolve(") {
        meaning.action = Action::Install(InstallKind::Manifest);
    } else if code.contains("add(") || code.contains("pkg\"add") {
        meaning.action = Action::Install(InstallKind::Packages);
    } else if code.contains("develop(") {
        meaning.action = Action::Install(InstallKind::LocalProject);
    }
}

const ELM: Tool = Tool {
    name: "elm",
    ecosystem: Ecosystem::Other,
    programs: &["elm", "spago", "psc-package"],
    manifests: &["elm.json", "elm-package.json", "spago.dhall", "spago.yaml", "packages.dhall"],
    lock_files: &["spago.lock"],
    cache_dirs: &[CacheDir::shared("~/.elm")],
    syntax: Syntax { verbs: &[("make|build|bundle-app", Does::Fetch), ("install", Does::Add)], ..Syntax::BLANK },
    ..Tool::BLANK
};

const POD: Tool = Tool {
    name: "pod",
    ecosystem: Ecosystem::Other,
    programs: &["pod"],
    manifests: &["Podfile", "*.podspec"],
    lock_files: &["Podfile.lock"],
    syntax: Syntax { verbs: &[("install|update", Does::Deps), ("repo update", Does::Update)], ..Syntax::BLANK },
    ..Tool::BLANK
};

const HELM: Tool = Tool {
    name: "helm",
    ecosystem: Ecosystem::Other,
    programs: &["helm"],
    manifests: &["Chart.yaml"],
    lock_files: &["Chart.lock"],
    cache_dirs: &[CacheDir::shared("~/.cache/helm")],
    syntax: Syntax {
        valued: "--version --repo -n --namespace",
        verbs: &[
            ("dependency|dep|dependencies build|update|up", Does::DepsOf),
            ("repo update", Does::Update),
            ("plugin install", Does::Packages),
            ("pull", Does::Packages),
        ],
        ..Syntax::BLANK
    },
    ..Tool::BLANK
};

const ANSIBLE_GALAXY: Tool = Tool {
    name: "ansible-galaxy",
    ecosystem: Ecosystem::Other,
    programs: &["ansible-galaxy"],
    manifests: &["requirements.yml", "requirements.yaml", "galaxy.yml"],
    config_files: &["ansible.cfg"],
    cache_dirs: &[CacheDir::shared("~/.ansible/galaxy_cache")],
    syntax: Syntax {
        valued: "-r --role-file --requirements-file -p --roles-path --collections-path -s --server --timeout",
        verbs: &[("install", Does::Packages), ("role|collection install", Does::Packages)],
        files: "-r --role-file --requirements-file",
        versions: Versions::Colon,
        refine: Some(ansible_galaxy),
        ..Syntax::BLANK
    },
    ..Tool::BLANK
};

fn ansible_galaxy(_: &Line<'_>, meaning: &mut Meaning) {
    if matches!(meaning.action, Action::Install(_)) && !meaning.files.is_empty() {
        meaning.action = Action::Install(InstallKind::Manifest);
    }
}

const TERRAFORM: Tool = Tool {
    name: "terraform",
    ecosystem: Ecosystem::Other,
    programs: &["terraform", "tofu"],
    manifests: &["versions.tf", "providers.tf", "terraform.tf"],
    lock_files: &[".terraform.lock.hcl"],
    cache_dirs: &[CacheDir::shared("~/.terraform.d/plugin-cache")],
    syntax: Syntax {
        clusters: false,
        verbs: &[("init", Does::Fetch), ("version|validate|fmt", Does::Query)],
        ..Syntax::BLANK
    },
    ..Tool::BLANK
};

const ASDF: Tool = Tool {
    name: "mise",
    ecosystem: Ecosystem::Other,
    programs: &["mise", "asdf", "rtx", "proto", "aqua"],
    manifests: &[".tool-versions", "mise.toml", ".mise.toml", ".prototools", "aqua.yaml"],
    lock_files: &["mise.lock"],
    cache_dirs: &[CacheDir::shared("~/.cache/mise")],
    syntax: Syntax {
        valued: "-C --cd -j --jobs",
        verbs: &[
            ("install|i", Does::Add),
            ("use", Does::Packages),
            ("exec|x", Does::Exec),
            ("plugin add", Does::Other),
            ("run", Does::Run),
        ],
        flags: &[("-y --yes", Flag::AssumeYes)],
        versions: Versions::At,
        ..Syntax::BLANK
    },
    ..Tool::BLANK
};

const SDKMAN: Tool = Tool {
    name: "sdk",
    ecosystem: Ecosystem::Other,
    programs: &["sdk", "pyenv", "rbenv", "goenv", "nodenv", "phpbrew", "rvm"],
    syntax: Syntax { verbs: &[("install", Does::Packages), ("update", Does::Update)], ..Syntax::BLANK },
    ..Tool::BLANK
};

const PLATFORMIO: Tool = Tool {
    name: "platformio",
    ecosystem: Ecosystem::Other,
    programs: &["platformio", "pio"],
    manifests: &["platformio.ini"],
    cache_dirs: &[CacheDir::shared("~/.platformio")],
    syntax: Syntax {
        valued: "-d --project-dir -e --environment",
        verbs: &[("pkg install", Does::Add), ("lib install", Does::Packages), ("run", Does::Fetch)],
        directory: "-d --project-dir",
        ..Syntax::BLANK
    },
    ..Tool::BLANK
};
