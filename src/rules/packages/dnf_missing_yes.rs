use crate::rules::{DockerfileCx, commands};

/// The installs of dnf and its small relatives ask for confirmation unless told not to.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    super::shared::asks(cx, &["dnf", "microdnf", "tdnf"], "assumeyes", commands::changes_packages);
}
