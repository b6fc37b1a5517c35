use super::shared::{Leftover, RPM_CACHES, RPM_TOOLS, left_over};
use crate::rules::{DockerfileCx, commands};

/// yum keeps the repositories' metadata unless it is told to clean up in the same RUN.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let leftover = Leftover {
        tools: &["yum"],
        fills: commands::adds_packages,
        cleaned_by: RPM_TOOLS,
        folders: RPM_CACHES,
        what: "its metadata and packages",
    };
    left_over(cx, &leftover, |_| "yum clean all".to_owned());
}
