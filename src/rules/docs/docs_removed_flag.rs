use crate::rules::DocsCx;
use crate::syntax::docker_cli::{Invocation, Program};

/// Subcommand, flag as written without dashes, and what does it today.
const REMOVED: [(&str, &str, &str); 9] = [
    ("login", "e", "leave it out: registries no longer ask for an address"),
    ("login", "email", "leave it out: registries no longer ask for an address"),
    ("tag", "f", "leave it out: `docker tag` moves a tag without asking"),
    ("tag", "force", "leave it out: `docker tag` moves a tag without asking"),
    ("run", "lxc-conf", "leave it out: Docker has no LXC driver any more"),
    ("run", "cpuset", "write `--cpuset-cpus`"),
    ("search", "automated", "write `--filter is-automated=true`"),
    ("search", "stars", "write `--filter stars=N`"),
    ("build", "cpuset", "write `--cpuset-cpus`"),
];

pub(in crate::rules) fn check(cx: &mut DocsCx) {
    let Some(doc) = cx.document else { return };
    for call in doc.invocations.iter().filter(|it| it.program == Program::Docker) {
        for (flag, remedy) in removed(call) {
            let written = &doc.text[flag.range()];
            cx.report(flag, format!("docker has removed the flag `{written}`")).note(remedy);
        }
    }
}

fn removed(call: &Invocation) -> Vec<(crate::text::Span, &'static str)> {
    let Some(subcommand) = call.path.last() else { return Vec::new() };
    let remedy =
        |name: &str| REMOVED.iter().find(|(of, flag, _)| *of == subcommand.text && *flag == name).map(|it| it.2);
    let unknown = call.flags.iter().filter(|flag| !flag.known);
    unknown.filter_map(|flag| Some((flag.span, remedy(&flag.name)?))).collect()
}
