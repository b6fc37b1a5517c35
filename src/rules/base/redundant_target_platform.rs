use crate::diagnostic::{Edit, Fix};
use crate::rules::DockerfileCx;
use crate::text::Span;

/// `--platform=$TARGETPLATFORM` says what FROM does anyway.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for stage in &cx.model.stages {
        let Some(flag) = stage.from.and_then(|from| from.flag("platform")) else { continue };
        let Some(value) = &flag.value else { continue };
        let raw = value.raw.trim_matches('"');
        if !matches!(raw, "$TARGETPLATFORM" | "${TARGETPLATFORM}") {
            continue;
        }
        let message =
            format!("Setting platform to predefined {raw} in FROM is redundant as this is the default behavior");
        let next = flag.span.end + cx.source.text[flag.span.end as usize..].starts_with(' ') as u32;
        let fix = Fix::safe("remove the flag", vec![Edit::delete(Span::new(flag.span.start, next))]);
        cx.report(flag.span, message).fix(fix);
    }
}
