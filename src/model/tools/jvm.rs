//! Java, Kotlin, Scala, Clojure.

use super::line::Line;
use super::meaning::{Action, Flag, InstallKind, Meaning};
use super::tool::{CacheDir, Does, Ecosystem, Syntax, Tool};

pub(super) const TOOLS: &[Tool] = &[MAVEN, GRADLE, SBT, ANT, LEIN, CLOJURE, MILL];

const JVM: Tool = Tool { ecosystem: Ecosystem::Jvm, ..Tool::BLANK };

const MAVEN: Tool = Tool {
    name: "mvn",
    programs: &["mvn", "mvnw", "mvnd"],
    manifests: &["pom.xml", "*.pom"],
    config_files: &[
        ".mvn/",
        "mvnw",
        "mvnw.cmd",
        "settings.xml",
        "settings-docker.xml",
        "settings*.xml",
        "*-settings.xml",
        "extensions.xml",
        ".flattened-pom.xml",
        ".sdkmanrc",
    ],
    vendored: &[".m2/repository/"],
    cache_dirs: &[CacheDir::shared("~/.m2")],
    clean_commands: &["rm -rf ~/.m2/repository"],
    clean_paths: &["~/.m2"],
    syntax: Syntax {
        clusters: false,
        valued: "-f --file -pl --projects -P --activate-profiles -s --settings -gs --global-settings -T --threads -l \
                 --log-file -t --toolchains -rf --resume-from -D --define -b --builder -gt --color",
        bare: Does::Query,
        unknown: Does::Fetch,
        flags: &[
            ("-o --offline", Flag::Offline),
            ("-B --batch-mode --no-transfer-progress -ntp", Flag::AssumeYes),
            ("-q --quiet", Flag::Quiet),
        ],
        files: "-f --file",
        refine: Some(maven),
        ..Syntax::BLANK
    },
    ..JVM
};

/// Goals: only those of the dependency plugin (and its kin) leave the sources alone.
fn maven(line: &Line<'_>, meaning: &mut Meaning) {
    let goals: Vec<&str> = line.words.iter().filter(|word| !word.is_opaque()).map(|word| word.text).collect();
    meaning.verb = goals.join(" ");
    if goals.is_empty() {
        return;
    }
    meaning.action = if goals.iter().all(|goal| is_dependency_goal(goal) || *goal == "clean" || *goal == "validate")
        && goals.iter().any(|goal| is_dependency_goal(goal))
    {
        Action::Install(InstallKind::Manifest)
    } else if goals.iter().all(|goal| goal.starts_with("help:") || goal.starts_with("versions:")) {
        Action::Query
    } else if goals.iter().all(|goal| goal.starts_with("exec:") || goal.ends_with(":run")) {
        Action::Exec(goals[0].to_owned())
    } else if goals.iter().any(|goal| goal.contains("install-file") || goal.contains(":get")) {
        Action::Install(InstallKind::Packages)
    } else if goals.iter().all(|goal| *goal == "clean") {
        Action::Remove
    } else {
        Action::Build { fetches: true }
    };
}

fn is_dependency_goal(goal: &str) -> bool {
    let (plugin, name) = goal.rsplit_once(':').unwrap_or(("", goal));
    let of_dependencies = plugin.contains("dependency") || plugin.contains("go-offline");
    of_dependencies && !matches!(name, "get" | "copy" | "unpack" | "build-classpath" | "tree" | "list" | "analyze")
        || goal.starts_with("wrapper:")
}

const GRADLE: Tool = Tool {
    name: "gradle",
    programs: &["gradle", "gradlew"],
    manifests: &[
        "build.gradle",
        "build.gradle.kts",
        "settings.gradle",
        "settings.gradle.kts",
        "*.gradle",
        "*.gradle.kts",
    ],
    lock_files: &["gradle.lockfile", "*.lockfile", "verification-metadata.xml"],
    config_files: &[
        "gradle/",
        "gradlew",
        "gradlew.bat",
        "gradle.properties",
        "local.properties",
        "libs.versions.toml",
        "buildSrc/",
        "build-logic/",
        "init.gradle",
        ".sdkmanrc",
        ".java-version",
    ],
    cache_dirs: &[CacheDir::shared("~/.gradle")],
    clean_commands: &["rm -rf ~/.gradle/caches"],
    clean_paths: &["~/.gradle", "/home/gradle/.gradle"],
    syntax: Syntax {
        clusters: false,
        valued: "-p --project-dir -b --build-file -c --settings-file -x --exclude-task -g --gradle-user-home -I \
                 --init-script --console --max-workers --project-prop -P -D --system-prop --warning-mode --configuration \
                 --tests --include-build --priority --gradle-version --distribution-type",
        bare: Does::Query,
        unknown: Does::Fetch,
        flags: &[("--offline", Flag::Offline), ("-q --quiet", Flag::Quiet)],
        files: "-b --build-file",
        directory: "-p --project-dir",
        refine: Some(gradle),
        ..Syntax::BLANK
    },
    ..JVM
};

