use crate::diagnostic::{Edit, Fix};
use crate::rules::DockerfileCx;
use crate::rules::runtime::shared_expose::ports;

/// `EXPOSE 80/TCP`: protocols are written in lower case.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for port in ports(cx) {
        let (_, protocol) = port.port_and_protocol();
        if protocol == protocol.to_lowercase() {
            continue;
        }
        let message = format!("Defined protocol '{}' in EXPOSE instruction should be lowercase", port.raw);
        let raw = &port.word.raw;
        let fix = raw.strip_suffix(protocol).filter(|_| !port.here.trigger).map(|head| {
            let lower = format!("{head}{}", protocol.to_lowercase());
            Fix::safe(format!("write `{lower}`"), vec![Edit::replace(port.word.span, lower)])
        });
        port.here.report(cx, port.word.span, message).fix(fix);
    }
}
