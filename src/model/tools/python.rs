//! Python and conda.

use super::line::Line;
use super::meaning::{Action, Flag, InstallKind, Meaning};
use super::package::{Package, Source, Versions};
use super::tool::{CacheDir, Does, Ecosystem, Syntax, Tool};

pub(super) const TOOLS: &[Tool] =
    &[PIP, PIP_TOOLS, PIPX, UV, POETRY, PDM, PIPENV, HATCH, RYE, FLIT, PIXI, SETUPTOOLS, BUILD, MATURIN, CONDA];

const PYTHON: Tool = Tool {
    ecosystem: Ecosystem::Python,
    manifests: &["pyproject.toml", "setup.py", "setup.cfg", "requirements*.txt", "requirements/*.txt", "requirements/"],
    config_files: CONFIG,
    vendored: &["wheelhouse/", "*.whl"],
    ..Tool::BLANK
};

const CONFIG: &[&str] = &[
    "*requirements*.txt",
    "requirements*.in",
    "*requirements*.pip",
    "requirements/",
    "reqs/",
    "requires/",
    "requirements.*.txt",
    "constraints*.txt",
    "*constraints*.txt",
    "dev-requirements.txt",
    "test-requirements.txt",
    "packages.txt",
    "pip.conf",
    "pip.ini",
    "uv.toml",
    "poetry.toml",
    "pdm.toml",
    "hatch.toml",
    ".python-version",
    ".tool-versions",
    "mise.toml",
    "MANIFEST.in",
    "wheels/",
    "wheelhouse/",
    "*.whl",
];

const PIP_CACHE: &[CacheDir] = &[CacheDir::shared("~/.cache/pip")];

const PIP: Tool = Tool {
    name: "pip",
    programs: &["pip", "easy_install", "ensurepip", "get-pip.py"],
    cache_dirs: PIP_CACHE,
    clean_commands: &["pip cache purge"],
    clean_paths: &["~/.cache/pip", "~/.cache"],
    no_cache_flag: Some("--no-cache-dir"),
    syntax: Syntax {
        valued: PIP_VALUED,
        verbs: &[
            ("install|download|wheel", Does::Packages),
            ("cache purge|remove", Does::Clean),
            ("uninstall", Does::Remove),
            ("list|freeze|show|check|search|index|inspect|debug|help|hash|cache", Does::Query),
        ],
        bare: Does::Query,
        flags: PIP_FLAGS,
        env: &[("PIP_NO_CACHE_DIR", Flag::NoCache), ("PIP_NO_DEPS", Flag::NoProject)],
        files: "-r --requirement -c --constraint --group --requirements-from-script",
        versions: Versions::Pip,
        refine: Some(pip),
        ..Syntax::BLANK
    },
    ..PYTHON
};

const PIP_VALUED: &str = "-r --requirement -c --constraint -e --editable -i --index-url --extra-index-url -f \
    --find-links -t --target --prefix --root --src -b --build --build-option --global-option --install-option \
    --config-settings -C --config-setting --platform --python-version --implementation --abi --no-binary \
    --only-binary --trusted-host --proxy --timeout --retries --cert --client-cert --cache-dir --log \
    --progress-bar --upgrade-strategy -w --wheel-dir -d --dest --use-feature --python --root-user-action \
    --exists-action --group --report --keyring-provider -p --extra --index --default-index --link-mode \
    --torch-backend --exclude-newer --resolution --prerelease --index-strategy --python-platform --overrides \
    --build-constraints --requirements-from-script --no-build-package --no-build-isolation-package -P \
    --upgrade-package --reinstall-package --refresh-package --editable";

const PIP_FLAGS: &[(&str, Flag)] = &[
    ("--no-cache-dir --no-cache", Flag::NoCache),
    ("--cache-dir=/dev/null", Flag::NoCache),
    ("--no-deps", Flag::NoProject),
    ("--no-index --offline", Flag::Offline),
    ("--require-hashes", Flag::Frozen),
    ("-U --upgrade", Flag::Newer),
    ("--user", Flag::Global),
    ("--dry-run", Flag::DryRun),
    ("-y --yes", Flag::AssumeYes),
    ("-q --quiet", Flag::Quiet),
];

fn pip(line: &Line<'_>, meaning: &mut Meaning) {
    match line.program {
        "easy_install" => {
            meaning.action = Action::Install(InstallKind::Packages);
            meaning.take_packages(&line.words);
        }
        "ensurepip" | "get-pip.py" => {
            meaning.action = Action::Install(InstallKind::Packages);
            meaning.take_packages(if line.program == "ensurepip" { &[] } else { &line.words });
        }
        _ => {}
    }
    editable(line, meaning);
    requirements_decide(line, meaning);
    find_links(line, meaning);
}

