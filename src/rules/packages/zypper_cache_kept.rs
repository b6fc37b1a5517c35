use super::shared::{Leftover, left_over};
use crate::rules::{DockerfileCx, commands};

/// zypper keeps the repositories' metadata unless it is told to clean up in the same RUN.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let leftover = Leftover {
        tools: &["zypper"],
        fills: commands::adds_packages,
        cleaned_by: &["zypper"],
        folders: &["/var/cache/zypp", "/var/cache/zypper"],
        what: "its metadata and packages",
    };
    left_over(cx, &leftover, |_| "zypper clean --all".to_owned());
}
