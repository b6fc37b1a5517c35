use super::shared::{Leftover, left_over};
use crate::rules::{DockerfileCx, commands};

/// yarn keeps a copy of every package that it installs.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let leftover = Leftover {
        tools: &["yarn"],
        fills: commands::adds_packages,
        cleaned_by: &["yarn"],
        folders: &[
            "/usr/local/share/.cache/yarn",
            "/root/.cache/yarn",
            "/root/.yarn",
            "/usr/local/share/.cache",
            "/root/.yarn/berry/cache",
            "/home/node/.cache/yarn",
        ],
        what: "a copy of every package",
    };
    left_over(cx, &leftover, |_| "yarn cache clean".to_owned());
}
