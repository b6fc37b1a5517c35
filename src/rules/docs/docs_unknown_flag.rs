use crate::diagnostic::{Edit, Fix};
use crate::rules::DocsCx;
use crate::syntax::docker_cli::{FlagUse, Invocation, Program, Verb, is_flag, near_flag};

pub(in crate::rules) fn check(cx: &mut DocsCx) {
    let Some(doc) = cx.markdown else { return };
    let of_docker =
        |it: &&Invocation| it.program == Program::Docker && !matches!(it.verb, Verb::Unknown | Verb::Compose);
    for call in doc.invocations.iter().filter(of_docker) {
        let Some(subcommand) = call.subcommand else { continue };
        for flag in call.flags.iter().filter(|flag| !flag.known && !flag.typographic && flag.name.len() > 1) {
            report(cx, subcommand, flag, doc.text.get(flag.span.range()).unwrap_or(""));
        }
    }
}

fn report(cx: &mut DocsCx, subcommand: &str, flag: &FlagUse, written: &str) {
    // `-name x`: the long flag with one dash.
    let meant = match is_flag(subcommand, &flag.name) {
        Some(true) if written.starts_with('-') && !written.starts_with("--") => Some(flag.name.as_str()),
        _ => near_flag(subcommand, &flag.name),
    };
    let Some(meant) = meant.filter(|_| written.starts_with('-') && written.is_ascii()) else { return };
    let fix = Fix::unsafe_(format!("write `--{meant}`"), vec![Edit::replace(flag.span, format!("--{meant}"))]);
    cx.report(flag.span, format!("`docker {subcommand}` has no flag `{written}`"))
        .note(format!("did you mean `--{meant}`?"))
        .fix(fix);
}
