use super::shared_secrets::{names, sounds_secret};
use crate::rules::DockerfileCx;

/// What BuildKit reports besides: the name of a secret, with a value that is plainly none.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for name in names(cx) {
        if sounds_secret(&name.text) && name.is_harmless() {
            let message =
                format!("Do not use ARG or ENV instructions for sensitive data ({} \"{}\")", name.keyword, name.text);
            name.here.report(cx, name.span, message).note("the value looks harmless; another name would say so");
        }
    }
}