/// `--find-links wheels/`; a page of links is a URL.
fn find_links(line: &Line<'_>, meaning: &mut Meaning) {
    let folders = line.values("-f --find-links").filter(|value| !value.contains("://") && !value.starts_with('$'));
    meaning.package_folders = folders.map(str::to_owned).collect();
}

/// `-e .`, `-e git+https://…#egg=x`: packages given by an option.
fn editable(line: &Line<'_>, meaning: &mut Meaning) {
    if !matches!(meaning.action, Action::Install(_)) {
        return;
    }
    let versions = Versions::Pip;
    for option in line.options.iter().filter(|option| option.name.is_in("-e --editable")) {
        let Some(value) = option.value else { continue };
        let Some(arg) = line.command.args.get(option.arg) else { continue };
        let mut package = Package::read(value, value.starts_with('$'), versions, arg.span, option.arg);
        if package.source == Source::Registry {
            package.source = Source::Folder;
        }
        if package.source == Source::Folder {
            meaning.action = Action::Install(InstallKind::LocalProject);
        }
        meaning.packages.push(package);
    }
}

/// With `-r` and without a folder, the requirement files decide.
fn requirements_decide(line: &Line<'_>, meaning: &mut Meaning) {
    let from_file = line.value("-r --requirement --group").is_some();
    let has_folder = meaning.packages.iter().any(|package| package.source == Source::Folder);
    if from_file && !has_folder && matches!(meaning.action, Action::Install(_)) {
        meaning.action = Action::Install(InstallKind::Manifest);
    }
}

const PIP_TOOLS: Tool = Tool {
    name: "pip-tools",
    programs: &["pip-sync", "pip-compile"],
    cache_dirs: PIP_CACHE,
    syntax: Syntax { valued: PIP_VALUED, refine: Some(pip_tools), ..Syntax::BLANK },
    ..PYTHON
};

fn pip_tools(line: &Line<'_>, meaning: &mut Meaning) {
    meaning.files = line.words.iter().map(|word| word.text.to_owned()).collect();
    if line.program == "pip-sync" {
        meaning.action = Action::Install(InstallKind::Manifest);
    }
}

const PIPX: Tool = Tool {
    name: "pipx",
    programs: &["pipx"],
    cache_dirs: PIP_CACHE,
    syntax: Syntax {
        valued: "--python --index-url -i --pip-args --suffix --spec",
        verbs: &[
            ("install|inject|install-all", Does::Packages),
            ("upgrade|upgrade-all", Does::Upgrade),
            ("run", Does::Exec),
            ("uninstall", Does::Remove),
            ("list|environment", Does::Query),
        ],
        versions: Versions::Pip,
        ..Syntax::BLANK
    },
    ..PYTHON
};

const UV: Tool = Tool {
    name: "uv",
    programs: &["uv", "uvx"],
    lock_files: &["uv.lock"],
    cache_dirs: &[CacheDir::shared("~/.cache/uv")],
    clean_commands: &["uv cache clean"],
    clean_paths: &["~/.cache/uv", "~/.cache"],
    no_cache_flag: Some("--no-cache"),
    syntax: Syntax {
        valued: UV_VALUED,
        verbs: &[
            ("sync", Does::Deps),
            ("lock", Does::Fetch),
            ("add", Does::Packages),
            ("pip install", Does::Packages),
            ("pip sync", Does::DepsOf),
            ("pip compile", Does::Query),
            ("pip uninstall", Does::Remove),
            ("pip list|freeze|show|check|tree", Does::Query),
            ("tool install", Does::Packages),
            ("tool upgrade", Does::Upgrade),
            ("tool run", Does::Exec),
            ("python install", Does::Packages),
            ("run", Does::Exec),
            ("build", Does::Fetch),
            ("cache clean|prune", Does::Clean),
            ("remove", Does::Remove),
            ("export|tree|version|cache|help", Does::Query),
            ("venv|init|self|publish", Does::Other),
        ],
        bare: Does::Query,
        flags: &[
            ("--no-install-project --no-install-workspace --no-install-local", Flag::NoProject),
            ("--frozen --locked", Flag::Frozen),
            ("--no-dev --only-main", Flag::OmitDev),
            ("--no-group=dev", Flag::OmitDev),
            ("--no-cache --no-cache-dir -n", Flag::NoCache),
            ("--offline --no-index", Flag::Offline),
            ("--system", Flag::Global),
            ("-U --upgrade", Flag::Newer),
            ("--dry-run", Flag::DryRun),
            ("-q --quiet", Flag::Quiet),
        ],
        env: &[
            ("UV_NO_CACHE", Flag::NoCache),
            ("UV_FROZEN", Flag::Frozen),
            ("UV_LOCKED", Flag::Frozen),
            ("UV_NO_DEV", Flag::OmitDev),
            ("UV_OFFLINE", Flag::Offline),
        ],
        files: "-r --requirement --requirements -c --constraint --constraints",
        directory: "--directory --project",
        versions: Versions::Pip,
        refine: Some(uv),
        ..Syntax::BLANK
    },
    ..PYTHON
};

