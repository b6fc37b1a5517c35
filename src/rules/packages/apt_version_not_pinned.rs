use crate::rules::DockerfileCx;

/// `apt-get install curl` takes whatever version the index has today.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    super::shared::unpinned(
        cx,
        &["apt-get", "apt", "aptitude"],
        "apt-get install curl=8.14.1-2",
        super::shared::has_no_version,
    );
}
