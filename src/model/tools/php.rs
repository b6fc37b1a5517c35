//! PHP.

use super::line::Line;
use super::meaning::{Action, Flag, InstallKind, Meaning};
use super::package::Versions;
use super::tool::{CacheDir, Does, Ecosystem, Syntax, Tool};

pub(super) const TOOLS: &[Tool] = &[COMPOSER, PHP_EXTENSIONS];

const COMPOSER: Tool = Tool {
    name: "composer",
    ecosystem: Ecosystem::Php,
    programs: &["composer"],
    manifests: &["composer.json"],
    lock_files: &["composer.lock", "symfony.lock"],
    config_files: &["auth.json", "patches/", "composer.patches.json", "patches.lock.json", ".tool-versions"],
    vendored: &["vendor/autoload.php", "vendor/composer/"],
    cache_dirs: &[CacheDir::shared("~/.composer/cache"), CacheDir::shared("~/.cache/composer")],
    clean_commands: &["composer clear-cache"],
    clean_paths: &["~/.composer/cache", "~/.cache/composer", "/tmp/cache"],
    no_cache_flag: Some("--no-cache"),
    syntax: Syntax {
        valued: "-d --working-dir --prefer-install --apcu-autoloader-prefix --ignore-platform-req --repository \
                 --repository-url --stability -s",
        verbs: &[
            ("install|i|update|u|upgrade", Does::Deps),
            ("require|req|r", Does::Packages),
            ("global require|req|r", Does::Packages),
            ("global install|update", Does::Packages),
            ("create-project", Does::Packages),
            ("dump-autoload|dumpautoload|dump|du", Does::Build),
            ("run-script|run", Does::Run),
            ("exec", Does::Exec),
            ("clear-cache|clearcache|cc", Does::Clean),
            ("remove|rm", Does::Remove),
            ("self-update|selfupdate", Does::Upgrade),
            (
                "show|info|validate|check-platform-reqs|diagnose|licenses|outdated|audit|about|list|status|why|depends",
                Does::Query,
            ),
            ("global config", Does::Other),
            ("config|init|archive|bump|reinstall|suggests|fund|browse", Does::Other),
        ],
        bare: Does::Query,
        unknown: Does::RunVerb,
        flags: &[
            ("--no-dev", Flag::OmitDev),
            ("--no-scripts", Flag::IgnoreScripts),
            ("--no-autoloader", Flag::NoProject),
            ("-n --no-interaction", Flag::AssumeYes),
            ("--no-cache", Flag::NoCache),
            ("--dry-run", Flag::DryRun),
            ("-q --quiet", Flag::Quiet),
        ],
        env: &[("COMPOSER_NO_DEV", Flag::OmitDev), ("COMPOSER_NO_INTERACTION", Flag::AssumeYes)],
        directory: "-d --working-dir",
        versions: Versions::Colon,
        refine: Some(composer),
        ..Syntax::BLANK
    },
    ..Tool::BLANK
};

fn composer(_: &Line<'_>, meaning: &mut Meaning) {
    if meaning.verb == "create-project" {
        // Behind the package stand a folder and a version.
        meaning.packages.truncate(1);
        meaning.action = Action::Install(InstallKind::Packages);
    }
    if meaning.verb.starts_with("global") {
        meaning.flags.set(Flag::Global);
    }
    if meaning.verb == "install" {
        meaning.flags.set(Flag::Frozen);
    }
}

const PHP_EXTENSIONS: Tool = Tool {
    name: "docker-php-ext-install",
    ecosystem: Ecosystem::Php,
    programs: &["docker-php-ext-install", "install-php-extensions", "pecl", "pear"],
    cache_dirs: &[],
    clean_commands: &["rm -rf /tmp/pear"],
    clean_paths: &["/tmp/pear"],
    syntax: Syntax {
        valued: "-j",
        verbs: &[("install", Does::Packages), ("update-channels|channel-update", Does::Update)],
        unknown: Does::Packages,
        versions: Versions::None,
        refine: Some(extensions),
        ..Syntax::BLANK
    },
    ..Tool::BLANK
};

fn extensions(line: &Line<'_>, meaning: &mut Meaning) {
    if matches!(line.program, "pecl" | "pear") && meaning.verb.is_empty() {
        meaning.packages.clear();
        meaning.action = Action::Other;
    } else if matches!(meaning.action, Action::Install(_)) {
        meaning.action = Action::Install(InstallKind::Packages);
    }
}
