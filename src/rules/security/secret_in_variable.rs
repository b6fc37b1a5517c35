use super::shared_secrets::{names, sounds_secret};
use crate::rules::DockerfileCx;

/// ARG or ENV with the name of a secret: its value stays in the image or its history.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for name in names(cx) {
        if !sounds_secret(&name.text) || name.is_harmless() {
            continue;
        }
        let keyword = name.keyword;
        let message = format!("Do not use ARG or ENV instructions for sensitive data ({keyword} \"{}\")", name.text);
        let note = match keyword {
            "ARG" => "its value stays in the history of the image; use `RUN --mount=type=secret,id=…`",
            _ => {
                "its value stays in the image; pass it when the container starts, or use `RUN --mount=type=secret,id=…`"
            }
        };
        name.here.report(cx, name.span, message).note(note);
    }
}
