//! Elixir, Erlang, Gleam.

use super::line::Line;
use super::meaning::{Action, Flag, InstallKind, Meaning};
use super::tool::{CacheDir, Does, Ecosystem, Syntax, Tool};

pub(super) const TOOLS: &[Tool] = &[MIX, REBAR, GLEAM];

const MIX: Tool = Tool {
    name: "mix",
    ecosystem: Ecosystem::Beam,
    programs: &["mix"],
    manifests: &["mix.exs"],
    lock_files: &["mix.lock"],
    // Dependencies are compiled with the settings of config/; umbrella projects keep theirs in apps/.
    config_files: &["config/", "config.exs", ".tool-versions", "rebar.config", ".formatter.exs", "vsn"],
    vendored: &["deps/"],
    cache_dirs: &[CacheDir::shared("~/.hex/packages"), CacheDir::shared("~/.cache/rebar3")],
    clean_commands: &[],
    clean_paths: &["~/.hex/packages"],
    syntax: Syntax {
        verbs: &[
            ("deps.get|deps.update", Does::Deps),
            ("deps.compile", Does::Deps),
            ("local.hex|local.rebar|archive.install|escript.install", Does::Packages),
            (
                "compile|release|phx.digest|assets.deploy|assets.build|assets.setup|escript.build|distillery.release",
                Does::Build,
            ),
            ("deps.clean|deps.unlock|clean", Does::Remove),
            ("phx.server|run|test", Does::Exec),
            ("deps|hex.info|help", Does::Query),
            ("do", Does::Other),
        ],
        unknown: Does::RunVerb,
        flags: &[("--only=prod", Flag::OmitDev), ("--check-locked", Flag::Frozen), ("--force", Flag::AssumeYes)],
        env: &[("MIX_ENV=prod", Flag::OmitDev)],
        valued: "--only -e --eval",
        refine: Some(mix),
        ..Syntax::BLANK
    },
    ..Tool::BLANK
};

/// `mix do deps.get, compile`: the last task decides unless all of them are about dependencies.
fn mix(line: &Line<'_>, meaning: &mut Meaning) {
    if meaning.verb == "do" {
        let tasks = line.words[1..].iter().map(|word| word.text.trim_end_matches(','));
        let tasks: Vec<&str> = tasks.filter(|task| task.contains('.') || *task == "compile").collect();
        let compiles = tasks.iter().any(|task| matches!(*task, "compile" | "release" | "phx.digest" | "assets.deploy"));
        let gets = tasks.iter().any(|task| matches!(*task, "deps.get" | "deps.compile"));
        let locals = tasks.iter().any(|task| task.starts_with("local."));
        meaning.action = match (gets, compiles) {
            (true, false) => Action::Install(InstallKind::Manifest),
            (_, true) => Action::Build { fetches: gets },
            _ if locals => Action::Install(InstallKind::Packages),
            _ => Action::Other,
        };
    }
    if meaning.verb.starts_with("local.") {
        meaning.packages.clear();
    }
    if meaning.verb == "deps.compile" {
        // It compiles what `deps.get` brought: no download of its own.
        meaning.flags.set(Flag::Offline);
    }
}

const REBAR: Tool = Tool {
    name: "rebar3",
    ecosystem: Ecosystem::Beam,
    programs: &["rebar3", "rebar"],
    manifests: &["rebar.config", "rebar.config.script"],
    lock_files: &["rebar.lock"],
    cache_dirs: &[CacheDir::shared("~/.cache/rebar3")],
    syntax: Syntax {
        verbs: &[
            ("get-deps|upgrade|compile-deps", Does::Deps),
            ("as", Does::Fetch),
            ("compile|release|escriptize|tar", Does::Fetch),
        ],
        ..Syntax::BLANK
    },
    ..Tool::BLANK
};

const GLEAM: Tool = Tool {
    name: "gleam",
    ecosystem: Ecosystem::Beam,
    programs: &["gleam"],
    manifests: &["gleam.toml"],
    lock_files: &["manifest.toml"],
    syntax: Syntax {
        verbs: &[
            ("deps download", Does::Deps),
            ("add", Does::Packages),
            ("build|export", Does::Fetch),
            ("run", Does::Exec),
        ],
        ..Syntax::BLANK
    },
    ..Tool::BLANK
};
