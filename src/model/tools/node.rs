//! JavaScript.

use super::line::Line;
use super::meaning::{Action, Flag, InstallKind, Meaning};
use super::package::{Source, Versions};
use super::tool::{CacheDir, Does, Ecosystem, Syntax, Tool};

pub(super) const TOOLS: &[Tool] =
    &[NPM, YARN, PNPM, BUN, DENO, NPX, COREPACK, LERNA, TURBO, NX, RUSH, BOWER, METEOR, NVM];

const NODE: Tool =
    Tool { ecosystem: Ecosystem::Node, manifests: &["package.json"], config_files: CONFIG, ..Tool::BLANK };

/// What installs of this family read besides manifests; patches and hooks run in lifecycle scripts.
const CONFIG: &[&str] = &[
    ".npmrc",
    ".yarnrc",
    ".yarnrc.yml",
    ".yarn/",
    ".pnp.cjs",
    ".pnp.js",
    ".pnp.loader.mjs",
    "pnpm-workspace.yaml",
    ".pnpmfile.cjs",
    "pnpmfile.js",
    ".pnpm-patches/",
    "patches/",
    ".nvmrc",
    ".node-version",
    ".tool-versions",
    "mise.toml",
    "bunfig.toml",
    "lerna.json",
    "nx.json",
    "turbo.json",
    "rush.json",
    "common/config/rush/",
    ".puppeteerrc.cjs",
    "binding.gyp",
    // A postinstall of Prisma's client generates code from it.
    "prisma/",
    "schema.prisma",
    "prisma.config.ts",
];

const NPM: Tool = Tool {
    name: "npm",
    programs: &["npm", "npm-cli", "cnpm"],
    lock_files: &["package-lock.json", "npm-shrinkwrap.json"],
    vendored: &["node_modules/"],
    cache_dirs: &[CacheDir::shared("~/.npm")],
    clean_commands: &["npm cache clean --force"],
    clean_paths: &["~/.npm"],
    syntax: Syntax {
        valued: "--prefix --registry -w --workspace --loglevel -C --cache --userconfig --globalconfig --omit --include \
                 --only --fetch-retries --fetch-timeout --fetch-retry-mintimeout --fetch-retry-maxtimeout --maxsockets \
                 --tag --before --install-strategy --script-shell --https-proxy --proxy --noproxy --ca --cafile \
                 --node-options --python --arch --platform --target --disturl --otp --access --location --cpu --os \
                 --libc --network-concurrency --audit-level",
        verbs: &[
            ("ci|clean-install|ic|install-clean|isntall-clean|cit|install-ci-test", Does::Deps),
            ("install|i|in|ins|inst|insta|instal|isnt|isnta|isntal|isntall|add|install-test|it", Does::Add),
            ("update|up|upgrade|udpate", Does::Add),
            ("link|ln", Does::Local),
            ("run|run-script|rum|urn", Does::Run),
            ("start|stop|restart|test|t|tst", Does::RunVerb),
            ("exec|x|init|create|innit", Does::Exec),
            ("rebuild|rb", Does::Build),
            ("cache clean|clear|rm", Does::Clean),
            ("uninstall|unlink|remove|rm|r|un|prune", Does::Remove),
            (
                "view|info|show|ls|list|la|ll|outdated|root|prefix|bin|help|version|config|c|get|audit|whoami|ping",
                Does::Query,
            ),
            ("config set|delete", Does::Other),
        ],
        bare: Does::Query,
        flags: FLAGS,
        env: ENV,
        directory: "--prefix -C --dir",
        versions: Versions::At,
        refine: Some(npm),
        ..Syntax::BLANK
    },
    ..NODE
};

