use crate::model::tools::{Action, Meaning};
use crate::rules::DockerfileCx;
use crate::rules::commands::{Use, uses};
use crate::text::Span;

/// `go install path` and `go install path@latest` take whatever version is the newest today.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    for (it, meaning) in uses(model, &["go"]) {
        // Inside a module, go.mod says which version a path without one means.
        let in_module = it.stage.steps[..it.step.index].iter().any(|step| step.transfer().is_some());
        let open = paths(&it, meaning).into_iter().find(|(path, _)| match path.split_once('@') {
            Some((_, version)) => version == "latest",
            None => !in_module,
        });
        let Some((path, span)) = open else { continue };
        let name = path.split('@').next().unwrap_or(path);
        cx.report(span, format!("`{path}` is whatever version is the newest on the day of the build"))
            .note(format!("name the version, as in `{name}@v1.2.3`"));
    }
}

/// The packages of other modules that the command names.
fn paths<'m>(it: &Use<'m>, meaning: &'m Meaning) -> Vec<(&'m str, Span)> {
    let named: Vec<(&str, Span)> = match &meaning.action {
        Action::Exec(_) if meaning.verb == "run" => {
            let words = it.command.args.iter().filter(|arg| arg.span.start >= meaning.verb_span.end);
            let mut words = words.filter_map(|arg| Some((arg.text.as_deref()?, arg.span)));
            words.find(|(text, _)| !text.starts_with('-')).into_iter().collect()
        }
        Action::Install(_) => meaning.packages.iter().map(|package| (package.text.as_str(), package.span)).collect(),
        _ => Vec::new(),
    };
    named.into_iter().filter(|(path, _)| is_module(path)).collect()
}

fn is_module(path: &str) -> bool {
    // A host has a dot; `std/...` and a pattern of the project's own do not.
    let is_pattern = path.ends_with("...") && !path.split('/').next().is_some_and(|host| host.contains('.'));
    let is_local = path.starts_with(['.', '/', '$']) || is_pattern || path.ends_with(".go");
    !is_local && !matches!(path, "all" | "std" | "cmd" | "tool") && !path.ends_with("@none")
}
