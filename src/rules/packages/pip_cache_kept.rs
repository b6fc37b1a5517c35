use crate::diagnostic::Fix;
use crate::model::tools::{Flag, Meaning};
use crate::rules::DockerfileCx;
use crate::rules::commands::{Use, insert_flag, installs, is_emptied_later, later, stays, uses, variable};

/// pip keeps a copy of everything that it downloads.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    let mut cleaned: Option<(u32, bool)> = None;
    for (it, meaning) in uses(model, &["pip"]) {
        let downloads = installs(meaning) && matches!(meaning.verb.as_str(), "install" | "wheel");
        if !downloads || meaning.has(Flag::NoCache) || meaning.has(Flag::Offline) || is_switched_off(&it) {
            continue;
        }
        // One look per RUN, from its first install on.
        let start = it.step.span().start;
        let is_clean = match cleaned {
            Some((step, is_clean)) if step == start => is_clean,
            _ => is_emptied(&it),
        };
        cleaned = Some((start, is_clean));
        if is_clean || !stays(model, &it) || has_mount(&it) {
            continue;
        }
        report(cx, &it, meaning);
    }
}

fn report(cx: &mut DockerfileCx, it: &Use, meaning: &Meaning) {
    let fix = insert_flag(it, meaning, "--no-cache-dir");
    let fix = fix.map(|edit| Fix::safe("keep no cache", vec![edit]));
    cx.report(meaning.verb_span, format!("`{}` keeps a copy of every download in the layer", meaning.title()))
        .note("add `--no-cache-dir`, or mount a cache: `RUN --mount=type=cache,target=/root/.cache/pip …`")
        .fix(fix);
}

/// `PIP_NO_CACHE_DIR` by ENV, ARG, `export` or in front of the command.
fn is_switched_off(it: &Use) -> bool {
    let is_no = |value: &str| ["", "0", "false", "off", "no"].iter().any(|no| value.eq_ignore_ascii_case(no));
    variable(it, "PIP_NO_CACHE_DIR").is_some_and(|value| value.is_none_or(|value| !is_no(value)))
}

fn has_mount(it: &Use) -> bool {
    let own_folder = variable(it, "PIP_CACHE_DIR").flatten();
    it.step.mounts.iter().any(|mount| {
        let target = mount.target.trim_end_matches('/');
        let is_pips = target.ends_with("/.cache/pip") || target.ends_with("/.cache") || Some(target) == own_folder;
        mount.keeps_out_of_layer(target) && (is_pips || mount.keeps_out_of_layer("/root/.cache/pip"))
    })
}

fn is_emptied(it: &Use) -> bool {
    let purges = |command: &crate::shell::Command| {
        command.name.starts_with("pip") && command.has_arg("cache") && command.has_arg("purge")
    };
    ["/root/.cache/pip", "~/.cache/pip", "$HOME/.cache/pip", "${HOME}/.cache/pip"]
        .iter()
        .any(|folder| is_emptied_later(it, folder))
        || later(it).any(purges)
}
