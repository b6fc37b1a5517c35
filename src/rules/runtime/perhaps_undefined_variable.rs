use super::shared_undefined::undefined;
use crate::rules::DockerfileCx;

/// The rest of what BuildKit reports: the base image may set the variable, or a default is given.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for variable in undefined(cx).into_iter().filter(|it| !it.certain) {
        let note = if variable.open {
            "nothing is known of the base image: if it does not set the variable, declare it with ARG or ENV above this line"
        } else {
            "nothing declares it, so the default is always used"
        };
        variable.here.report(cx, variable.span, variable.message).note(note);
    }
}
