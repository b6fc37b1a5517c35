use crate::rules::DockerfileCx;

/// `zypper install tomcat` takes whatever version the repository has today.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    super::shared::unpinned(cx, &["zypper"], "zypper install tomcat=9.0.39", super::shared::has_no_version);
}
