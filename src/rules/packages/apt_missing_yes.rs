use crate::rules::{DockerfileCx, commands};

/// apt's installs, upgrades and removals ask for confirmation unless told not to.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    super::shared::asks(cx, &["apt-get", "apt", "aptitude"], "Assume-Yes", commands::changes_packages);
}
