//! Packages of the operating system.

use super::line::Line;
use super::meaning::{Action, Flag, InstallKind, Meaning};
use super::package::Versions;
use super::tool::{CacheDir, Does, Ecosystem, Syntax, Tool};

pub(super) const TOOLS: &[Tool] = &[
    Tool { name: "apt-get", programs: &["apt-get", "apt-fast", "xx-apt-get"], ..APT },
    Tool { name: "apt", programs: &["apt", "xx-apt"], ..APT },
    Tool { name: "aptitude", programs: &["aptitude"], ..APT },
    DPKG,
    APK,
    Tool {
        name: "dnf",
        programs: &["dnf", "dnf5", "dnf-3"],
        cache_dirs: &[CacheDir::locked("/var/cache/dnf"), CacheDir::locked("/var/cache/libdnf5")],
        clean_commands: &["dnf clean all"],
        clean_paths: &["/var/cache/dnf", "/var/cache/libdnf5"],
        ..RPM_BASED
    },
    Tool {
        name: "yum",
        programs: &["yum"],
        cache_dirs: &[CacheDir::locked("/var/cache/yum")],
        clean_commands: &["yum clean all"],
        clean_paths: &["/var/cache/yum"],
        ..RPM_BASED
    },
    Tool {
        name: "microdnf",
        programs: &["microdnf"],
        cache_dirs: &[CacheDir::locked("/var/cache/yum"), CacheDir::locked("/var/cache/dnf")],
        clean_commands: &["microdnf clean all"],
        clean_paths: &["/var/cache/yum", "/var/cache/dnf"],
        ..RPM_BASED
    },
    Tool {
        name: "tdnf",
        programs: &["tdnf"],
        cache_dirs: &[CacheDir::locked("/var/cache/tdnf")],
        clean_commands: &["tdnf clean all"],
        clean_paths: &["/var/cache/tdnf"],
        ..RPM_BASED
    },
    RPM,
    ZYPPER,
    PACMAN,
    EMERGE,
    XBPS,
    NIX,
    BREW,
];

const SYSTEM: Tool = Tool { ecosystem: Ecosystem::System, system: true, ..Tool::BLANK };

const APT: Tool = Tool {
    cache_dirs: &[CacheDir::locked("/var/cache/apt"), CacheDir::locked("/var/lib/apt")],
    clean_commands: &["rm -rf /var/lib/apt/lists/*"],
    clean_paths: &["/var/lib/apt/lists"],
    syntax: Syntax {
        valued: "-t --target-release --default-release -o --option -c --config-file -a --host-architecture -P \
                 --build-profiles -w --width -F --display-format -S --solver",
        verbs: &[
            ("update|make-cache", Does::Update),
            ("upgrade|dist-upgrade|full-upgrade|safe-upgrade|dselect-upgrade", Does::Upgrade),
            ("install|reinstall|satisfy", Does::Packages),
            ("build-dep|build-depends", Does::Packages),
            ("remove|purge|autoremove|auto-remove|autopurge|markauto", Does::Remove),
            ("clean|autoclean|auto-clean|distclean|dist-clean", Does::Clean),
            ("list|search|show|policy|changelog|check|depends|rdepends|indextargets", Does::Query),
        ],
        flags: &[
            ("-y --yes --assume-yes --force-yes", Flag::AssumeYes),
            ("--no-install-recommends --without-recommends -R", Flag::NoRecommends),
            ("-q --quiet", Flag::Quiet),
            ("-s --simulate --just-print --dry-run --recon --no-act -d --download-only", Flag::DryRun),
            ("--no-download", Flag::Offline),
            ("-U --update", Flag::Refresh),
        ],
        versions: Versions::Deb,
        refine: Some(apt),
        ..Syntax::BLANK
    },
    ..SYSTEM
};

/// `-qq`, `-q=2`, `-o APT::Get::Assume-Yes=true`, and `name+`/`name-`, which install and remove.
fn apt(line: &Line<'_>, meaning: &mut Meaning) {
    let quiet = line.count("-q --quiet") >= 2 || line.values("-q --quiet").any(|level| level == "2");
    let mut settings = line.values("-o --option").filter_map(|setting| setting.split_once('='));
    if quiet || settings.clone().any(|(name, value)| name.eq_ignore_ascii_case("APT::Get::Assume-Yes") && is_on(value))
    {
        meaning.flags.set(Flag::AssumeYes);
    }
    if settings.any(|(name, value)| name.eq_ignore_ascii_case("APT::Install-Recommends") && !is_on(value)) {
        meaning.flags.set(Flag::NoRecommends);
    }
    meaning.packages.retain(|package| !package.text.ends_with('-') || package.text.len() < 2);
}

