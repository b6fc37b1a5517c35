use crate::rules::DockerfileCx;

/// `gem install rails` takes whatever version is the newest today.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    super::shared::unpinned(cx, &["gem"], "gem install rails:8.0.2", super::shared::has_no_version);
}
