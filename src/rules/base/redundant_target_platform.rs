use crate::diagnostic::{Edit, Fix};
use crate::rules::DockerfileCx;
use crate::syntax::dockerfile::expand_word;
use crate::text::Span;

/// `--platform=$TARGETPLATFORM` says what FROM does anyway.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for stage in &cx.model.stages {
        let Some(flag) = stage.from.and_then(|from| from.flag("platform")) else { continue };
        let Some(value) = &flag.value else { continue };
        // The variable alone, perhaps with a default that is never used: the result is its value.
        let is_alone = value.variables.iter().all(|variable| variable.name.text == "TARGETPLATFORM")
            && expand_word(&value.raw, cx.dockerfile.escape, &[("TARGETPLATFORM", "\u{1}/\u{2}")])
                .is_ok_and(|expansion| expansion.text == "\u{1}/\u{2}" && expansion.unmatched.is_empty());
        if !is_alone {
            continue;
        }
        let raw = &value.raw;
        let message =
            format!("Setting platform to predefined {raw} in FROM is redundant as this is the default behavior");
        let next = flag.span.end + cx.source.text[flag.span.end as usize..].starts_with(' ') as u32;
        let fix = Fix::safe("remove the flag", vec![Edit::delete(Span::new(flag.span.start, next))]);
        cx.report(flag.span, message).note("leave the flag out: nothing changes").fix(fix);
    }
}
