use crate::rules::DockerfileCx;

/// `yum install httpd` takes whatever version the repository has today.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    super::shared::unpinned(cx, &["yum"], "yum install httpd-2.4.62", super::shared::rpm_is_open);
}
