//! Go, Rust, C and C++, Swift, Haskell, OCaml and other languages that compile to machine code.

use super::line::Line;
use super::meaning::{Action, Flag, InstallKind, Meaning};
use super::package::{Source, Versions};
use super::tool::{CacheDir, Does, Ecosystem, Syntax, Tool};

pub(super) const TOOLS: &[Tool] =
    &[GO, DEP, CARGO, RUSTUP, SWIFT, CABAL, STACK, OPAM, CONAN, VCPKG, ZIG, NIMBLE, SHARDS, DUB, BAZEL];

const GO: Tool = Tool {
    name: "go",
    ecosystem: Ecosystem::Go,
    programs: &["go", "xx-go"],
    manifests: &["go.mod", "go.work"],
    lock_files: &["go.sum", "go.work.sum"],
    config_files: &[".go-version", ".tool-versions", "tools.go", "vendor/modules.txt"],
    vendored: &["vendor/modules.txt"],
    cache_dirs: &[CacheDir::shared("/go/pkg/mod"), CacheDir::shared("~/.cache/go-build")],
    clean_commands: &["go clean -modcache -cache"],
    clean_paths: &["/go/pkg/mod", "~/.cache/go-build", "/go/pkg"],
    syntax: Syntax {
        clusters: false,
        valued: "-o -tags -ldflags -gcflags -asmflags -mod -modfile -C -p -pkgdir -exec -run -bench -count -coverprofile \
                 -timeout -buildmode -compiler -overlay -toolexec -installsuffix -modcacherw -f --ldflags --tags",
        verbs: &[
            ("mod download|verify", Does::Deps),
            ("work sync", Does::Deps),
            ("mod tidy|vendor", Does::Fetch),
            ("mod init|edit", Does::Other),
            ("mod graph|why", Does::Query),
            ("get|install", Does::Packages),
            ("build|test|vet|generate|tool", Does::Fetch),
            ("run", Does::Exec),
            ("clean", Does::Clean),
            ("env|version|list|fmt|doc|help|bug|telemetry", Does::Query),
        ],
        bare: Does::Query,
        flags: &[("-mod=vendor", Flag::Offline), ("-mod=readonly", Flag::Frozen), ("-u", Flag::Newer)],
        env: &[("GOFLAGS=-mod=vendor", Flag::Offline), ("GOPROXY=off", Flag::Offline)],
        directory: "-C",
        versions: Versions::At,
        refine: Some(go),
        ..Syntax::BLANK
    },
    ..Tool::BLANK
};

/// `go get ./...` and `go install ./cmd/x` read the sources; `go install x@v1` reads nothing.
fn go(line: &Line<'_>, meaning: &mut Meaning) {
    for package in &mut meaning.packages {
        if package.source == Source::Url && !package.text.contains("://") {
            package.source = Source::Registry;
        }
    }
    let of_project = meaning.packages.is_empty()
        || meaning.packages.iter().any(|package| {
            package.source == Source::Folder || matches!(package.text.as_str(), "all" | "tool" | "std" | "cmd")
        });
    match meaning.verb.as_str() {
        "get" | "install" if of_project => {
            meaning.packages.clear();
            meaning.action = Action::Build { fetches: true };
        }
        // Without a version it is a package of the module or of GOPATH: the sources decide.
        "install" if meaning.packages.iter().all(|package| package.version.is_none()) => {
            meaning.action = Action::Install(InstallKind::Packages);
        }
        "clean" if !line.has("-modcache -cache -fuzzcache -testcache") => meaning.action = Action::Remove,
        "run" => {
            let program = line.words.get(1).map_or("", |word| word.text);
            meaning.action = Action::Exec(program.to_owned());
        }
        _ => {}
    }
}

const DEP: Tool = Tool {
    name: "dep",
    ecosystem: Ecosystem::Go,
    programs: &["dep", "glide", "govendor", "godep"],
    manifests: &["Gopkg.toml", "glide.yaml", "vendor.json", "Godeps.json"],
    lock_files: &["Gopkg.lock", "glide.lock"],
    vendored: &["vendor/"],
    syntax: Syntax {
        clusters: false,
        verbs: &[("ensure|install|sync|restore|up|update", Does::Deps)],
        flags: &[("-vendor-only --vendor-only", Flag::Frozen)],
        ..Syntax::BLANK
    },
    ..Tool::BLANK
};

