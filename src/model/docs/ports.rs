//! Ports that an image exposes and that no document publishes.

use super::{DocKind, Docs, ImageNames, Run, RunKind, runs};

/// A port that a reader cannot reach.
#[derive(Clone, Debug)]
pub struct PortGap<'d> {
    /// The port.
    pub port: u16,
    /// The command that should publish it.
    pub run: Run<'d>,
    /// The container's port that the command publishes in its place.
    pub instead: Option<u16>,
}

/// Ports of metrics, debuggers and administration, which a server keeps to itself.
const ADMIN: [u16; 14] = [9229, 5005, 8787, 9090, 9100, 9901, 15000, 8081, 8009, 9990, 4444, 35729, 24678, 6060];
/// Ports that other containers talk to over a network of their own: databases, caches, queues,
/// agents, FastCGI.
const INNER: [u16; 40] = [
    1433, 1521, 1883, 2003, 2181, 2375, 2376, 2379, 2380, 3306, 4369, 5044, 5432, 5433, 5671, 5672, 5984, 6379, 6380,
    7000, 7001, 7199, 8086, 8125, 8126, 9000, 9042, 9092, 9093, 9160, 9200, 9300, 10050, 10051, 10052, 10053, 11211,
    26379, 27017, 33060,
];
/// Ports of TLS, with the plain port that goes with them.
const TLS: [(u16, u16); 6] = [(443, 80), (8443, 8080), (8443, 80), (443, 8080), (4443, 8080), (8443, 8000)];
/// Most ports reported of one Dockerfile.
const MOST: usize = 3;

/// The ports of `exposed` that no document publishes though the documents run the image as a
/// server. `listens` tells whether the Dockerfile itself shows that the server listens on a port,
/// `mentions` whether it speaks of a port at all.
pub fn unpublished<'d>(
    docs: &'d Docs,
    names: &ImageNames,
    exposed: &[u16],
    listens: &dyn Fn(u16) -> bool,
    mentions: &dyn Fn(u16) -> bool,
) -> Vec<PortGap<'d>> {
    let published = docs.published();
    if published.everything || asks_for_address(docs) {
        return Vec::new();
    }
    let runs = runs(docs, names);
    let visited = |port: u16| docs.files.iter().any(|file| file.doc.kind == DocKind::Document && file.doc.visits(port));
    let open: Vec<u16> = main_ports(exposed).into_iter().filter(|port| !published.has(*port)).collect();
    if let Some(gap) = mismatch(&runs, &open, exposed, listens, mentions) {
        return vec![gap];
    }
    if exposed.iter().any(|port| published.has(*port)) || runs.iter().any(|run| run.published().1) {
        // The main port is published, or another one was chosen on purpose.
        return Vec::new();
    }
    let gap = |port: u16| {
        let fits = |run: &&Run| match run.kind {
            RunKind::Server => visited(port) || !INNER.contains(&port),
            RunKind::Foreground => visited(port),
            RunKind::Other => false,
        };
        let run = runs.iter().filter(fits).min_by_key(|run| run.kind != RunKind::Server)?;
        Some(PortGap { port, run: *run, instead: None })
    };
    open.iter().filter_map(|port| gap(*port)).take(MOST).collect()
}

/// The ports that a user of the image wants: no twins, nothing for administration, unless there is
/// nothing else.
fn main_ports(exposed: &[u16]) -> Vec<u16> {
    let is_twin = |port: u16| TLS.iter().any(|(tls, plain)| *tls == port && exposed.contains(plain));
    let main: Vec<u16> = exposed.iter().copied().filter(|port| !is_twin(*port) && !ADMIN.contains(port)).collect();
    if main.is_empty() { exposed.first().copied().into_iter().collect() } else { main }
}

/// A server that listens on an exposed port and is run with another one published.
fn mismatch<'d>(
    runs: &[Run<'d>],
    open: &[u16],
    exposed: &[u16],
    listens: &dyn Fn(u16) -> bool,
    mentions: &dyn Fn(u16) -> bool,
) -> Option<PortGap<'d>> {
    let port = open.iter().copied().find(|port| listens(*port))?;
    let mut found = None;
    for run in runs.iter().filter(|run| run.kind != RunKind::Other) {
        let (ports, publishes) = run.published();
        if !publishes {
            continue;
        }
        let [instead] = ports[..] else { return None };
        let told = |text: &str| text.contains(&instead.to_string());
        let configured = run.invocation.values("env").any(|value| told(&value.text))
            || run.invocation.args.iter().skip(1).any(|arg| told(&arg.text))
            || run.invocation.has("env-file");
        if exposed.contains(&instead) || configured || mentions(instead) {
            return None;
        }
        found = found.or(Some(PortGap { port, run: *run, instead: Some(instead) }));
    }
    found
}

/// True where readers are told to look up the container's own address, or to put a proxy before it.
fn asks_for_address(docs: &Docs) -> bool {
    let marks = [
        "IPAddress",
        "docker-ip",
        "container's IP",
        "container ip",
        "macvlan",
        "weave run",
        "pipework",
        "everse proxy",
        "everse-proxy",
    ];
    docs.files.iter().any(|file| marks.iter().any(|mark| file.doc.text.contains(mark)))
}
