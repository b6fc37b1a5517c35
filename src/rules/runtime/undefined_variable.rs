use super::shared_undefined::{is_global, undefined};
use crate::rules::DockerfileCx;

/// A variable that neither the stage nor its base image declares: it expands to nothing.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for variable in undefined(cx).into_iter().filter(|it| it.certain) {
        let note = match () {
            () if is_global(cx, &variable.message) => {
                "an ARG before the first FROM is seen in a stage only after the stage declares it again"
            }
            () if variable.open => "it expands to nothing, unless the base image sets it, of which nothing is known",
            () => "it expands to nothing: declare it with ARG or ENV above this line",
        };
        variable.here.report(cx, variable.span, variable.message).note(note);
    }
}
