use crate::diagnostic::Fix;
use crate::rules::DockerfileCx;
use crate::rules::commands::{Use, insert_flag, installs, uses, variable};
use crate::syntax::dockerfile::Body;

/// Flags that send packages elsewhere, or say what is to become of the warning.
const TOLD: [&str; 6] = ["--root-user-action", "--target", "-t", "--prefix", "--user", "--python"];

/// pip warns where root installs packages beside the system's.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    for (it, meaning) in uses(model, &["pip"]).filter(|(_, meaning)| installs(meaning)) {
        let is_told = it.command.args.iter().any(|arg| TOLD.iter().any(|flag| arg.raw.starts_with(flag)))
            || variable(&it, "PIP_ROOT_USER_ACTION").is_some();
        let is_pips = meaning.verb == "install" && it.command.name.starts_with("pip");
        if !is_pips || is_told || is_in_environment(cx, &it) || !it.step.before.user.is_root() {
            continue;
        }
        let edit = insert_flag(&it, meaning, "--root-user-action=ignore");
        let fix = edit.map(|edit| Fix::unsafe_("say that it is meant so", vec![edit]));
        cx.report(meaning.verb_span, format!("`{}` runs as root, and pip warns of it", meaning.title()))
            .note("harmless in an image: set `ENV PIP_ROOT_USER_ACTION=ignore`, or use a virtual environment")
            .fix(fix);
    }
}

/// True if a virtual environment may be in force: pip is called by its path, an environment was activated, or PATH is
/// not what the base image says.
fn is_in_environment(cx: &DockerfileCx, it: &Use) -> bool {
    let by_path = cx.slice(it.command.name_span).contains('/');
    let activates = |command: &crate::shell::Command| command.known_args().any(|arg| arg.ends_with("/activate"));
    let sets_path = |body: &Body| matches!(body, Body::Env(pairs) if pairs.iter().any(|pair| pair.key.raw == "PATH"));
    let mut before = cx.model.chain(it.stage).flat_map(|stage| &stage.steps);
    by_path
        || variable(it, "VIRTUAL_ENV").is_some()
        || it.script.commands[..it.at].iter().any(activates)
        || before.any(|step| sets_path(step.body()))
}
