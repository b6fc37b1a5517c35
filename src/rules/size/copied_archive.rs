use crate::model::Stage;
use crate::rules::DockerfileCx;
use crate::shell::Command;
use crate::syntax::dockerfile::{Body, Keyword};
use crate::text::Span;

/// COPY of an archive that a later RUN of the stage unpacks: the archive stays in its layer.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    for stage in &cx.model.stages {
        for (span, unpack) in unpacked(stage) {
            let report = cx.report(span, format!("`{}` stays in the image after it is unpacked", cx.slice(span)));
            report
                .label(unpack, "unpacked here")
                .note("ADD unpacks a local archive and leaves nothing behind; or bind-mount it in the RUN");
        }
    }
}

/// The archives that the stage copies, with the command that unpacks each.
fn unpacked(stage: &Stage) -> Vec<(Span, Span)> {
    let mut archives: Vec<(Span, Vec<String>)> = Vec::new();
    let mut found = Vec::new();
    for step in stage.steps.iter().filter(|step| !step.onbuild) {
        match step.body() {
            Body::Copy(transfer) if step.instruction.flag("from").is_none() => {
                let dest = base_name(&step.expand(&transfer.dest).text).to_string();
                for word in &transfer.sources {
                    let source = step.expand(word).text;
                    if is_archive(&source) && archives.len() < 100 {
                        let names =
                            vec![base_name(&source).to_string(), base_name(&word.raw).to_string(), dest.clone()];
                        archives.push((word.span, names));
                    }
                }
            }
            Body::Run(_) if step.kind() == Keyword::Run => {
                for command in step.commands().filter(|command| unpacks(command)) {
                    archives.retain(|(span, names)| {
                        let is_one = |text: &str| names.iter().any(|name| is_archive(name) && base_name(text) == name);
                        let is_named = command.args.iter().any(|arg| is_one(arg.text_or_raw()));
                        if is_named {
                            found.push((*span, command.span));
                        }
                        !is_named
                    });
                }
            }
            _ => {}
        }
    }
    found.sort();
    found
}

/// True for a command that unpacks: `tar` with `x` among its letters, and the like.
fn unpacks(command: &Command) -> bool {
    let is_tar = || {
        let first = command.args.first().map_or("", |arg| arg.text_or_raw());
        let cluster = |text: &str| !text.starts_with("--") && text.contains('x');
        let flags: Vec<&str> = command.known_args().filter(|text| text.starts_with('-')).collect();
        let long = |text: &str| matches!(text, "--extract" | "--get");
        // Only the first argument may hold the letters without a dash.
        let old_style =
            !first.starts_with('-') && first.len() <= 6 && first.bytes().all(|b| b"xvfzjJpPkhomsw".contains(&b));
        old_style && first.contains('x') || flags.iter().any(|flag| cluster(flag) || long(flag))
    };
    match command.name.as_str() {
        "tar" | "bsdtar" | "gtar" => is_tar(),
        "unzip" | "gunzip" | "bunzip2" | "unlzma" | "unxz" | "zgz" | "uncompress" | "zcat" | "gzcat" => true,
        "gzip" | "bzip2" | "xz" | "lzma" => command.has_flag(Some('d'), "decompress"),
        _ => false,
    }
}

fn is_archive(path: &str) -> bool {
    crate::rules::style::shared_archive::is_archive(path)
}

/// The last part of a path of either kind.
fn base_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}
