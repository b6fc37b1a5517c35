use crate::diagnostic::{Edit, Fix};
use crate::rules::DockerfileCx;
use crate::syntax::dockerfile::{Body, Instruction};

/// MAINTAINER, which a label has taken the place of.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for instruction in &cx.dockerfile.instructions {
        if let Body::Maintainer(name) = &instruction.body {
            let fix = fix(cx, instruction, &name.raw);
            cx.report(instruction.keyword.span, "Maintainer instruction is deprecated in favor of using label")
                .note("the label `org.opencontainers.image.authors` says the same and can be read by tools")
                .fix(fix);
        }
    }
}

fn fix(cx: &DockerfileCx, instruction: &Instruction, name: &str) -> Option<Fix> {
    let inner = name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(name);
    let escape = cx.dockerfile.escape;
    let mut value = String::new();
    for c in inner.chars() {
        if matches!(c, '"' | '$') || c == escape {
            value.push(escape);
        }
        value.push(c);
    }
    let keyword = if instruction.keyword.text.starts_with('m') { "label" } else { "LABEL" };
    let label = format!("{keyword} org.opencontainers.image.authors=\"{value}\"");
    let on_one_line = !cx.slice(instruction.span).contains('\n');
    on_one_line.then(|| Fix::unsafe_("write it as a label", vec![Edit::replace(instruction.span, label)]))
}
