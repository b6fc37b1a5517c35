use crate::rules::DockerfileCx;
use crate::syntax::dockerfile::Keyword;

use super::shared::{base_name, command, effective, exec_words};

/// `CMD ["npm", "start"]`: npm stands between the signals and the server.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let Some(stage) = cx.model.target_stage() else { return };
    let steps = [Keyword::Entrypoint, Keyword::Cmd].map(|kind| effective(cx.model, stage, kind));
    for step in steps.into_iter().flatten() {
        let Some(body) = command(step.body()) else { continue };
        let words = exec_words(body).unwrap_or_else(|| cx.slice(body.span()).split_ascii_whitespace().collect());
        let [program, script, ..] = words.as_slice() else { continue };
        let runs = matches!(*script, "start" | "run" | "run-script" | "serve" | "dev");
        if !matches!(base_name(program), "npm" | "yarn" | "pnpm") || !runs {
            continue;
        }
        let message = format!("`{}` is the container's first process instead of the server", words.join(" "));
        cx.report(body.span(), message)
            .note("start the program itself, for example `CMD [\"node\", \"server.js\"]`: it then gets the signals");
    }
}
