use crate::rules::{DockerfileCx, commands};

/// yum's installs ask for confirmation unless told not to.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    super::shared::asks(cx, &["yum"], "assumeyes", commands::changes_packages);
}