fn is_on(value: &str) -> bool {
    super::line::is_true(value.trim_matches(['"', '\'']))
}

const DPKG: Tool =
    Tool { name: "dpkg", programs: &["dpkg"], syntax: Syntax { refine: Some(dpkg), ..Syntax::BLANK }, ..SYSTEM };

/// Dpkg and rpm say with options what to do.
fn dpkg(line: &Line<'_>, meaning: &mut Meaning) {
    if line.has("-i --install --unpack") {
        meaning.action = Action::Install(InstallKind::Packages);
        meaning.take_packages(&line.words);
    } else if line.has("-r --remove -P --purge") {
        meaning.action = Action::Remove;
        meaning.take_packages(&line.words);
    } else if line.has("-l --list -L --listfiles -s --status -S --search --print-architecture") {
        meaning.action = Action::Query;
    }
}

const APK: Tool = Tool {
    name: "apk",
    programs: &["apk", "xx-apk"],
    cache_dirs: &[CacheDir::locked("/var/cache/apk")],
    clean_commands: &["rm -rf /var/cache/apk/*"],
    clean_paths: &["/var/cache/apk"],
    no_cache_flag: Some("--no-cache"),
    syntax: Syntax {
        valued: "-t --virtual -X --repository -p --root --keys-dir --repositories-file --cache-dir --cache-max-age \
                 --arch --wait --timeout --progress-fd",
        verbs: &[
            ("update", Does::Update),
            ("upgrade", Does::Upgrade),
            ("add", Does::Packages),
            ("fix", Does::Upgrade),
            ("del", Does::Remove),
            ("cache clean|purge", Does::Clean),
            ("info|list|search|policy|version|stats|dot|audit|verify", Does::Query),
        ],
        flags: &[
            ("--no-cache", Flag::NoCache),
            ("-U --update-cache --update", Flag::Refresh),
            ("-u --upgrade", Flag::Newer),
            ("-q --quiet", Flag::Quiet),
            ("-s --simulate", Flag::DryRun),
            ("--no-network", Flag::Offline),
            ("--no-scripts", Flag::IgnoreScripts),
        ],
        versions: Versions::Apk,
        refine: Some(apk),
        ..Syntax::BLANK
    },
    ..SYSTEM
};

/// `!name` is a conflict; `name@repository` names the repository.
fn apk(_: &Line<'_>, meaning: &mut Meaning) {
    meaning.packages.retain(|package| !package.text.starts_with('!'));
    for package in &mut meaning.packages {
        if let Some((name, _)) = package.name.split_once('@') {
            package.name = name.to_owned();
        }
    }
}

const RPM_BASED: Tool = Tool {
    syntax: Syntax {
        valued: "-c --config -d --debuglevel -e --errorlevel --exclude -x --enablerepo --disablerepo --repo --repoid \
                 --installroot --releasever --setopt --disableplugin --enableplugin --advisory --forcearch --from-repo",
        verbs: &[
            ("makecache|check-update", Does::Update),
            (
                "update|upgrade|up|up-min|upgrade-minimal|update-minimal|distro-sync|dsync|update-to|upgrade-to",
                Does::Upgrade,
            ),
            ("install|in|reinstall|rei|localinstall|groupinstall|builddep|install-n|swap", Does::Packages),
            ("group|groups|grp install", Does::Packages),
            ("module install", Does::Packages),
            ("module enable|disable|reset|switch-to", Does::Other),
            ("remove|rm|erase|autoremove|groupremove|groupserase", Does::Remove),
            ("group|groups remove", Does::Remove),
            ("clean", Does::Clean),
            ("list|info|search|provides|whatprovides|repolist|repoquery|check|history|grouplist|repoinfo", Does::Query),
        ],
        flags: &[
            ("-y --assumeyes --assume-yes", Flag::AssumeYes),
            ("--setopt=install_weak_deps=False", Flag::NoRecommends),
            ("--setopt=install_weak_deps=0", Flag::NoRecommends),
            ("--nodocs", Flag::Quiet),
            ("-q --quiet", Flag::Quiet),
            ("-C --cacheonly", Flag::Offline),
            ("--refresh", Flag::Refresh),
            ("--downloadonly", Flag::DryRun),
        ],
        versions: Versions::Rpm,
        refine: Some(rpm_based),
        ..Syntax::BLANK
    },
    ..SYSTEM
};

