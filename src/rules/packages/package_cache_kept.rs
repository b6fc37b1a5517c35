use super::shared::{Leftover, left_over};
use crate::model::tools::{Flag, Meaning};
use crate::rules::{DockerfileCx, commands};

/// Language package managers keep what they download for the next time, which never comes.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for leftover in &LEFTOVERS {
        left_over(cx, leftover, |meaning| clean_command(meaning).to_owned());
    }
}

const LEFTOVERS: [Leftover; 6] = [
    Leftover {
        tools: &["npm"],
        fills,
        cleaned_by: &["npm"],
        folders: &["/root/.npm", "~/.npm", "$HOME/.npm", "/home/node/.npm"],
        what: "a copy of every package",
    },
    Leftover {
        tools: &["bun"],
        fills,
        cleaned_by: &["bun"],
        folders: &["/root/.bun", "~/.bun", "/root/.bun/install/cache", "/home/bun/.bun/install/cache"],
        what: "a copy of every package",
    },
    Leftover {
        tools: &["uv"],
        fills,
        cleaned_by: &["uv"],
        folders: &["/root/.cache/uv", "~/.cache/uv", "$HOME/.cache/uv"],
        what: "a copy of every package",
    },
    Leftover {
        tools: &["poetry"],
        fills,
        cleaned_by: &["poetry"],
        folders: &["/root/.cache/pypoetry", "~/.cache/pypoetry", "$HOME/.cache/pypoetry"],
        what: "a copy of every package",
    },
    Leftover {
        tools: &["composer"],
        fills,
        cleaned_by: &["composer"],
        folders: &["/root/.composer", "~/.composer", "/root/.cache/composer", "~/.cache/composer", "/tmp/cache"],
        what: "a copy of every package",
    },
    Leftover {
        tools: &["conda"],
        fills,
        cleaned_by: &["conda"],
        folders: &["/opt/conda/pkgs", "/root/miniconda3/pkgs", "/opt/miniconda3/pkgs"],
        what: "the archives of all packages",
    },
];

fn fills(meaning: &Meaning) -> bool {
    commands::adds_packages(meaning) && !meaning.has(Flag::NoCache) && !meaning.has(Flag::Offline)
}

fn clean_command(meaning: &Meaning) -> &'static str {
    meaning.tool.clean_commands.first().copied().unwrap_or("rm -rf ~/.cache")
}