const CARGO: Tool = Tool {
    name: "cargo",
    ecosystem: Ecosystem::Rust,
    programs: &["cargo", "cross", "xx-cargo"],
    manifests: &["Cargo.toml"],
    lock_files: &["Cargo.lock"],
    config_files: &[
        ".cargo/config.toml",
        ".cargo/config",
        ".cargo/",
        "rust-toolchain",
        "rust-toolchain.toml",
        "recipe.json",
        "clippy.toml",
        ".tool-versions",
    ],
    vendored: &["vendor/"],
    cache_dirs: &[
        CacheDir::shared("/usr/local/cargo/registry"),
        CacheDir::shared("/usr/local/cargo/git/db"),
        CacheDir::shared("target"),
    ],
    clean_commands: &["rm -rf /usr/local/cargo/registry"],
    clean_paths: &["/usr/local/cargo/registry", "~/.cargo/registry"],
    syntax: Syntax {
        valued: "--manifest-path --target --target-dir -p --package --bin --example --test --bench --features -F \
                 --profile -j --jobs --color --config -Z --message-format --out-dir --artifact-dir --exclude \
                 --recipe-path --path --git --branch --tag --rev --version --vers --registry --index --root -C --lockfile-path",
        verbs: &[
            ("fetch|vendor|generate-lockfile|update", Does::Deps),
            ("chef cook", Does::Deps),
            ("chef prepare", Does::Query),
            ("install|binstall", Does::Packages),
            ("build|b|check|c|test|t|bench|clippy|doc|rustc|rustdoc|package|publish|nextest|udeps|miri", Does::Fetch),
            (
                "zigbuild|xwin|auditable|leptos|tauri|component|ndk|lambda|build-deps|tarpaulin|pgo|wasi|hack|deb|xtask|make",
                Does::Fetch,
            ),
            ("run|r", Does::Exec),
            ("add", Does::Packages),
            ("clean", Does::Remove),
            ("remove|rm|uninstall", Does::Remove),
            ("metadata|tree|version|search|help|audit|deny|fmt|locate-project|pkgid|info|sqlx", Does::Query),
            ("new|init|login|yank", Does::Other),
        ],
        bare: Does::Query,
        flags: &[
            ("--locked --frozen", Flag::Frozen),
            ("--offline --frozen", Flag::Offline),
            ("-q --quiet", Flag::Quiet),
        ],
        env: &[("CARGO_NET_OFFLINE", Flag::Offline)],
        files: "--manifest-path --recipe-path",
        directory: "-C",
        versions: Versions::At,
        refine: Some(cargo),
        ..Syntax::BLANK
    },
    ..Tool::BLANK
};

fn cargo(line: &Line<'_>, meaning: &mut Meaning) {
    // `cargo +nightly build`: the toolchain is no verb. Read the rest again without it.
    if let Some(first) = line.words.first()
        && first.text.starts_with('+')
        && meaning.verb.is_empty()
    {
        let at = first.index - line.first;
        let rest = Line::read(line.command, line.program, &line.args[at + 1..], first.index + 1, &meaning.tool.syntax);
        if rest.words.first().is_some_and(|word| !word.text.starts_with('+')) {
            super::meaning::read_again(&rest, meaning);
        }
        return;
    }
    if matches!(meaning.verb.as_str(), "install" | "binstall") {
        if line.value("--path").is_some() || (meaning.packages.is_empty() && line.value("--git").is_none()) {
            meaning.directory = line.value("--path").map(str::to_owned);
            meaning.packages.clear();
            meaning.action = Action::Build { fetches: true };
        }
        let version = line.value("--version --vers --tag --rev").map(str::to_owned);
        meaning.packages.iter_mut().filter(|package| package.version.is_none()).for_each(|package| {
            package.version.clone_from(&version);
        });
    }
    if matches!(meaning.verb.as_str(), "run" | "r") {
        meaning.flags.unset(Flag::Quiet);
    }
}

const RUSTUP: Tool = Tool {
    name: "rustup",
    ecosystem: Ecosystem::Rust,
    programs: &["rustup", "rustup-init", "rustup-init.sh"],
    manifests: &["rust-toolchain", "rust-toolchain.toml"],
    syntax: Syntax {
        valued: "--toolchain --profile -c --component -t --target --default-toolchain --default-host",
        verbs: &[
            ("toolchain install|add|update", Does::Add),
            ("target|component add|install", Does::Packages),
            ("install", Does::Add),
            ("update", Does::Upgrade),
            ("default|override", Does::Packages),
            ("override set", Does::Packages),
            ("show", Does::Query),
            ("run", Does::Exec),
        ],
        flags: &[("-y", Flag::AssumeYes)],
        ..Syntax::BLANK
    },
    ..Tool::BLANK
};

