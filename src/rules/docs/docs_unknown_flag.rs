use crate::diagnostic::{Edit, Fix};
use crate::rules::DocsCx;
use crate::syntax::docker_cli::{FlagUse, Invocation, Program, is_flag, is_switch, near_flag};

pub(in crate::rules) fn check(cx: &mut DocsCx) {
    let Some(doc) = cx.document else { return };
    for call in doc.calls() {
        let Some(subcommand) = call.subcommand else { continue };
        for flag in call.flags.iter().filter(|flag| !flag.known && !flag.typographic && flag.name.len() > 1) {
            report(cx, call, subcommand, flag, doc.text.get(flag.span.range()).unwrap_or(""));
        }
    }
}

fn report(cx: &mut DocsCx, call: &Invocation, subcommand: &str, flag: &FlagUse, written: &str) {
    // `-name x`: the long flag with one dash.
    if call.program == Program::Compose && is_flag_beginning(call, subcommand, &flag.name) {
        return;
    }
    let letters = flag.name.len() < 4 && flag.name.chars().all(|c| is_switch(call.program, subcommand, c));
    if letters && written.starts_with("--") {
        return report_as(cx, call, flag, written, &format!("-{}", flag.name));
    }
    let meant = match is_flag(call.program, subcommand, &flag.name) {
        Some(true) if written.starts_with('-') && !written.starts_with("--") => Some(flag.name.as_str()),
        _ => near_flag(call.program, subcommand, &flag.name),
    };
    let Some(meant) = meant.filter(|_| written.starts_with('-') && written.is_ascii()) else { return };
    report_as(cx, call, flag, written, &format!("--{meant}"));
}

fn report_as(cx: &mut DocsCx, call: &Invocation, flag: &FlagUse, written: &str, meant: &str) {
    let fix = Fix::unsafe_(format!("write `{meant}`"), vec![Edit::replace(flag.span, meant)]);
    let command = call.command();
    cx.report(flag.span, format!("`{command}` has no flag `{written}`"))
        .note(format!("did you mean `{meant}`?"))
        .fix(fix);
}

/// The first version of compose took the beginning of a flag for the flag.
fn is_flag_beginning(call: &Invocation, subcommand: &str, name: &str) -> bool {
    near_flag(call.program, subcommand, name).is_some_and(|flag| flag.starts_with(name))
}
