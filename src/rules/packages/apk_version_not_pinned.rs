use crate::rules::DockerfileCx;

/// `apk add curl` takes whatever version the index has today.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    super::shared::unpinned(cx, &["apk"], "apk add curl=~8.14", super::shared::has_no_version);
}