const SWIFT: Tool = Tool {
    name: "swift",
    ecosystem: Ecosystem::Swift,
    programs: &["swift"],
    manifests: &["Package.swift", "Package@swift-*.swift"],
    lock_files: &["Package.resolved"],
    config_files: &[".swift-version", ".swiftpm/"],
    cache_dirs: &[CacheDir::shared("~/.cache/org.swift.swiftpm")],
    syntax: Syntax {
        clusters: false,
        valued: "--package-path --scratch-path --build-path --cache-path -c --configuration --product --target \
                 --swift-sdk -Xswiftc -Xlinker -Xcc --jobs -j",
        verbs: &[
            ("package resolve|update", Does::Deps),
            ("package", Does::Other),
            ("build|test", Does::Fetch),
            ("run", Does::Exec),
        ],
        flags: &[("--skip-update --only-use-versions-from-resolved-file", Flag::Frozen)],
        directory: "--package-path",
        ..Syntax::BLANK
    },
    ..Tool::BLANK
};

const CABAL: Tool = Tool {
    name: "cabal",
    ecosystem: Ecosystem::Haskell,
    programs: &["cabal"],
    manifests: &["*.cabal", "cabal.project", "package.yaml"],
    lock_files: &["cabal.project.freeze", "cabal.project.local"],
    config_files: &["Setup.hs", "cabal.config"],
    cache_dirs: &[CacheDir::shared("~/.cabal/packages"), CacheDir::shared("~/.local/state/cabal")],
    syntax: Syntax {
        valued: "-j --jobs -w --with-compiler --project-file --installdir --install-method --constraint",
        verbs: &[
            ("update|v2-update|new-update", Does::Update),
            ("build|v2-build|new-build|install|v2-install|new-install|test|configure", Does::Fetch),
            ("run|exec", Does::Exec),
        ],
        refine: Some(only_dependencies),
        ..Syntax::BLANK
    },
    ..Tool::BLANK
};

const STACK: Tool = Tool {
    name: "stack",
    ecosystem: Ecosystem::Haskell,
    programs: &["stack"],
    manifests: &["stack*.yaml", "*.cabal", "package.yaml"],
    lock_files: &["stack*.yaml.lock"],
    cache_dirs: &[CacheDir::shared("~/.stack")],
    syntax: Syntax {
        valued: "--stack-yaml --resolver --snapshot --local-bin-path --ghc-options --flag -j --jobs --work-dir",
        verbs: &[
            ("update", Does::Update),
            ("setup", Does::Deps),
            ("build|install|test|haddock", Does::Fetch),
            ("exec|run|runghc", Does::Exec),
        ],
        flags: &[("--system-ghc", Flag::Global)],
        files: "--stack-yaml",
        refine: Some(only_dependencies),
        ..Syntax::BLANK
    },
    ..Tool::BLANK
};

const OPAM: Tool = Tool {
    name: "opam",
    ecosystem: Ecosystem::OCaml,
    programs: &["opam"],
    manifests: &["*.opam", "opam", "dune-project"],
    lock_files: &["*.opam.locked"],
    config_files: &["*.opam.template"],
    cache_dirs: &[CacheDir::shared("~/.opam/download-cache")],
    clean_commands: &["opam clean"],
    syntax: Syntax {
        valued: "-j --jobs --switch --root --compiler -b",
        verbs: &[
            ("update", Does::Update),
            ("upgrade", Does::Upgrade),
            ("install", Does::Packages),
            ("pin|pin add", Does::Local),
            ("exec", Does::Exec),
            ("clean", Does::Clean),
        ],
        flags: &[("-y --yes", Flag::AssumeYes), ("--locked", Flag::Frozen)],
        refine: Some(only_dependencies),
        ..Syntax::BLANK
    },
    ..Tool::BLANK
};

fn only_dependencies(line: &Line<'_>, meaning: &mut Meaning) {
    let only = "--only-dependencies --dependencies-only --deps-only --only-snapshot --only-download --dry-run";
    if line.has(only) && meaning.install_kind().is_some() {
        meaning.action = Action::Install(InstallKind::Manifest);
    }
    if meaning.verb == "pin" && line.has("-n --no-action") {
        meaning.action = Action::Install(InstallKind::Manifest);
    }
}

const CONAN: Tool = Tool {
    name: "conan",
    ecosystem: Ecosystem::Cpp,
    programs: &["conan"],
    manifests: &["conanfile.txt", "conanfile.py"],
    lock_files: &["conan.lock"],
    config_files: &["profiles/", "conandata.yml", "conanprofile*"],
    cache_dirs: &[CacheDir::shared("~/.conan2/p"), CacheDir::shared("~/.conan")],
    clean_commands: &["conan cache clean"],
    syntax: Syntax {
        valued: "-if --install-folder -of --output-folder -s --settings -o --options -pr --profile -b --build -r \
                 --remote -g -c --conf --lockfile -pr:b -pr:h",
        clusters: false,
        verbs: &[("install", Does::DepsOf), ("create|build|export", Does::Fetch), ("cache clean", Does::Clean)],
        ..Syntax::BLANK
    },
    ..Tool::BLANK
};