const UV_VALUED: &str = "-r --requirement --requirements -c --constraint --constraints -e --editable -i --index-url \
    --extra-index-url --index --default-index -f --find-links -t --target --prefix --python -p --directory --project \
    --cache-dir --extra --group --only-group --no-group --no-extra --package --no-install-package --with \
    --with-editable --with-requirements --from --link-mode --config-file --color --python-preference \
    --torch-backend --exclude-newer --resolution --prerelease --index-strategy --python-platform \
    --python-version --override --overrides --build-constraint --build-constraints --no-binary --only-binary \
    --no-build-package --no-binary-package -P --upgrade-package --reinstall-package --refresh-package -C \
    --config-setting -o --output-file --out-dir --allow-insecure-host --keyring-provider --script --env-file -m \
    --module --no-build-isolation-package --install-dir --bounds --branch --tag --rev --optional";

fn uv(line: &Line<'_>, meaning: &mut Meaning) {
    if line.program == "uvx" {
        meaning.action = Action::Exec(line.words.first().map_or("", |word| word.text).to_owned());
        return;
    }
    if meaning.verb == "run" && !line.has("--no-sync --no-project") {
        // The environment is synchronized first; the rest of the line belongs to the program.
        meaning.flags = Default::default();
    }
    if meaning.verb == "python install" || meaning.verb == "tool install" {
        meaning.flags.set(Flag::Global);
        return;
    }
    editable(line, meaning);
    requirements_decide(line, meaning);
    if meaning.verb == "pip install" && line.value("--requirements").is_some() {
        requirements_decide(line, meaning);
    }
    find_links(line, meaning);
}

const POETRY: Tool = Tool {
    name: "poetry",
    programs: &["poetry"],
    lock_files: &["poetry.lock"],
    cache_dirs: &[CacheDir::shared("~/.cache/pypoetry")],
    clean_commands: &["poetry cache clear --all --no-interaction ."],
    clean_paths: &["~/.cache/pypoetry", "~/.cache"],
    no_cache_flag: Some("--no-cache"),
    syntax: Syntax {
        valued: "-C --directory -P --project --only --with --without -E --extras -G --group --source --platform \
                 --python -f --format -o --output --priority",
        verbs: &[
            ("install|sync|update", Does::Deps),
            ("add", Does::Packages),
            ("self add|update|install", Does::Packages),
            ("run", Does::Exec),
            ("build", Does::Build),
            ("lock", Does::Fetch),
            ("cache clear", Does::Clean),
            ("remove", Does::Remove),
            ("export|show|check|version|about", Does::Query),
            ("env info|list", Does::Query),
            ("config|init|self|new|publish", Does::Other),
        ],
        bare: Does::Query,
        flags: &[
            ("--no-root", Flag::NoProject),
            ("--only-root", Flag::ProjectOnly),
            ("--no-dev", Flag::OmitDev),
            ("--without=dev", Flag::OmitDev),
            ("--only=main", Flag::OmitDev),
            ("--no-cache", Flag::NoCache),
            ("-n --no-interaction", Flag::AssumeYes),
            ("--dry-run", Flag::DryRun),
            ("-q --quiet", Flag::Quiet),
        ],
        directory: "-C --directory -P --project",
        versions: Versions::At,
        refine: Some(project_only),
        ..Syntax::BLANK
    },
    ..PYTHON
};

fn project_only(_: &Line<'_>, meaning: &mut Meaning) {
    if meaning.has(Flag::ProjectOnly) && meaning.action == Action::Install(InstallKind::Manifest) {
        meaning.action = Action::Install(InstallKind::LocalProject);
    }
}

