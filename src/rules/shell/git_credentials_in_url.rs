use crate::model::MountKind;
use crate::rules::DockerfileCx;
use crate::rules::commands::{Use, commands, stays};

/// A password in a repository's address stays in the layer's `.git/config` and in the history.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    for it in commands(model) {
        let program = it.command.name.as_str();
        let takes_repositories =
            program == "git" || it.meaning.is_some_and(|it| matches!(it.tool.name, "pip" | "npm" | "uv" | "yarn"));
        if !takes_repositories || (!stays(model, &it) && has_secret(&it)) {
            continue;
        }
        let Some(arg) = it.command.args.iter().find(|arg| holds_password(&arg.raw)) else { continue };
        cx.report(arg.span, format!("`{program}` is given a password in the address, which stays in the image's history"))
            .note("use `RUN --mount=type=ssh`, or a secret mount with a credential helper; then replace the password, it is known now");
    }
}

fn has_secret(it: &Use) -> bool {
    it.step.mounts.iter().any(|mount| mount.kind == MountKind::Secret)
}

/// `https://user:password@host/…` and `https://${TOKEN}@host/…`.
fn holds_password(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let Some((login, _)) = authority.rsplit_once('@').filter(|_| scheme.ends_with("http") || scheme.ends_with("https"))
    else {
        return false;
    };
    let names_secret = |text: &str| {
        let text = text.to_ascii_lowercase();
        text.contains('$')
            && ["token", "pass", "pat", "secret", "key", "cred", "auth"].iter().any(|word| text.contains(word))
    };
    match login.split_once(':') {
        // `x-oauth-basic` says that the name is the token.
        Some((name, "" | "x-oauth-basic")) => names_secret(name) || !name.contains('$'),
        Some((_, password)) => !matches!(password, "git" | "anonymous"),
        None => names_secret(login) || login.starts_with("ghp_") || login.starts_with("glpat-"),
    }
}