const VCPKG: Tool = Tool {
    name: "vcpkg",
    ecosystem: Ecosystem::Cpp,
    programs: &["vcpkg"],
    manifests: &["vcpkg.json"],
    config_files: &["vcpkg-configuration.json", "ports/", "triplets/", "overlays/"],
    cache_dirs: &[CacheDir::shared("~/.cache/vcpkg/archives")],
    syntax: Syntax {
        valued: "--triplet --overlay-ports --overlay-triplets --x-manifest-root --vcpkg-root --x-install-root",
        verbs: &[("install", Does::Add), ("update", Does::Update)],
        directory: "--x-manifest-root",
        ..Syntax::BLANK
    },
    ..Tool::BLANK
};

const ZIG: Tool = Tool {
    name: "zig",
    ecosystem: Ecosystem::Cpp,
    programs: &["zig"],
    manifests: &["build.zig.zon", "build.zig"],
    cache_dirs: &[CacheDir::shared("~/.cache/zig")],
    syntax: Syntax {
        clusters: false,
        verbs: &[("build", Does::Fetch), ("fetch", Does::Packages)],
        refine: Some(zig),
        ..Syntax::BLANK
    },
    ..Tool::BLANK
};

fn zig(line: &Line<'_>, meaning: &mut Meaning) {
    if meaning.verb == "build" && line.has("--fetch") {
        meaning.action = Action::Install(InstallKind::Manifest);
    }
}

const NIMBLE: Tool = Tool {
    name: "nimble",
    ecosystem: Ecosystem::Other,
    programs: &["nimble"],
    manifests: &["*.nimble"],
    lock_files: &["nimble.lock"],
    syntax: Syntax {
        verbs: &[
            ("refresh", Does::Update),
            ("install", Does::Packages),
            ("build|c", Does::Fetch),
            ("setup", Does::Deps),
        ],
        flags: &[("-y --accept", Flag::AssumeYes)],
        refine: Some(nimble),
        ..Syntax::BLANK
    },
    ..Tool::BLANK
};

fn nimble(line: &Line<'_>, meaning: &mut Meaning) {
    if meaning.verb == "install" && meaning.packages.is_empty() {
        let only = line.has("-d --depsOnly");
        meaning.action = Action::Install(if only { InstallKind::Manifest } else { InstallKind::LocalProject });
    }
}

const SHARDS: Tool = Tool {
    name: "shards",
    ecosystem: Ecosystem::Other,
    programs: &["shards"],
    manifests: &["shard.yml"],
    lock_files: &["shard.lock"],
    vendored: &["lib/"],
    syntax: Syntax {
        verbs: &[("install|update", Does::Deps), ("build", Does::Fetch), ("prune", Does::Remove)],
        bare: Does::Deps,
        flags: &[
            ("--production --without-development", Flag::OmitDev),
            ("--frozen", Flag::Frozen),
            ("--local", Flag::Offline),
        ],
        ..Syntax::BLANK
    },
    ..Tool::BLANK
};

const DUB: Tool = Tool {
    name: "dub",
    ecosystem: Ecosystem::Other,
    programs: &["dub"],
    manifests: &["dub.json", "dub.sdl"],
    lock_files: &["dub.selections.json"],
    syntax: Syntax {
        verbs: &[("fetch", Does::Packages), ("upgrade", Does::Deps), ("build|test", Does::Fetch), ("run", Does::Exec)],
        bare: Does::Fetch,
        flags: &[("-y --yes", Flag::AssumeYes)],
        versions: Versions::At,
        ..Syntax::BLANK
    },
    ..Tool::BLANK
};

const BAZEL: Tool = Tool {
    name: "bazel",
    ecosystem: Ecosystem::Other,
    programs: &["bazel", "bazelisk"],
    manifests: &["WORKSPACE", "WORKSPACE.bazel", "MODULE.bazel"],
    lock_files: &["MODULE.bazel.lock"],
    config_files: &[".bazelrc", ".bazelversion"],
    cache_dirs: &[CacheDir::shared("~/.cache/bazel")],
    syntax: Syntax {
        valued: "--output_base --output_user_root --bazelrc",
        verbs: &[
            ("fetch|sync", Does::Deps),
            ("build|test|run|coverage", Does::Fetch),
            ("clean|shutdown", Does::Other),
            ("query|info|version", Does::Query),
        ],
        ..Syntax::BLANK
    },
    ..Tool::BLANK
};