const PDM: Tool = Tool {
    name: "pdm",
    programs: &["pdm"],
    lock_files: &["pdm.lock"],
    cache_dirs: &[CacheDir::shared("~/.cache/pdm")],
    clean_commands: &["pdm cache clear"],
    clean_paths: &["~/.cache/pdm", "~/.cache"],
    syntax: Syntax {
        valued: "-p --project -G --group --with --without -L --lockfile -S --skip -o --output -f --format",
        verbs: &[
            ("install|sync|update", Does::Deps),
            ("add", Does::Packages),
            ("run", Does::Exec),
            ("build", Does::Build),
            ("lock", Does::Fetch),
            ("cache clear", Does::Clean),
            ("remove", Does::Remove),
            ("export|list|info|show", Does::Query),
        ],
        flags: &[
            ("--no-self", Flag::NoProject),
            ("--prod --production --no-dev", Flag::OmitDev),
            ("--frozen-lockfile --no-lock --frozen", Flag::Frozen),
            ("-g --global", Flag::Global),
        ],
        directory: "-p --project",
        versions: Versions::Pip,
        ..Syntax::BLANK
    },
    ..PYTHON
};

const PIPENV: Tool = Tool {
    name: "pipenv",
    programs: &["pipenv"],
    manifests: &["Pipfile"],
    lock_files: &["Pipfile.lock"],
    cache_dirs: &[CacheDir::shared("~/.cache/pipenv"), CacheDir::shared("~/.cache/pip")],
    clean_commands: &["pipenv --clear"],
    clean_paths: &["~/.cache/pipenv", "~/.cache"],
    syntax: Syntax {
        valued: "-r --requirements -e --editable -i --index --python --pypi-mirror --categories --extra-pip-args",
        verbs: &[
            ("install", Does::Add),
            ("sync|update|upgrade", Does::Deps),
            ("run", Does::Exec),
            ("lock", Does::Fetch),
            ("uninstall|clean", Does::Remove),
            ("requirements|graph|check|verify", Does::Query),
        ],
        bare: Does::Query,
        flags: &[("--deploy --ignore-pipfile", Flag::Frozen), ("--system", Flag::Global), ("-q --quiet", Flag::Quiet)],
        files: "-r --requirements",
        versions: Versions::Pip,
        refine: Some(pipenv),
        ..Syntax::BLANK
    },
    ..PYTHON
};

fn pipenv(line: &Line<'_>, meaning: &mut Meaning) {
    let installs = matches!(meaning.action, Action::Install(_));
    if installs && !line.has("--dev -d") {
        meaning.flags.set(Flag::OmitDev);
    }
    editable(line, meaning);
}

const HATCH: Tool = Tool {
    name: "hatch",
    programs: &["hatch"],
    syntax: Syntax {
        valued: "-e --env -p --project --data-dir --cache-dir --config",
        verbs: &[
            ("env create", Does::Deps),
            ("dep show", Does::Query),
            ("run", Does::Exec),
            ("build", Does::Fetch),
            ("env prune|remove", Does::Remove),
        ],
        ..Syntax::BLANK
    },
    ..PYTHON
};

const RYE: Tool = Tool {
    name: "rye",
    programs: &["rye"],
    lock_files: &["requirements.lock", "requirements-dev.lock"],
    syntax: Syntax {
        valued: "--pyproject",
        verbs: &[
            ("sync", Does::Deps),
            ("add", Does::Packages),
            ("install", Does::Packages),
            ("run", Does::Exec),
            ("build", Does::Fetch),
        ],
        flags: &[("--no-dev", Flag::OmitDev), ("--no-lock", Flag::Frozen)],
        files: "--pyproject",
        versions: Versions::Pip,
        ..Syntax::BLANK
    },
    ..PYTHON
};

const FLIT: Tool = Tool {
    name: "flit",
    programs: &["flit"],
    syntax: Syntax {
        valued: "-f --ini-file --deps --extras --python",
        verbs: &[("install", Does::Local), ("build", Does::Build)],
        refine: Some(flit),
        ..Syntax::BLANK
    },
    ..PYTHON
};

fn flit(line: &Line<'_>, meaning: &mut Meaning) {
    if meaning.verb == "install" && line.has("--only-deps") {
        meaning.action = Action::Install(InstallKind::Manifest);
    }
}

const PIXI: Tool = Tool {
    name: "pixi",
    programs: &["pixi"],
    manifests: &["pixi.toml", "pyproject.toml"],
    lock_files: &["pixi.lock"],
    cache_dirs: &[CacheDir::shared("~/.cache/rattler")],
    syntax: Syntax {
        valued: "-e --environment --manifest-path",
        verbs: &[
            ("install", Does::Deps),
            ("add", Does::Packages),
            ("global install", Does::Packages),
            ("run", Does::Exec),
            ("clean cache", Does::Clean),
        ],
        flags: &[("--locked --frozen", Flag::Frozen)],
        files: "--manifest-path",
        versions: Versions::Equals,
        ..Syntax::BLANK
    },
    ..PYTHON
};

