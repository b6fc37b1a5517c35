//! .NET.

use super::line::Line;
use super::meaning::{Action, Flag, InstallKind, Meaning};
use super::package::Versions;
use super::tool::{CacheDir, Does, Ecosystem, Syntax, Tool};

pub(super) const TOOLS: &[Tool] = &[DOTNET, NUGET, MSBUILD, PAKET];

const BASE: Tool = Tool {
    ecosystem: Ecosystem::DotNet,
    manifests: &[
        "*.csproj",
        "*.fsproj",
        "*.vbproj",
        "*.sln",
        "*.slnx",
        "*.slnf",
        "packages.config",
        "*.proj",
        "*.esproj",
    ],
    lock_files: &["packages.lock.json"],
    config_files: &[
        "nuget.config",
        "NuGet.Config",
        "NuGet.config",
        "Nuget.config",
        ".nuget/",
        "Directory.*.props",
        "Directory.*.targets",
        "*.props",
        "*.targets",
        "global.json",
        "dotnet-tools.json",
        ".config/",
        "*.nuspec",
        "*.nupkg",
        "*.dcproj",
        "*.wixproj",
        "*.sqlproj",
        "*.vcxproj",
        "*.shproj",
        "*.projitems",
        "paket.dependencies",
        "paket.lock",
        "paket.references",
        ".paket/",
        "version.json",
        "*.ruleset",
        ".editorconfig",
    ],
    cache_dirs: &[CacheDir::shared("~/.nuget/packages")],
    clean_commands: &["dotnet nuget locals all --clear"],
    clean_paths: &["~/.nuget/packages", "~/.nuget"],
    ..Tool::BLANK
};

const DOTNET: Tool = Tool {
    name: "dotnet",
    programs: &["dotnet"],
    syntax: Syntax {
        clusters: false,
        valued: "-r --runtime --os -a --arch -c --configuration -f --framework -o --output -v --verbosity -s --source \
                 --configfile --packages --lock-file-path --version-suffix -p --project --property --tool-path \
                 --version --add-source --disable-parallel --logger --filter --results-directory --settings -n --name \
                 --launch-profile --artifacts-path --manifest-file --tool-manifest -l -t --username --password \
                 --store-password-in-clear-text -u",
        verbs: &[
            ("restore", Does::DepsOf),
            ("tool restore", Does::Deps),
            ("workload restore", Does::Deps),
            ("build|publish|pack|test|msbuild|watch|vstest", Does::FetchOf),
            ("run", Does::Fetch),
            ("tool install|update", Does::Packages),
            ("workload install", Does::Packages),
            ("add package", Does::Packages),
            ("package add", Does::Packages),
            ("nuget locals", Does::Clean),
            ("tool uninstall|remove", Does::Remove),
            ("clean|new|sln|dev-certs|nuget|ef|store|help|format|user-secrets|reference", Does::Other),
            ("list|--info|sdk", Does::Query),
        ],
        bare: Does::Query,
        unknown: Does::Exec,
        flags: &[
            ("--no-restore --no-build", Flag::Offline),
            ("--locked-mode", Flag::Frozen),
            ("-g --global", Flag::Global),
            ("--no-cache --no-http-cache", Flag::NoCache),
        ],
        directory: "--project",
        versions: Versions::At,
        refine: Some(dotnet),
        ..Syntax::BLANK
    },
    ..BASE
};

fn dotnet(line: &Line<'_>, meaning: &mut Meaning) {
    // MSBuild takes its options with a slash too: `/p:UseAppHost=false`.
    meaning.files.retain(|file| !is_slash_option(file));
    if meaning.verb == "add package" || meaning.verb == "package add" || meaning.verb.starts_with("tool") {
        let version = line.value("--version -v").map(str::to_owned);
        meaning.packages.iter_mut().filter(|package| package.version.is_none()).for_each(|package| {
            package.version.clone_from(&version);
        });
    }
    if let ["add", project, "package", ..] = line.words.iter().map(|word| word.text).collect::<Vec<_>>().as_slice() {
        meaning.files.push((*project).to_owned());
        meaning.action = Action::Install(InstallKind::Packages);
        meaning.take_packages(&line.words[3..]);
    }
    if meaning.verb == "msbuild" || meaning.verb == "build" {
        msbuild(line, meaning);
    }
}

fn is_slash_option(word: &str) -> bool {
    word.strip_prefix('/').is_some_and(|rest| rest.contains([':', '=']) && !rest.contains('/'))
        || word.split_once(':').is_some_and(|(name, _)| matches!(name, "/p" | "/t" | "/property" | "/target"))
}

const NUGET: Tool = Tool {
    name: "nuget",
    programs: &["nuget"],
    syntax: Syntax {
        clusters: false,
        valued: "-Source -ConfigFile -PackagesDirectory -OutputDirectory -SolutionDirectory -MSBuildPath -Version \
                 -source -configfile -packagesdirectory -outputdirectory -solutiondirectory -Verbosity",
        verbs: &[
            ("restore", Does::DepsOf),
            ("install", Does::Packages),
            ("update", Does::Upgrade),
            ("locals", Does::Clean),
            ("pack", Does::Build),
        ],
        flags: &[("-NonInteractive", Flag::AssumeYes)],
        refine: Some(nuget),
        ..Syntax::BLANK
    },
    ..BASE
};

fn nuget(line: &Line<'_>, meaning: &mut Meaning) {
    let version = line.value("-Version");
    for package in &mut meaning.packages {
        package.version = version.map(str::to_owned);
        if package.name.ends_with("packages.config") {
            meaning.action = Action::Install(InstallKind::Manifest);
        }
    }
}

const MSBUILD: Tool = Tool {
    name: "msbuild",
    programs: &["msbuild", "MSBuild", "xbuild"],
    syntax: Syntax { clusters: false, unknown: Does::Build, bare: Does::Build, refine: Some(msbuild), ..Syntax::BLANK },
    ..BASE
};

/// `-t:restore` only downloads, `-restore` downloads and builds.
fn msbuild(line: &Line<'_>, meaning: &mut Meaning) {
    let mut args = line.args.iter().map(|arg| arg.text_or_raw().to_ascii_lowercase());
    let mut restores = false;
    for arg in args.by_ref() {
        let arg = arg.trim_start_matches(['-', '/']);
        if matches!(arg, "t:restore" | "target:restore") {
            meaning.action = Action::Install(InstallKind::Manifest);
        }
        restores |= matches!(arg, "r" | "restore" | "restore:true");
    }
    if restores && meaning.action == (Action::Build { fetches: false }) {
        meaning.action = Action::Build { fetches: true };
    }
}

const PAKET: Tool = Tool {
    name: "paket",
    programs: &["paket"],
    manifests: &["paket.dependencies", "paket.references"],
    lock_files: &["paket.lock"],
    syntax: Syntax { verbs: &[("restore|install|update", Does::Deps), ("add", Does::Packages)], ..Syntax::BLANK },
    ..BASE
};
