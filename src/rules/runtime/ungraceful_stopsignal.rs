use crate::diagnostic::{Edit, Fix};
use crate::rules::DockerfileCx;
use crate::syntax::dockerfile::Body;

/// A STOPSIGNAL that no program can catch.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for (_, step) in cx.model.steps() {
        let Body::Stopsignal(word) = step.body() else { continue };
        let signal = step.expand(word).text.to_ascii_uppercase();
        let fate = match signal.strip_prefix("SIG").unwrap_or(&signal) {
            "KILL" | "9" => "kills the container at once",
            "STOP" | "19" => "freezes the container until it is killed",
            _ => continue,
        };
        let fix = word.is_constant().then(|| Fix::unsafe_("send SIGTERM", vec![Edit::replace(word.span, "SIGTERM")]));
        cx.report(word.span, format!("`{}` cannot be caught: `docker stop` {fate}", word.raw))
            .note("leave STOPSIGNAL out, or name the signal on which the program ends cleanly")
            .fix(fix);
    }
}