const FLAGS: &[(&str, Flag)] = &[
    ("-g --global", Flag::Global),
    ("--location=global", Flag::Global),
    ("--omit=dev", Flag::OmitDev),
    ("--only=production", Flag::OmitDev),
    ("--only=prod", Flag::OmitDev),
    ("--production --prod -P", Flag::OmitDev),
    ("--ignore-scripts", Flag::IgnoreScripts),
    ("--mode=skip-build", Flag::IgnoreScripts),
    ("--offline", Flag::Offline),
    ("--frozen-lockfile --immutable", Flag::Frozen),
    ("--no-cache", Flag::NoCache),
    ("-y --yes --no-interactive", Flag::AssumeYes),
    ("--dry-run", Flag::DryRun),
    ("-s --silent -q --quiet", Flag::Quiet),
];

const ENV: &[(&str, Flag)] = &[
    ("NODE_ENV=prod", Flag::OmitDev),
    ("NPM_CONFIG_PRODUCTION", Flag::OmitDev),
    ("npm_config_ignore_scripts", Flag::IgnoreScripts),
];

fn npm(line: &Line<'_>, meaning: &mut Meaning) {
    if matches!(meaning.action, Action::Install(InstallKind::Manifest)) && is_frozen_verb(&meaning.verb) {
        meaning.flags.set(Flag::Frozen);
    }
    // `-P` is --save-prod: it says nothing about development dependencies.
    if line.has("-P") && !line.has("--production --prod") && line.value("--omit --only").is_none() {
        meaning.flags.unset(Flag::OmitDev);
    }
    project_folder(meaning);
}

fn is_frozen_verb(verb: &str) -> bool {
    ["ci", "clean-install", "ic", "install-clean", "isntall-clean", "cit", "install-ci-test"].contains(&verb)
}

/// `npm install .` is `npm install`; with `-g` or another folder it needs that folder's sources.
fn project_folder(meaning: &mut Meaning) {
    let here = |text: &str| matches!(text, "." | "./");
    if !meaning.has(Flag::Global) && meaning.packages.iter().all(|package| here(&package.text)) {
        meaning.packages.clear();
        if meaning.action == Action::Install(InstallKind::LocalProject) && !meaning.verb.starts_with('l') {
            meaning.action = Action::Install(InstallKind::Manifest);
        }
    }
}

const YARN: Tool = Tool {
    name: "yarn",
    programs: &["yarn", "yarnpkg"],
    lock_files: &["yarn.lock"],
    vendored: &[".yarn/cache/", ".pnp.cjs", "npm-packages-offline-cache/", "node_modules/"],
    cache_dirs: &[CacheDir::shared("/usr/local/share/.cache/yarn"), CacheDir::shared("~/.yarn/berry/cache")],
    clean_commands: &["yarn cache clean"],
    clean_paths: &["/usr/local/share/.cache", "~/.cache/yarn"],
    syntax: Syntax {
        valued: "--cwd --registry --network-timeout --network-concurrency --cache-folder --modules-folder \
                 --global-folder --mutex --https-proxy --proxy --use-yarnrc --preferred-cache-folder -W --since --from \
                 --jobs -j --include --exclude",
        verbs: &[
            ("install", Does::Deps),
            ("add", Does::Packages),
            ("global add", Does::Packages),
            ("workspaces focus", Does::Deps),
            ("workspace", Does::RunVerb),
            ("workspaces foreach|run", Does::RunVerb),
            ("run", Does::Run),
            ("start|test|build|dev|serve", Does::RunVerb),
            ("exec|dlx|create|init", Does::Exec),
            ("rebuild", Does::Build),
            ("upgrade|up|upgrade-interactive|dedupe", Does::Upgrade),
            ("cache clean|clear", Does::Clean),
            ("remove|autoclean", Does::Remove),
            ("global remove", Does::Remove),
            ("link|unlink|pack|publish|login|logout|import|patch|patch-commit|unplug|generate-lock-entry", Does::Other),
            (
                "set|config|policies|plugin|version|npm|node|stage|constraints|licenses|audit|owner|tag|team",
                Does::Other,
            ),
            ("list|ls|info|why|bin|outdated|check|versions|help", Does::Query),
            ("workspaces list|info", Does::Query),
            ("cache dir|list", Does::Query),
        ],
        bare: Does::Deps,
        unknown: Does::RunVerb,
        flags: FLAGS,
        env: ENV,
        directory: "--cwd",
        versions: Versions::At,
        refine: Some(yarn),
        ..Syntax::BLANK
    },
    ..NODE
};

