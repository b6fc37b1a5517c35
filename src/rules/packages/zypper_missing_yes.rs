use crate::rules::{DockerfileCx, commands};

/// zypper asks for confirmation unless told not to.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    super::shared::asks(cx, &["zypper"], "ZYPP_NONINTERACTIVE", commands::changes_packages);
}
