use crate::diagnostic::{Edit, Fix};
use crate::model::tools::effects::{account, permission};
use crate::model::{Stage, Step};
use crate::rules::DockerfileCx;
use crate::syntax::dockerfile::{Body, Keyword, ast};
use crate::text::Span;

/// The file makes a user, and the container runs as root all the same.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let Some(stage) = cx.model.target_stage().filter(|_| !cx.fragment) else { return };
    if !stage.end.user.is_root() || drops_rights(cx, stage) {
        return;
    }
    let Some(start) = stage.steps.iter().find(|it| is_start(it)) else { return };
    let last =
        cx.model.chain(stage).flat_map(|stage| &stage.steps).filter_map(|step| Some((step, created(step)?))).last();
    let Some((step, (name, span))) = last else { return };
    if is_mentioned(cx, stage, step, &name) || !is_meant_for_the_program(cx, stage, &name) {
        return;
    }
    let edit = Edit::insert(start.span().start, format!("USER {name}\n"));
    cx.report(span, format!("`{name}` is made and never used: the container runs as root"))
        .note(format!("write `USER {name}` before the start command, or do not make the user"))
        .fix(Fix::unsafe_(format!("run as `{name}`"), vec![edit]));
}

fn is_start(step: &Step) -> bool {
    matches!(step.kind(), Keyword::Cmd | Keyword::Entrypoint) && !step.onbuild
}

/// The user owns what the program is made of: it is no account of a service or for a login.
fn is_meant_for_the_program(cx: &DockerfileCx, stage: &Stage, name: &str) -> bool {
    let workdir = stage.end.workdir.path.as_deref().unwrap_or("/");
    let is_name = |value: &str| value.split(':').next() == Some(name);
    let lies_here = |path: &str| workdir != "/" && (path.trim_end_matches('/') == workdir || path == ".");
    let home = format!("/home/{name}");
    let owned = |step: &Step| {
        let by_flag = step.instruction.flag("chown").and_then(|flag| flag.value.as_ref());
        by_flag.is_some_and(|value| is_name(&step.expand(value).text))
            || step.commands().filter_map(permission).any(|change| {
                change.program == "chown" && is_name(&change.value) && change.targets.iter().any(|it| lies_here(it))
            })
    };
    workdir.starts_with(&home) || cx.model.chain(stage).flat_map(|stage| &stage.steps).any(owned)
}

fn created(step: &Step) -> Option<(String, Span)> {
    let accounts = step.commands().filter(|command| !command.in_function).filter_map(account);
    let users = accounts.filter(|account| !account.group && !account.name.contains(['$', '{', '"']));
    users.map(|account| (account.name, account.span)).last()
}

/// The start command changes the user by itself, or may do so where it cannot be read.
fn drops_rights(cx: &DockerfileCx, stage: &Stage) -> bool {
    let tools = [
        "gosu",
        "su-exec",
        "setpriv",
        "runuser",
        "sudo",
        "setuidgid",
        "chpst",
        "supervisor",
        "s6-",
        "/init",
        "su ",
        "sshd",
        "systemd",
        "tini-drop",
    ];
    // These begin as root and give it up by themselves.
    let servers = [
        "nginx",
        "httpd",
        "apache",
        "mysqld",
        "postgres",
        "php-fpm",
        "cron",
        "haproxy",
        "named",
        "dovecot",
        "postfix",
        "squid",
        "varnish",
        "redis-server",
        "mongod",
        "bash",
        "/bin/sh",
        "vsftpd",
        "openvpn",
        "slapd",
        "asterisk",
    ];
    let mut starts = 0;
    let unclear = cx.model.chain(stage).flat_map(|stage| &stage.steps).any(|step| {
        let text = cx.slice(step.span());
        if matches!(step.kind(), Keyword::Cmd | Keyword::Entrypoint) {
            starts += 1;
            return tools.iter().chain(&servers).any(|it| text.contains(it)) || runs_script(step);
        }
        step.kind() == Keyword::Run
            && ["gosu", "su-exec", "sudoers", "setpriv", "openssh-server", "/etc/sudoers", " sudo "]
                .iter()
                .any(|it| text.contains(it))
    });
    unclear || starts == 0
}

/// A script whose text decides who runs what.
fn runs_script(step: &Step) -> bool {
    let (Body::Cmd(command) | Body::Entrypoint(command)) = step.body() else { return false };
    let script = |text: &str| {
        text.split_ascii_whitespace().any(|word| {
            word.ends_with(".sh")
                || word.contains("entrypoint")
                || word.contains("start")
                || word.contains("run")
                || word.contains("init")
        })
    };
    match command {
        ast::Command::Exec { words, .. } => words.iter().any(|word| script(&word.value.text)),
        ast::Command::Shell { text, .. } => script(&text.text),
    }
}

/// The name stands in a later instruction that does more than change owners.
fn is_mentioned(cx: &DockerfileCx, stage: &Stage, made: &Step, name: &str) -> bool {
    let steps = cx.model.chain(stage).flat_map(|stage| &stage.steps);
    steps.filter(|step| !std::ptr::eq(*step, made)).any(|step| match step.body() {
        Body::User(_) => names(cx.slice(step.span()), name),
        Body::Run(_) => step.commands().any(|command| {
            let owner = matches!(
                command.name.as_str(),
                "chown" | "chgrp" | "mkdir" | "usermod" | "addgroup" | "adduser" | "groupadd" | "install"
            );
            !owner && names(cx.slice(command.span), name) && !cx.slice(command.span).contains(&format!("/home/{name}"))
        }),
        Body::Cmd(_) | Body::Entrypoint(_) => names(cx.slice(step.span()), name),
        _ => false,
    })
}

/// True if `name` stands in the text as a word of its own: not in `/app` or `app.py`.
fn names(text: &str, name: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || "_-./".contains(c);
    text.match_indices(name).any(|(at, _)| !text[..at].ends_with(part) && !text[at + name.len()..].starts_with(part))
}
