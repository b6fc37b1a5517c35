use crate::rules::DockerfileCx;
use crate::syntax::dockerfile::{Keyword, expand_word};

/// `COPY --from=$STAGE`: BuildKit expands nothing there.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let message = "variable expansion is not supported for --from, define a new stage with FROM using ARG from global \
                   scope as a workaround";
    for (_, step) in cx.model.steps().filter(|(_, step)| step.kind() == Keyword::Copy && !step.onbuild) {
        let Some(value) = step.instruction.flag("from").and_then(|flag| flag.value.as_ref()) else { continue };
        if expand_word(&value.raw, step.escape, &()).is_ok_and(|expansion| expansion.text != value.raw) {
            cx.report(value.span, message).note(format!(
                "write `FROM {} AS source` with an ARG before the first FROM, and `--from=source` here",
                value.raw
            ));
        }
    }
}
