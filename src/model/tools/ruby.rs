//! Ruby.

use super::line::Line;
use super::meaning::{Action, Flag, InstallKind, Meaning};
use super::package::Versions;
use super::tool::{CacheDir, Does, Ecosystem, Syntax, Tool};

pub(super) const TOOLS: &[Tool] = &[BUNDLER, GEM];

const RUBY: Tool = Tool {
    ecosystem: Ecosystem::Ruby,
    manifests: &["Gemfile", "gems.rb", "*.gemspec", "Gemfile.d/", "*.gemfile"],
    config_files: &[
        ".bundle/config",
        ".bundle/",
        ".ruby-version",
        ".tool-versions",
        "mise.toml",
        "vendor/cache/",
        // A gemspec takes its version from there.
        "version.rb",
        "VERSION",
        ".gemrc",
    ],
    ..Tool::BLANK
};

const BUNDLER: Tool = Tool {
    name: "bundler",
    programs: &["bundle", "bundler"],
    lock_files: &["Gemfile.lock", "gems.locked", "*.gemfile.lock"],
    vendored: &["vendor/cache/", "vendor/bundle/"],
    cache_dirs: &[CacheDir::shared("/usr/local/bundle/cache"), CacheDir::shared("~/.bundle/cache")],
    clean_commands: &["rm -rf \"${BUNDLE_PATH}\"/ruby/*/cache"],
    clean_paths: &["/usr/local/bundle/cache", "vendor/bundle/ruby"],
    syntax: Syntax {
        valued: "-j --jobs -r --retry --path --gemfile --without --with --binstubs -P --trust-policy --shebang \
                 --system-bindir --cache-path",
        verbs: &[
            ("install|i|update|upgrade", Does::Deps),
            ("package|pack|cache", Does::Deps),
            ("add", Does::Packages),
            ("exec|e", Does::Exec),
            ("clean", Does::Clean),
            ("remove", Does::Remove),
            ("check|list|show|info|outdated|platform|env|version|help", Does::Query),
            ("config|binstubs|init|lock|plugin|gem|pristine|doctor", Does::Other),
        ],
        bare: Does::Deps,
        flags: &[
            ("--deployment --frozen", Flag::Frozen),
            ("--local --prefer-local", Flag::Offline),
            ("--without=development", Flag::OmitDev),
            ("--without", Flag::OmitDev),
            ("--no-cache", Flag::NoCache),
            ("--quiet", Flag::Quiet),
        ],
        env: &[
            ("BUNDLE_FROZEN", Flag::Frozen),
            ("BUNDLE_DEPLOYMENT", Flag::Frozen),
            ("BUNDLE_WITHOUT=dev", Flag::OmitDev),
        ],
        files: "--gemfile",
        refine: Some(bundler),
        ..Syntax::BLANK
    },
    ..RUBY
};

/// `bundle config set --local` means the project's own settings, not a build without network.
fn bundler(_: &Line<'_>, meaning: &mut Meaning) {
    if meaning.verb == "config" {
        meaning.flags.unset(Flag::Offline);
    }
}

const GEM: Tool = Tool {
    name: "gem",
    programs: &["gem", "fluent-gem"],
    cache_dirs: &[CacheDir::shared("/usr/local/bundle/cache")],
    clean_commands: &["gem cleanup"],
    syntax: Syntax {
        valued: "-v --version -i --install-dir -n --bindir -P --trust-policy -s --source --platform --file \
                 --without --document --target-rbconfig --http-proxy -p --proxy --config-file",
        verbs: &[
            ("install|i|inst", Does::Packages),
            ("update", Does::Upgrade),
            ("build", Does::Build),
            ("cleanup", Does::Clean),
            ("uninstall", Does::Remove),
            ("list|search|info|environment|env|which|contents|specification|query|sources", Does::Query),
        ],
        flags: &[
            ("--local -l", Flag::Offline),
            ("--quiet -q --silent", Flag::Quiet),
            ("-N --no-document --no-doc --no-ri --no-rdoc", Flag::NoRecommends),
        ],
        files: "--file",
        versions: Versions::Colon,
        refine: Some(gem),
        ..Syntax::BLANK
    },
    ..RUBY
};

/// `-v 1.2` is the version of the gems named; `-g` installs what a Gemfile says.
fn gem(line: &Line<'_>, meaning: &mut Meaning) {
    // Behind `--` stand options for compiling extensions.
    if let Some(end) = line.args.iter().position(|arg| arg.text.as_deref() == Some("--")) {
        meaning.packages.retain(|package| package.arg < line.first + end);
    }
    let version = line.value("-v --version");
    for package in &mut meaning.packages {
        if package.version.is_none() {
            package.version = version.map(str::to_owned);
        }
    }
    if matches!(meaning.action, Action::Install(_)) && (line.has("-g") || line.value("--file").is_some()) {
        meaning.action = Action::Install(InstallKind::Manifest);
    }
}