const SETUPTOOLS: Tool = Tool {
    name: "setup.py",
    programs: &["setup.py"],
    syntax: Syntax {
        verbs: &[
            ("install|develop", Does::Local),
            ("bdist_wheel|sdist|build|bdist|build_ext|bdist_egg", Does::Build),
            ("egg_info|--version|--name", Does::Query),
        ],
        ..Syntax::BLANK
    },
    ..PYTHON
};

const BUILD: Tool = Tool {
    name: "build",
    programs: &["build", "pyproject-build"],
    syntax: Syntax {
        bare: Does::Fetch,
        unknown: Does::Fetch,
        valued: "-o --outdir -C --config-setting",
        flags: &[("-n --no-isolation", Flag::Offline)],
        refine: Some(only_as_module),
        ..Syntax::BLANK
    },
    ..PYTHON
};

/// `build` is Python's only behind `python -m`.
fn only_as_module(line: &Line<'_>, meaning: &mut Meaning) {
    if line.program == "build" && line.command.name == "build" {
        meaning.action = Action::Other;
    }
}

const MATURIN: Tool = Tool {
    name: "maturin",
    programs: &["maturin"],
    syntax: Syntax { verbs: &[("build", Does::Fetch), ("develop", Does::Local)], ..Syntax::BLANK },
    ..PYTHON
};

const CONDA: Tool = Tool {
    name: "conda",
    ecosystem: Ecosystem::Conda,
    programs: &["conda", "mamba", "micromamba", "conda-lock"],
    manifests: &["environment*.yml", "environment*.yaml", "conda*.yml", "conda*.yaml", "env*.yml", "env*.yaml"],
    lock_files: &["conda-lock.yml", "conda-*.lock", "*.conda.lock", "explicit.txt"],
    config_files: &[".condarc", "requirements*.txt", "pyproject.toml", "spec-file.txt", "spec-list.txt"],
    cache_dirs: &[CacheDir::locked("/opt/conda/pkgs")],
    clean_commands: &["conda clean -afy"],
    clean_paths: &["/opt/conda/pkgs"],
    syntax: Syntax {
        valued: "-n --name -p --prefix -c --channel -f --file --solver --experimental-solver --revision --cwd -r \
                 --root-prefix --log-level --platform --subdir",
        verbs: &[
            ("install|create|update|upgrade", Does::Packages),
            ("env create|update", Does::Deps),
            ("clean", Does::Clean),
            ("run", Does::Exec),
            ("remove|uninstall", Does::Remove),
            ("env remove", Does::Remove),
            ("list|info|search", Does::Query),
            ("env list|export", Does::Query),
            ("config|init|activate|deactivate|shell|index|build|self-update", Does::Other),
        ],
        flags: &[
            ("-y --yes", Flag::AssumeYes),
            ("--offline", Flag::Offline),
            ("--no-deps", Flag::NoProject),
            ("-q --quiet", Flag::Quiet),
            ("-d --dry-run", Flag::DryRun),
        ],
        files: "-f --file",
        versions: Versions::Equals,
        refine: Some(conda),
        ..Syntax::BLANK
    },
    ..Tool::BLANK
};

fn conda(line: &Line<'_>, meaning: &mut Meaning) {
    let from_file = line.value("-f --file").is_some() || line.program == "conda-lock";
    if matches!(meaning.action, Action::Install(_)) && from_file {
        meaning.action = Action::Install(InstallKind::Manifest);
    }
    if line.program == "conda-lock" {
        meaning.files.extend(meaning.packages.drain(..).map(|package| package.text));
    }
    if meaning.action == Action::Clean {
        // Here `-f` takes no value: `conda clean -afy`.
        meaning.files.clear();
        let short = line.args.iter().map(|arg| arg.text_or_raw()).filter(|arg| !arg.starts_with("--"));
        if short.filter(|arg| arg.starts_with('-')).any(|arg| arg.contains('y')) {
            meaning.flags.set(Flag::AssumeYes);
        }
    }
    if matches!(meaning.verb.as_str(), "update" | "upgrade")
        && (meaning.packages.is_empty() || line.has("--all --update-all"))
        && meaning.files.is_empty()
    {
        meaning.action = Action::Upgrade;
    }
}
