use super::shared_expose::{Port, ports, ports_of_children};
use crate::rules::DockerfileCx;

/// A port of EXPOSE that the builder refuses: out of range, no number, an unknown protocol.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for port in ports(cx).into_iter().chain(ports_of_children(cx)) {
        if !port.known {
            continue;
        }
        if let Some(message) = fault(&port) {
            let note = "write `port`, `first-last` or `port/tcp`; ports go up to 65535";
            port.here.report(cx, port.word.span, message).note(note);
        }
    }
}

/// BuildKit's complaint, in its order.
fn fault(port: &Port) -> Option<String> {
    let (address, host, _) = port.parts();
    let (number, protocol) = port.port_and_protocol();
    if number.is_empty() {
        return Some(format!("invalid port: \"{}\": no port specified", port.raw));
    }
    if !["", "tcp", "udp", "sctp"].contains(&protocol.to_ascii_lowercase().as_str()) {
        return Some(format!("invalid port: \"{}\": invalid proto: {protocol}", port.raw));
    }
    let bare = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(address);
    if !bare.is_empty() && bare.parse::<core::net::IpAddr>().is_err() {
        return Some(format!("invalid IP address: {bare}"));
    }
    let Some((first, last)) = range(number) else { return Some(format!("invalid containerPort: {number}")) };
    if host.is_empty() {
        return None;
    }
    let Some((from, to)) = range(host) else { return Some(format!("invalid hostPort: {host}")) };
    let fits = last - first == to - from || first == last;
    (!fits).then(|| format!("invalid ranges specified for container and host Ports: {number} and {host}"))
}

fn range(ports: &str) -> Option<(u32, u32)> {
    let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
    let number = |text: &str| text.parse::<u32>().ok().filter(|port| *port <= 65535);
    let (first, last) = (number(first)?, number(last)?);
    (first <= last).then_some((first, last))
}
