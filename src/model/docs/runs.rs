//! The commands that run an image as a server.

use super::{DocFile, Docs, ImageNames, Published};
use crate::syntax::docker_cli::{Invocation, Place, Verb};

/// One command that runs the image of a Dockerfile.
#[derive(Clone, Copy, Debug)]
pub struct Run<'d> {
    /// The file.
    pub file: &'d DocFile,
    /// The command.
    pub invocation: &'d Invocation,
    /// What it is for.
    pub kind: RunKind,
}

/// What a run is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunKind {
    /// Starts the image's own command and leaves it running.
    Server,
    /// Starts the image's own command, perhaps to look at it.
    Foreground,
    /// Something else: another program, a look at the help, a container behind a proxy.
    Other,
}

/// Words behind the image with which a server still starts.
const SERVING: [&str; 8] = ["serve", "server", "start", "runserver", "web", "up", "daemon", "start-server"];

/// The commands that run this Dockerfile's image.
pub fn runs<'d>(docs: &'d Docs, names: &ImageNames) -> Vec<Run<'d>> {
    let mut found = Vec::new();
    for (file, invocation) in docs.invocations() {
        let Some(image) = invocation.image() else { continue };
        let in_block = matches!(invocation.place, Place::Block(_));
        if invocation.verb == Verb::Run && names.is_own(image, in_block) {
            found.push(Run { file, invocation, kind: kind(invocation, docs) });
        }
    }
    found
}

impl Run<'_> {
    /// The container's ports that this command publishes, and whether it publishes any.
    pub fn published(&self) -> (Vec<u16>, bool) {
        let values: Vec<_> = self.invocation.values("publish").collect();
        let ports = values.iter().filter_map(|value| Published::of_value(&value.text)).flatten().collect();
        (ports, !values.is_empty() || self.invocation.has("publish-all"))
    }
}

fn kind(run: &Invocation, docs: &Docs) -> RunKind {
    let unsure = run.elided || run.flags.iter().any(|flag| !flag.known);
    let elsewhere = [
        "network",
        "net",
        "entrypoint",
        "expose",
        "link-local-ip",
        "ip",
        "ip6",
        "pod",
        "volumes-from",
        "network-alias",
        "health-cmd",
    ];
    if unsure || elsewhere.iter().any(|flag| run.has(flag)) || is_proxied(run) || !is_own_command(&run.args[1..]) {
        return RunKind::Other;
    }
    if is_shown_failing(run, docs) {
        return RunKind::Other;
    }
    if run.values("name").any(|name| is_reached_by_others(&name.text, docs)) {
        return RunKind::Other;
    }
    let watched = run.has("interactive") || run.has("tty") || run.has("rm");
    if watched && !run.has("detach") { RunKind::Foreground } else { RunKind::Server }
}

/// True if the block goes on with an error: the author shows what does not work.
fn is_shown_failing(run: &Invocation, docs: &Docs) -> bool {
    const MAX_OUTPUT: usize = 2_000;
    let texts = docs.files.iter().filter(|file| file.doc.invocations.iter().any(|it| std::ptr::eq(it, run)));
    texts.filter(|_| matches!(run.place, Place::Block(_))).any(|file| {
        let rest = file.doc.text.get(run.span.end as usize..).unwrap_or("");
        let output = rest.lines().skip(1).take_while(|line| !line.trim_start().starts_with("```"));
        let mut read = 0;
        let mut near = output.take_while(|line| {
            read += line.len();
            read < MAX_OUTPUT
        });
        near.any(|line| line.contains("rror:") || line.contains("Traceback"))
    })
}

/// True for what a reverse proxy looks at.
fn is_proxied(run: &Invocation) -> bool {
    let marks = ["VIRTUAL_HOST", "LETSENCRYPT", "traefik.", "caddy", "SERVICE_NAME"];
    let values = run.values("env").chain(run.values("label"));
    values.into_iter().any(|value| marks.iter().any(|mark| value.text.starts_with(mark)))
}

/// True if what follows the image leaves the image's own server running.
fn is_own_command(args: &[crate::syntax::docker_cli::CliWord]) -> bool {
    let Some(first) = args.first() else { return true };
    let asks = ["--help", "-h", "--version", "-v", "-V", "-version", "-help", "help", "version", "-c", "--"];
    if args.iter().any(|arg| asks.contains(&arg.text.as_str())) {
        return false;
    }
    first.text.starts_with("--") || first.text == "-p" || SERVING.contains(&first.text.as_str())
}

/// True if other commands of the documents talk to the container by its name.
fn is_reached_by_others(name: &str, docs: &Docs) -> bool {
    docs.invocations().any(|(_, it)| {
        let linked = |value: &str| value.split(':').next() == Some(name);
        it.values("link").any(|value| linked(&value.text))
            || it.values("volumes-from").any(|value| linked(&value.text))
            || it
                .values("network")
                .chain(it.values("net"))
                .any(|value| value.text.strip_prefix("container:") == Some(name))
    })
}
