use crate::diagnostic::{Edit, Fix};
use crate::rules::DockerfileCx;
use crate::rules::commands::uses;

/// `apt` is made for people at a terminal; its output and options may change.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    for (it, meaning) in uses(model, &["apt"]) {
        if it.command.name != "apt" {
            continue;
        }
        let (instead, same) = match meaning.verb.as_str() {
            "search" | "show" | "policy" | "depends" | "rdepends" => ("apt-cache", true),
            "list" => ("dpkg-query --list", false),
            "full-upgrade" => ("apt-get dist-upgrade", false),
            _ => ("apt-get", !meaning.verb.is_empty()),
        };
        // The span may hold a folder: `/usr/bin/apt`.
        let is_bare = same && !it.script.json && cx.slice(it.command.name_span) == "apt";
        let fix = is_bare.then(|| Edit::replace(it.command.name_span, instead));
        cx.report(it.command.name_span, "`apt` has no stable command line and warns about it in scripts")
            .note(format!("use `{instead}`"))
            .fix(fix.map(|edit| Fix::safe(format!("use `{instead}`"), vec![edit])));
    }
}
