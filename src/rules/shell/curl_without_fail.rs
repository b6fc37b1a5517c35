use crate::diagnostic::{Edit, Fix};
use crate::model::tools::effects::{Download, downloads, extraction};
use crate::rules::DockerfileCx;
use crate::rules::commands::{Use, commands, later};
use crate::shell::Command;

/// Without `-f`, curl saves the server's error page and reports success.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    for it in commands(model).filter(|it| it.command.name == "curl") {
        let Some(download) = downloads(it.command).into_iter().next() else { continue };
        if fails(it.command) || asks_only(it.command) || is_local(&download.url) || !is_used(&it, &download) {
            continue;
        }
        if is_noticed(&it) {
            continue;
        }
        let fix = Fix::safe(
            "fail when the server answers with an error",
            vec![Edit::insert(it.command.name_span.end, " -f")],
        );
        let is_plain = !it.script.json && cx.slice(it.command.name_span).ends_with("curl");
        cx.report(it.command.name_span, "`curl` takes the server's error page for the file and reports success")
            .primary_label("no `-f`")
            .note("add `-f` (`--fail`), so that a missing file stops the build here")
            .fix(is_plain.then_some(fix));
    }
}

fn fails(command: &Command) -> bool {
    command.has_flag(Some('f'), "fail")
        || ["fail-with-body", "fail-early", "config"].iter().any(|flag| command.has_flag(None, flag))
        || command.has_flag(Some('K'), "")
        || command.args.iter().any(|arg| arg.text.is_none() && arg.raw.to_ascii_lowercase().contains("opt"))
}

/// Requests for headers or the status, or that send something.
fn asks_only(command: &Command) -> bool {
    let flags =
        [('I', "head"), ('X', "request"), ('d', "data"), ('T', "upload-file"), ('w', "write-out"), ('V', "version")];
    flags.iter().any(|(short, long)| command.has_flag(Some(*short), long))
}

fn is_local(url: &str) -> bool {
    ["localhost", "127.0.0.1", "file://", "[::1]"].iter().any(|local| url.contains(local))
}

/// True if the answer goes somewhere: a file, a pipe or a variable.
fn is_used(it: &Use, download: &Download) -> bool {
    let to_file = download.output.as_deref().is_some_and(|file| !file.starts_with("/dev/"));
    to_file || it.command.substitution || it.command.pipe.is_some_and(|pipe| pipe.index + 1 < pipe.len)
}

/// True if a checksum, a signature or an archive's format would show the error page.
fn is_noticed(it: &Use) -> bool {
    let checks = |command: &Command| {
        command.name.ends_with("sum")
            || command.name == "shasum"
            || command.name.starts_with("gpg")
            || matches!(
                command.name.as_str(),
                "apt-key" | "dpkg" | "rpm" | "jq" | "python" | "openssl" | "cosign" | "minisign"
            )
            || command.known_args().any(|arg| arg.ends_with(".deb") || arg.ends_with(".rpm"))
            || extraction(command).is_some()
    };
    later(it).take(200).any(checks)
}