fn rpm_based(line: &Line<'_>, meaning: &mut Meaning) {
    // `dnf -y upgrade name` and `yum update name` raise what is named; alone they raise everything.
    if line.values("--setopt").any(|value| value.replace(' ', "").eq_ignore_ascii_case("install_weak_deps=false")) {
        meaning.flags.set(Flag::NoRecommends);
    }
    if meaning.verb.starts_with("module") {
        // A stream stands behind a colon: `nodejs:20/development`.
        for package in &mut meaning.packages {
            if let Some((name, stream)) = package.text.clone().split_once(':') {
                package.name = name.to_owned();
                package.version = Some(stream.to_owned());
            }
        }
    }
}

const RPM: Tool = Tool {
    name: "rpm",
    programs: &["rpm"],
    syntax: Syntax { valued: "--root --dbpath --prefix --define -D", refine: Some(rpm), ..Syntax::BLANK },
    ..SYSTEM
};

fn rpm(line: &Line<'_>, meaning: &mut Meaning) {
    if line.has("-q --query -V --verify -E --eval") {
        meaning.action = Action::Query;
    } else if line.has("-i --install -U --upgrade -F --freshen") {
        meaning.action = Action::Install(InstallKind::Packages);
        meaning.take_packages(&line.words);
    } else if line.has("-e --erase") {
        meaning.action = Action::Remove;
        meaning.take_packages(&line.words);
    }
}

const ZYPPER: Tool = Tool {
    name: "zypper",
    programs: &["zypper"],
    cache_dirs: &[CacheDir::locked("/var/cache/zypp")],
    clean_commands: &["zypper clean --all"],
    clean_paths: &["/var/cache/zypp"],
    syntax: Syntax {
        valued: "-r --repo --from -R --root --installroot -t --type -D --reposd-dir -C --cache-dir --plus-repo -p \
                 --plus-content --releasever -c --config",
        verbs: &[
            ("refresh|ref", Does::Update),
            ("update|up|dist-upgrade|dup|patch", Does::Upgrade),
            ("install|in|source-install|si|install-new-recommends|inr", Does::Packages),
            ("remove|rm", Does::Remove),
            ("clean|cc", Does::Clean),
            ("search|se|info|if|packages|pa|patterns|pt|list-updates|lu|repos|lr|services|ls", Does::Query),
        ],
        flags: &[
            ("-y --no-confirm -n --non-interactive", Flag::AssumeYes),
            ("--no-recommends", Flag::NoRecommends),
            ("-q --quiet", Flag::Quiet),
            ("--no-refresh", Flag::Offline),
            ("--dry-run --download-only -d", Flag::DryRun),
        ],
        versions: Versions::Equals,
        ..Syntax::BLANK
    },
    ..SYSTEM
};

const PACMAN: Tool = Tool {
    name: "pacman",
    programs: &["pacman", "yay", "paru"],
    cache_dirs: &[CacheDir::locked("/var/cache/pacman/pkg")],
    clean_commands: &["pacman -Scc --noconfirm"],
    clean_paths: &["/var/cache/pacman/pkg"],
    syntax: Syntax {
        valued: "-r --root -b --dbpath --cachedir --config --arch --hookdir --gpgdir --logfile --ignore --ignoregroup",
        flags: &[
            ("--noconfirm", Flag::AssumeYes),
            ("-y --refresh", Flag::Refresh),
            ("-u --sysupgrade", Flag::Newer),
            ("-q --quiet", Flag::Quiet),
        ],
        versions: Versions::Equals,
        refine: Some(pacman),
        ..Syntax::BLANK
    },
    ..SYSTEM
};

fn pacman(line: &Line<'_>, meaning: &mut Meaning) {
    let sync = line.has("-S --sync");
    if line.has("-Q --query -s --search -i --info -l --list") {
        meaning.action = Action::Query;
    } else if sync && line.has("-c --clean") {
        meaning.action = Action::Clean;
    } else if (sync || line.has("-U")) && !line.words.is_empty() {
        meaning.action = Action::Install(InstallKind::Packages);
        meaning.take_packages(&line.words);
    } else if sync && line.has("-u --sysupgrade") {
        meaning.action = Action::Upgrade;
    } else if sync {
        meaning.action = Action::Update;
    } else if line.has("-R --remove") {
        meaning.action = Action::Remove;
        meaning.take_packages(&line.words);
    }
}