fn yarn(line: &Line<'_>, meaning: &mut Meaning) {
    if let ["workspace", _, verb, ..] = texts(line).as_slice() {
        meaning.action = match *verb {
            "install" | "focus" => Action::Install(InstallKind::Manifest),
            "add" => Action::Install(InstallKind::Packages),
            "run" => Action::Run(line.words.get(3).map_or("", |word| word.text).to_owned()),
            script => Action::Run(script.to_owned()),
        };
    } else if let ["workspaces", "foreach" | "run", rest @ ..] = texts(line).as_slice() {
        let script = rest.iter().find(|word| **word != "run").copied().unwrap_or_default();
        meaning.action = Action::Run(script.to_owned());
    } else if line.words.first().is_some_and(|word| word.is_opaque()) {
        meaning.action = Action::Other;
    } else if line.words.is_empty() && line.has("-v --version") {
        meaning.action = Action::Query;
    }
}

fn texts<'c>(line: &Line<'c>) -> Vec<&'c str> {
    line.words.iter().map(|word| word.text).collect()
}

const PNPM: Tool = Tool {
    name: "pnpm",
    programs: &["pnpm"],
    lock_files: &["pnpm-lock.yaml"],
    vendored: &["node_modules/"],
    cache_dirs: &[CacheDir::shared("~/.local/share/pnpm/store")],
    clean_commands: &["pnpm store prune"],
    clean_paths: &["~/.local/share/pnpm/store", "/pnpm/store"],
    syntax: Syntax {
        valued: "-C --dir -F --filter --filter-prod --store-dir --reporter --loglevel --registry --prefix \
                 --workspace-concurrency --use-node-version --virtual-store-dir --modules-dir --network-concurrency \
                 --lockfile-dir --child-concurrency --test-pattern --changed-files-ignore-pattern",
        verbs: &[
            ("install|i|install-test|it|fetch|ci|clean-install", Does::Deps),
            ("add", Does::Add),
            ("update|up|upgrade", Does::Deps),
            ("recursive|multi|m install|i", Does::Deps),
            ("recursive|multi|m run", Does::Run),
            ("link|ln", Does::Local),
            ("run|run-script", Does::Run),
            ("start|stop|restart|test|t|tst", Does::RunVerb),
            ("exec|dlx|create|init", Does::Exec),
            ("rebuild|rb", Does::Build),
            ("deploy|pack", Does::Build),
            ("store prune", Does::Clean),
            ("remove|rm|uninstall|un|prune|unlink", Does::Remove),
            (
                "env|config|c|set|setup|import|publish|patch|patch-commit|patch-remove|self-update|server|dedupe",
                Does::Other,
            ),
            ("list|ls|ll|la|outdated|why|root|bin|audit|licenses|help", Does::Query),
            ("store path|status", Does::Query),
            ("config get|list", Does::Query),
        ],
        bare: Does::Query,
        unknown: Does::RunVerb,
        flags: FLAGS,
        env: ENV,
        directory: "-C --dir --prefix",
        versions: Versions::At,
        refine: Some(pnpm),
        ..Syntax::BLANK
    },
    ..NODE
};

fn pnpm(line: &Line<'_>, meaning: &mut Meaning) {
    if meaning.verb.ends_with("fetch") && meaning.action == Action::Install(InstallKind::Manifest) {
        meaning.flags.set(Flag::Frozen);
    }
    if line.has("--prod -P --production") {
        meaning.flags.set(Flag::OmitDev);
    }
    project_folder(meaning);
}

