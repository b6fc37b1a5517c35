use super::shared_expose::ports;
use crate::diagnostic::{Edit, Fix};
use crate::rules::DockerfileCx;

/// `EXPOSE 8080:80`: only `docker run -p` maps ports.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for port in ports(cx) {
        let (address, host, container) = port.parts();
        if address.is_empty() && host.is_empty() {
            continue;
        }
        let raw = &port.raw;
        let message = format!("EXPOSE instruction should not define an IP address or host-port mapping, found '{raw}'");
        let fix = (port.word.is_constant() && !port.here.trigger)
            .then(|| Fix::safe("name the container's port only", vec![Edit::replace(port.word.span, container)]));
        port.here.report(cx, port.word.span, message).note("the host's side is chosen with `docker run -p`").fix(fix);
    }
}
