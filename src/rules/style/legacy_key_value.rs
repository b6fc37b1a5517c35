use crate::diagnostic::{Edit, Fix};
use crate::rules::{DockerfileCx, steps};
use crate::syntax::dockerfile::{Body, Pair};
use crate::text::Span;

/// `ENV KEY value` and `LABEL key value` instead of `KEY=value`.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for here in steps::all(cx.model) {
        let (Body::Env(pairs) | Body::Label(pairs)) = here.step.body() else { continue };
        for pair in pairs.iter().filter(|pair| pair.legacy) {
            let keyword = here.step.instruction.keyword.text.as_str();
            let message =
                format!("\"{keyword} key=value\" should be used instead of legacy \"{keyword} key value\" format");
            let fix = if here.trigger { None } else { fix(cx, pair) };
            here.report(cx, pair.key.span.to(pair.value.span), message)
                .note("the old form takes one variable, and the whole rest of the line is its value")
                .fix(fix);
        }
    }
}

/// The new form with the same value: the builder removes quotes from both alike, so that a value
/// with blanks needs new quotes only where it has none of its own.
fn fix(cx: &DockerfileCx, pair: &Pair) -> Option<Fix> {
    let raw = pair.value.raw.as_str();
    let escape = cx.dockerfile.escape;
    let gap = Span::new(pair.key.span.end, pair.value.span.start);
    if raw.ends_with(escape) || cx.slice(gap).contains('#') || cx.slice(pair.value.span).contains('\n') {
        return None;
    }
    let quoted_whole = || {
        let quote = raw.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let inside = raw.strip_prefix(quote)?.strip_suffix(quote)?;
        (!inside.contains(['"', '\'', escape])).then_some("")
    };
    let quote = match () {
        () if !raw.contains(char::is_whitespace) => "",
        () if !raw.contains(['"', '\'', escape]) => "\"",
        () => quoted_whole()?,
    };
    let mut edits = vec![Edit::replace(gap, format!("={quote}"))];
    if !quote.is_empty() {
        edits.push(Edit::insert(pair.value.span.end, quote));
    }
    Some(Fix::safe("write it with `=`", edits))
}
