use crate::diagnostic::{Edit, Fix};
use crate::model::docs::DocText;
use crate::rules::DocsCx;
use crate::syntax::docker_cli::{Invocation, Program, Verb, is_placeholder};

pub(in crate::rules) fn check(cx: &mut DocsCx) {
    let Some(doc) = cx.document else { return };
    for build in doc.invocations.iter().filter(|it| lacks_context(it, doc)) {
        cx.report(build.span, "the build command names no build context")
            .primary_label("stops with `requires 1 argument`")
            .note("end it with the folder that is built: ` .` for the current one")
            .fix(Fix::safe("build the current folder", vec![Edit::insert(build.span.end, " .")]));
    }
}

/// A whole command that gives a real tag or file and then ends. `docker build` alone, or with a tag
/// to fill in, is the name of a command and no command.
fn lacks_context(build: &Invocation, doc: &DocText) -> bool {
    let is_real = |flag: &str| build.values(flag).any(|value| !value.text.is_empty() && !is_placeholder(&value.text));
    build.verb == Verb::Build
        && build.program == Program::Docker
        && build.args.is_empty()
        && build.flags.iter().all(|flag| flag.known && flag.value.as_ref().is_none_or(|value| value.text != "."))
        && !build.has("help")
        && !build.elided
        && is_real("tag")
        && !goes_on(&doc.text[build.span.end as usize..])
}

/// True if the text behind the command gives it a context after all: from standard input, or on the
/// next line, whose continuation mark was forgotten.
fn goes_on(after: &str) -> bool {
    let mut lines = after.lines();
    let rest = lines.next().unwrap_or("").trim_start();
    let next = lines.next().unwrap_or("").trim();
    let is_rest = rest.starts_with(['<', '\\', '.', '-', '"', '\'', '$', '(', '[', '{']);
    let is_next = next == "." || ["--", "-f ", "-t ", "./"].iter().any(|start| next.starts_with(start));
    is_rest || (is_next && !next.starts_with("---"))
}