const BUN: Tool = Tool {
    name: "bun",
    programs: &["bun"],
    lock_files: &["bun.lock", "bun.lockb"],
    vendored: &["node_modules/"],
    cache_dirs: &[CacheDir::shared("~/.bun/install/cache")],
    clean_commands: &["bun pm cache rm"],
    clean_paths: &["~/.bun/install/cache"],
    syntax: Syntax {
        valued: "--cwd -c --config --registry --backend --cache-dir --filter -F --omit --concurrent-scripts -d --define \
                 --target --outdir --outfile --external",
        verbs: &[
            ("install|i|ci", Does::Add),
            ("add|a", Does::Packages),
            ("update", Does::Deps),
            ("link", Does::Local),
            ("run", Does::Run),
            ("start|dev", Does::RunVerb),
            ("x|create|init", Does::Exec),
            ("build", Does::Build),
            ("pm cache rm", Does::Clean),
            ("remove|rm", Does::Remove),
            ("pm|outdated|audit|why|info", Does::Query),
            ("test|upgrade|publish|patch|repl", Does::Other),
        ],
        bare: Does::Query,
        unknown: Does::RunVerb,
        flags: FLAGS,
        env: ENV,
        directory: "--cwd",
        versions: Versions::At,
        refine: Some(npm),
        ..Syntax::BLANK
    },
    ..NODE
};

const DENO: Tool = Tool {
    name: "deno",
    programs: &["deno"],
    manifests: &["deno.json", "deno.jsonc", "package.json", "import_map.json", "deps.ts"],
    lock_files: &["deno.lock"],
    vendored: &["vendor/", "node_modules/"],
    cache_dirs: &[CacheDir::shared("/deno-dir"), CacheDir::shared("~/.cache/deno")],
    clean_commands: &["deno clean"],
    syntax: Syntax {
        valued: "-c --config --import-map --lock --location --cert -o --output --target",
        verbs: &[
            ("install|i|add", Does::Add),
            ("cache", Does::FetchOf),
            ("compile|bundle|check|test", Does::Fetch),
            ("task", Does::Run),
            ("run|serve|eval", Does::Exec),
            ("clean", Does::Clean),
            ("info|doc|lint|fmt", Does::Query),
        ],
        bare: Does::Query,
        flags: &[
            ("-g --global", Flag::Global),
            ("--frozen", Flag::Frozen),
            ("--cached-only --no-remote", Flag::Offline),
            ("-f --force", Flag::AssumeYes),
        ],
        versions: Versions::At,
        refine: Some(deno),
        ..Syntax::BLANK
    },
    ..NODE
};

/// `deno install --entrypoint main.ts` and `deno cache deps.ts`: the files decide.
fn deno(line: &Line<'_>, meaning: &mut Meaning) {
    if line.has("--entrypoint -e") {
        meaning.files = meaning.packages.drain(..).map(|package| package.text).collect();
        meaning.action = Action::Build { fetches: true };
    } else if meaning.verb == "cache"
        && !meaning.files.is_empty()
        && meaning.files.iter().all(|file| file.contains("deps."))
    {
        meaning.action = Action::Install(InstallKind::Manifest);
    }
    if matches!(meaning.action, Action::Exec(_)) {
        let flags_before_script = line.words.get(1).map(|word| word.text).unwrap_or_default();
        meaning.action = Action::Exec(flags_before_script.to_owned());
    }
}

const NPX: Tool = Tool {
    name: "npx",
    programs: &["npx", "pnpx", "bunx"],
    syntax: Syntax {
        valued: "-p --package -c --call -w --workspace",
        unknown: Does::Exec,
        bare: Does::Query,
        flags: &[("-y --yes", Flag::AssumeYes), ("--no-install --no", Flag::Offline)],
        ..Syntax::BLANK
    },
    ..NODE
};

const COREPACK: Tool = Tool {
    name: "corepack",
    programs: &["corepack"],
    syntax: Syntax {
        valued: "-o --output --install-directory",
        verbs: &[
            ("prepare|use|up", Does::Add),
            ("install", Does::Add),
            ("enable|disable|hydrate|pack", Does::Other),
            ("cache clean", Does::Clean),
        ],
        flags: &[("-g --global", Flag::Global)],
        versions: Versions::At,
        ..Syntax::BLANK
    },
    ..NODE
};

