use crate::model::tools::{Action, InstallKind};
use crate::model::{Stage, Step};
use crate::rules::DockerfileCx;
use crate::rules::commands::{Use, uses};
use crate::shell::Cwd;
use crate::text::Span;

/// Lock files by the manager that reads them. npm reads `yarn.lock` too, Bun takes any.
const LOCKS: [(&str, &[&str]); 3] = [
    ("npm", &["package-lock.json", "npm-shrinkwrap.json", "yarn.lock"]),
    ("yarn", &["yarn.lock"]),
    ("pnpm", &["pnpm-lock.yaml"]),
];

/// An install beside the lock file of another manager takes whatever versions are the newest.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    for (it, meaning) in uses(model, &["npm", "yarn", "pnpm"]) {
        let in_place = meaning.directory.is_none() && it.command.cwd == Cwd::Workdir && !it.command.conditional;
        if meaning.action != Action::Install(InstallKind::Manifest) || !in_place {
            continue;
        }
        let copied = lock_files(cx, it.stage, &it);
        let own = LOCKS.iter().find(|(tool, _)| *tool == meaning.tool.name).map_or(&[][..], |(_, files)| *files);
        let Some((lock, span)) = copied.first() else { continue };
        if copied.iter().any(|(name, _)| own.contains(&name.as_str())) {
            continue;
        }
        let title = meaning.title();
        let reader =
            LOCKS.iter().find(|(_, files)| files.contains(&lock.as_str())).map_or("its manager", |(tool, _)| tool);
        cx.report(
            meaning.verb_span,
            format!("`{title}` does not read `{lock}`, so the versions are not those that were tested"),
        )
        .label(*span, format!("`{lock}` comes from here"))
        .note(format!("install with {reader}, or convert the lock file"));
    }
}

/// The lock files that COPY brought before the install, as far as they are known.
fn lock_files(cx: &DockerfileCx, stage: &Stage, it: &Use) -> Vec<(String, Span)> {
    let mut found = Vec::new();
    for step in stage.steps[..it.step.index].iter().filter(|step| step.copies_context()) {
        for word in step.transfer().into_iter().flat_map(|transfer| &transfer.sources) {
            let source = step.expand(word).text;
            for name in LOCKS.iter().flat_map(|(_, files)| files.iter()) {
                if brings(cx, step, &source, name) {
                    found.push(((*name).to_owned(), word.span));
                }
            }
        }
    }
    found
}

fn brings(cx: &DockerfileCx, _: &Step, source: &str, name: &str) -> bool {
    let plain = source.trim_start_matches("./").trim_end_matches(['*', '?']);
    let is_root = matches!(source, "." | "./" | "*" | "./*");
    let in_context = || cx.context.is_some_and(|context| context.is_sent(name));
    (plain == name && (plain == source.trim_start_matches("./") || in_context())) || (is_root && in_context())
}
