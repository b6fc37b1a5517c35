use crate::diagnostic::Fix;
use crate::model::is_alt_linux;
use crate::model::tools::Flag;
use crate::rules::DockerfileCx;
use crate::rules::commands::{insert_flag, installs, may_hold_options, stays, uses};

/// apt also installs what a package only recommends.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    let configured = cx.first_mention("Install-Recommends");
    for (it, meaning) in uses(model, &["apt-get", "apt", "aptitude"]) {
        let is_set = configured.is_some_and(|at| at < it.command.span.end);
        let is_fixing = meaning.packages.is_empty() && meaning.verb == "install" && it.command.has_flag(Some('f'), "");
        if !installs(meaning) || meaning.has(Flag::NoRecommends) || is_set || is_fixing || !stays(model, &it) {
            continue;
        }
        if meaning.verb.starts_with("build-dep") || may_hold_options(&it, meaning) || is_alt_linux(model, it.stage) {
            continue;
        }
        let title = meaning.title();
        let fix = insert_flag(&it, meaning, "--no-install-recommends");
        let fix = fix.map(|edit| Fix::unsafe_("install no recommended packages", vec![edit]));
        cx.report(meaning.verb_span, format!("`{title}` also installs every recommended package"))
            .note("add `--no-install-recommends`, and by name what you do need of them")
            .fix(fix);
    }
}
