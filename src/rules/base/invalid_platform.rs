use super::shared_platform::parse;
use crate::rules::DockerfileCx;

/// `FROM --platform` with a value that is no platform.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for stage in &cx.model.stages {
        let Some(value) = stage.from.and_then(|from| from.flag("platform")).and_then(|flag| flag.value.as_ref()) else {
            continue;
        };
        let expanded = stage.from_scope.expand(&value.raw, cx.dockerfile.escape);
        // The platform variables are set by the builder; nothing is known of them, and they are right.
        if !expanded.known || value.raw.is_empty() {
            continue;
        }
        let message = match parse(&expanded.text) {
            _ if expanded.text.is_empty() => format!("empty platform value from expression {}", value.raw),
            Err(why) => format!("failed to parse platform {}: {why}", value.raw),
            Ok(_) => continue,
        };
        cx.report(value.span, message).note("write it as `os/architecture`, such as `linux/arm64`");
    }
}
