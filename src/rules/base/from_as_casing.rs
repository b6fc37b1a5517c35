use crate::diagnostic::{Edit, Fix};
use crate::rules::DockerfileCx;

/// `FROM` and `AS` in the same case; a mixed-case `From` is left alone.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for stage in &cx.model.stages {
        let (Some(from), Some(body)) = (stage.from, stage.from_body) else { continue };
        let Some(keyword) = &body.as_keyword else { continue };
        let wanted = match from.keyword.text.as_str() {
            text if text == text.to_uppercase() => keyword.text.to_uppercase(),
            text if text == text.to_lowercase() => keyword.text.to_lowercase(),
            _ => continue,
        };
        if keyword.text == wanted {
            continue;
        }
        let message = format!("'{}' and '{}' keywords' casing do not match", keyword.text, from.keyword.text);
        let fix = Fix::safe(format!("write `{wanted}`"), vec![Edit::replace(keyword.span, &wanted)]);
        cx.report(keyword.span, message).note(format!("write `{wanted}`, as FROM is written")).fix(fix);
    }
}