const LERNA: Tool = Tool {
    name: "lerna",
    programs: &["lerna"],
    syntax: Syntax {
        valued: "--scope --ignore --concurrency --npm-client",
        verbs: &[("bootstrap|link", Does::Deps), ("run", Does::Run), ("exec", Does::Exec), ("clean", Does::Remove)],
        flags: &[("--ci", Flag::Frozen), ("--ignore-scripts", Flag::IgnoreScripts)],
        ..Syntax::BLANK
    },
    ..NODE
};

const TURBO: Tool = Tool {
    name: "turbo",
    programs: &["turbo"],
    syntax: Syntax {
        valued: "--filter -F --scope --out-dir --cwd --team --token --api --concurrency --cache-dir",
        verbs: &[("prune|login|link|telemetry", Does::Other), ("run", Does::Run)],
        unknown: Does::RunVerb,
        directory: "--cwd",
        ..Syntax::BLANK
    },
    ..NODE
};

const NX: Tool = Tool {
    name: "nx",
    programs: &["nx"],
    syntax: Syntax {
        valued: "--projects -p --configuration -c --parallel --targets -t",
        verbs: &[("run", Does::Run), ("run-many|affected", Does::RunVerb), ("reset", Does::Clean)],
        unknown: Does::RunVerb,
        ..Syntax::BLANK
    },
    ..NODE
};

const RUSH: Tool = Tool {
    name: "rush",
    programs: &["rush", "install-run-rush"],
    manifests: &["package.json", "rush.json"],
    lock_files: &["common/config/rush/pnpm-lock.yaml", "pnpm-lock.yaml"],
    syntax: Syntax {
        valued: "-t --to -T --from -o --only",
        verbs: &[
            ("install|update", Does::Deps),
            ("build|rebuild", Does::Build),
            ("purge", Does::Clean),
            ("deploy", Does::Build),
        ],
        unknown: Does::RunVerb,
        ..Syntax::BLANK
    },
    ..NODE
};

const BOWER: Tool = Tool {
    name: "bower",
    programs: &["bower"],
    manifests: &["bower.json"],
    config_files: &[".bowerrc"],
    clean_commands: &["bower cache clean"],
    syntax: Syntax {
        verbs: &[("install|i|update", Does::Add), ("cache clean", Does::Clean), ("prune|uninstall", Does::Remove)],
        flags: &[("--production -p", Flag::OmitDev), ("--offline -o", Flag::Offline)],
        versions: Versions::Colon,
        ..Syntax::BLANK
    },
    ..NODE
};

const METEOR: Tool = Tool {
    name: "meteor",
    programs: &["meteor"],
    manifests: &["package.json", ".meteor/packages", ".meteor/release"],
    lock_files: &["package-lock.json", ".meteor/versions"],
    config_files: &[".meteor/", "packages/"],
    syntax: Syntax {
        valued: "--architecture --directory --server --settings -p --port",
        verbs: &[
            ("build|bundle", Does::Fetch),
            ("add", Does::Packages),
            ("run", Does::Exec),
            ("update", Does::Upgrade),
        ],
        ..Syntax::BLANK
    },
    ..NODE
};

const NVM: Tool = Tool {
    name: "nvm",
    programs: &["nvm", "fnm", "volta", "n"],
    syntax: Syntax {
        verbs: &[("install|i", Does::Add), ("use|default|alias", Does::Other), ("cache clear", Does::Clean)],
        refine: Some(node_versions),
        ..Syntax::BLANK
    },
    ..NODE
};

/// `n 20` installs without a verb; a bare `nvm install` reads `.nvmrc`.
fn node_versions(line: &Line<'_>, meaning: &mut Meaning) {
    if line.program == "n" && !line.words.is_empty() {
        meaning.action = Action::Install(InstallKind::Packages);
        meaning.take_packages(&line.words);
    }
    meaning.packages.iter_mut().filter(|package| package.source == Source::Url).for_each(|package| {
        package.source = Source::Registry;
    });
}
