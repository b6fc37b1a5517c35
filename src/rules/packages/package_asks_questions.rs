use crate::model::Base;
use crate::model::tools::Source;
use crate::rules::DockerfileCx;
use crate::rules::commands::{Use, installs, is_answered, uses, variable};

/// Packages that ask something while they are set up; tzdata does so only where it is new.
const ASKING: &[&str] = &[
    "tzdata",
    "keyboard-configuration",
    "console-setup",
    "postfix",
    "wireshark-common",
    "krb5-user",
    "krb5-config",
    "slapd",
    "iptables-persistent",
    "ttf-mscorefonts-installer",
    "jackd2",
    "nslcd",
];

/// Some packages ask questions, and a build cannot answer.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    let configured = ["DEBIAN_FRONTEND", "debconf-set-selections"].map(|word| cx.first_mention(word));
    for (it, meaning) in uses(model, &["apt-get", "apt", "aptitude"]) {
        let is_set = configured.into_iter().flatten().any(|at| at < it.command.span.end);
        if !installs(meaning) || is_set || is_answered(it.command) || variable(&it, "DEBIAN_FRONTEND").is_some() {
            continue;
        }
        let is_ubuntu = is_ubuntu(cx, &it);
        let asks = |name: &str| ASKING.contains(&name) && (name != "tzdata" || is_ubuntu);
        let asking = meaning.packages.iter().find(|it| it.source == Source::Registry && asks(&it.name));
        let Some(package) = asking else { continue };
        cx.report(
            package.span,
            format!("`{}` asks questions while it is set up, and a build cannot answer", package.name),
        )
        .note(format!("run `DEBIAN_FRONTEND=noninteractive {} …`", meaning.title()));
    }
}

/// Debian's images hold tzdata already.
fn is_ubuntu(cx: &DockerfileCx, it: &Use) -> bool {
    match cx.model.root_base(it.stage) {
        Base::Image(image, _) => image.to_string().contains("ubuntu"),
        _ => false,
    }
}