fn gradle(line: &Line<'_>, meaning: &mut Meaning) {
    let tasks: Vec<&str> = line.words.iter().filter(|word| !word.is_opaque()).map(|word| word.text).collect();
    meaning.verb = tasks.join(" ");
    let last = |task: &&str| task.rsplit(':').next().unwrap_or_default().to_owned();
    let reads_sources =
        tasks.iter().map(last).any(|task| !is_dependency_task(&task) && !matches!(task.as_str(), "clean" | "wrapper"));
    if tasks.is_empty() {
        return;
    }
    meaning.action =
        if tasks.iter().map(last).all(|task| matches!(task.as_str(), "tasks" | "projects" | "properties" | "help")) {
            // They load the build, so its plugins are downloaded: the usual trick to warm a cache.
            Action::Install(InstallKind::Manifest)
        } else if tasks.iter().map(last).any(|task| is_dependency_task(&task)) && !reads_sources {
            Action::Install(InstallKind::Manifest)
        } else if tasks.iter().map(last).all(|task| task == "wrapper") {
            Action::Install(InstallKind::Packages)
        } else if tasks.iter().map(last).all(|task| task == "clean") {
            Action::Remove
        } else {
            Action::Build { fetches: true }
        };
}

fn is_dependency_task(task: &str) -> bool {
    task.ends_with("ependencies")
        || task.ends_with("Deps")
        || task == "buildEnvironment"
        || task.contains("DependenciesTo")
}

const SBT: Tool = Tool {
    name: "sbt",
    programs: &["sbt", "sbtn"],
    manifests: &["build.sbt", "*.sbt", "project/build.properties", "project/plugins.sbt"],
    config_files: &["project/", ".sbtopts", ".jvmopts", "version.sbt", "repositories"],
    cache_dirs: &[CacheDir::shared("~/.cache/coursier"), CacheDir::shared("~/.ivy2"), CacheDir::shared("~/.sbt")],
    clean_commands: &["rm -rf ~/.cache/coursier ~/.ivy2"],
    clean_paths: &["~/.ivy2", "~/.cache/coursier", "~/.sbt"],
    syntax: Syntax {
        clusters: false,
        valued: "-mem -java-home -jvm-debug -sbt-version -ivy -sbt-dir -sbt-boot",
        bare: Does::Query,
        unknown: Does::Fetch,
        flags: &[("-offline --offline", Flag::Offline)],
        refine: Some(sbt),
        ..Syntax::BLANK
    },
    ..JVM
};

fn sbt(line: &Line<'_>, meaning: &mut Meaning) {
    let harmless =
        ["update", "reload", "about", "sbtVersion", "updateClassifiers", "exit", "version", "dependencyUpdates"];
    let tasks: Vec<&str> = line.words.iter().map(|word| word.text.trim()).collect();
    meaning.verb = tasks.join(" ");
    let last = |task: &str| task.rsplit(['/', ' ', ';']).next().unwrap_or_default().to_owned();
    if !tasks.is_empty() && tasks.iter().all(|task| harmless.contains(&last(task).as_str())) {
        meaning.action = Action::Install(InstallKind::Manifest);
    }
}

const ANT: Tool = Tool {
    name: "ant",
    programs: &["ant"],
    manifests: &["build.xml", "ivy.xml"],
    config_files: &["ivysettings.xml", "build.properties"],
    cache_dirs: &[CacheDir::shared("~/.ivy2")],
    syntax: Syntax {
        clusters: false,
        valued: "-f -file -buildfile -lib -logger -propertyfile",
        verbs: &[("resolve|ivy-resolve|ivy-bootstrap|download-ivy|deps", Does::Deps)],
        bare: Does::Build,
        unknown: Does::Build,
        files: "-f -file -buildfile",
        ..Syntax::BLANK
    },
    ..JVM
};

const LEIN: Tool = Tool {
    name: "lein",
    programs: &["lein"],
    manifests: &["project.clj"],
    config_files: &["profiles.clj", "checkouts/"],
    cache_dirs: &[CacheDir::shared("~/.m2")],
    clean_paths: &["~/.m2"],
    syntax: Syntax {
        verbs: &[
            ("deps", Does::Deps),
            ("with-profile", Does::Fetch),
            ("run|repl|trampoline", Does::Exec),
            ("version|help", Does::Query),
        ],
        unknown: Does::Fetch,
        flags: &[("-o", Flag::Offline)],
        refine: Some(lein),
        ..Syntax::BLANK
    },
    ..JVM
};

fn lein(line: &Line<'_>, meaning: &mut Meaning) {
    if let Some(last) = line.words.last()
        && line.words.first().is_some_and(|first| first.text == "with-profile")
        && last.text == "deps"
    {
        meaning.action = Action::Install(InstallKind::Manifest);
    }
}

const CLOJURE: Tool = Tool {
    name: "clojure",
    programs: &["clojure", "clj"],
    manifests: &["deps.edn"],
    config_files: &["build.clj", "bb.edn"],
    cache_dirs: &[CacheDir::shared("~/.m2"), CacheDir::shared("~/.gitlibs")],
    clean_paths: &["~/.m2"],
    syntax: Syntax { clusters: false, unknown: Does::Exec, refine: Some(clojure), ..Syntax::BLANK },
    ..JVM
};

fn clojure(line: &Line<'_>, meaning: &mut Meaning) {
    let option = |prefix: &str| line.args.iter().any(|arg| arg.text_or_raw().starts_with(prefix));
    if option("-P") {
        meaning.action = Action::Install(InstallKind::Manifest);
    } else if option("-T") {
        meaning.action = Action::Build { fetches: true };
    }
}

const MILL: Tool = Tool {
    name: "mill",
    programs: &["mill", "mill-assembly"],
    manifests: &["build.sc", "build.mill"],
    config_files: &[".mill-version"],
    cache_dirs: &[CacheDir::shared("~/.cache/coursier")],
    syntax: Syntax { verbs: &[("__.prepareOffline", Does::Deps)], unknown: Does::Fetch, ..Syntax::BLANK },
    ..JVM
};