const EMERGE: Tool = Tool {
    name: "emerge",
    programs: &["emerge"],
    cache_dirs: &[CacheDir::locked("/var/cache/distfiles"), CacheDir::locked("/var/db/repos/gentoo")],
    clean_commands: &["rm -rf /var/cache/distfiles/*"],
    clean_paths: &["/var/cache/distfiles", "/var/db/repos/gentoo"],
    syntax: Syntax {
        valued: "-j --jobs --exclude --keep-going --load-average --root --config-root --buildpkg-exclude",
        unknown: Does::Packages,
        flags: &[("-q --quiet", Flag::Quiet), ("-p --pretend", Flag::DryRun)],
        refine: Some(emerge),
        ..Syntax::BLANK
    },
    ..SYSTEM
};

fn emerge(line: &Line<'_>, meaning: &mut Meaning) {
    if line.has("--sync") {
        meaning.action = Action::Update;
    } else if line.has("--depclean -c --unmerge -C") {
        meaning.action = Action::Remove;
    } else if line.has("-s --search --info") {
        meaning.action = Action::Query;
    } else if line.words.iter().any(|word| matches!(word.text, "@world" | "world" | "@system")) {
        meaning.action = Action::Upgrade;
    }
}

const XBPS: Tool = Tool {
    name: "xbps",
    programs: &["xbps-install", "xbps-remove", "xbps-query"],
    cache_dirs: &[CacheDir::locked("/var/cache/xbps")],
    clean_commands: &["xbps-remove -Oy"],
    clean_paths: &["/var/cache/xbps"],
    syntax: Syntax {
        valued: "-R --repository -c --cachedir -C --config -r --rootdir",
        flags: &[("-y --yes", Flag::AssumeYes), ("-S --sync", Flag::Refresh), ("-n --dry-run", Flag::DryRun)],
        refine: Some(xbps),
        ..Syntax::BLANK
    },
    ..SYSTEM
};

fn xbps(line: &Line<'_>, meaning: &mut Meaning) {
    meaning.action = match line.program {
        "xbps-remove" if line.has("-O --clean-cache") => Action::Clean,
        "xbps-remove" => Action::Remove,
        "xbps-query" => Action::Query,
        _ if !line.words.is_empty() => Action::Install(InstallKind::Packages),
        _ if line.has("-u --update") => Action::Upgrade,
        _ => Action::Update,
    };
    meaning.take_packages(&line.words);
}

const NIX: Tool = Tool {
    name: "nix",
    ecosystem: Ecosystem::Nix,
    programs: &["nix", "nix-env", "nix-build", "nix-shell", "nix-channel", "nix-collect-garbage"],
    manifests: &["flake.nix", "default.nix", "shell.nix"],
    lock_files: &["flake.lock"],
    clean_commands: &["nix-collect-garbage -d"],
    syntax: Syntax {
        valued: "-f --file -I --option -j --max-jobs --argstr --arg --extra-experimental-features \
                 --experimental-features --run --command -c -p --profile",
        verbs: &[
            ("profile install|add", Does::Packages),
            ("build|develop|run|shell", Does::Fetch),
            ("flake update|lock", Does::Update),
            ("store gc", Does::Clean),
        ],
        refine: Some(nix),
        ..Syntax::BLANK
    },
    ..Tool::BLANK
};

fn nix(line: &Line<'_>, meaning: &mut Meaning) {
    match line.program {
        "nix-env" if line.has("-i --install -iA -A --attr") => {
            meaning.action = Action::Install(InstallKind::Packages);
            meaning.take_packages(&line.words);
        }
        "nix-build" | "nix-shell" => meaning.action = Action::Build { fetches: true },
        "nix-channel" if line.has("--update") => meaning.action = Action::Update,
        "nix-collect-garbage" => meaning.action = Action::Clean,
        _ => {}
    }
}

const BREW: Tool = Tool {
    name: "brew",
    ecosystem: Ecosystem::Other,
    programs: &["brew"],
    manifests: &["Brewfile"],
    lock_files: &["Brewfile.lock.json"],
    cache_dirs: &[CacheDir::locked("~/.cache/Homebrew")],
    clean_commands: &["brew cleanup -s"],
    syntax: Syntax {
        verbs: &[
            ("update", Does::Update),
            ("upgrade", Does::Upgrade),
            ("install|reinstall", Does::Packages),
            ("bundle", Does::Deps),
            ("cleanup", Does::Clean),
            ("uninstall|remove|rm", Does::Remove),
        ],
        versions: Versions::At,
        ..Syntax::BLANK
    },
    ..Tool::BLANK
};
