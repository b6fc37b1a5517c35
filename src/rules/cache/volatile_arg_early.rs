use std::collections::BTreeSet;

use crate::diagnostic::{Edit, Fix, Severity};
use crate::model::order::{Class, Install, installs};
use crate::model::{Stage, Step};
use crate::rules::DockerfileCx;
use crate::syntax::dockerfile::{Body, Word};
use crate::text::Span;

use super::shared::code;

/// Stages and installs looked at for one declaration: far more than a person writes.
const LIMIT: usize = 200;

/// Reports variables that hold a commit or a build date above installs that do not use them.
pub(crate) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    for stage in model.stages.iter().take(LIMIT) {
        let mut seen = BTreeSet::new();
        for step in stage.steps.iter().filter(|step| !step.onbuild) {
            for (name, span) in declared(step).into_iter().filter(|(name, _)| is_volatile(name)) {
                if seen.len() == LIMIT || !seen.insert(name) {
                    continue;
                }
                let late = reruns(cx, stage, step, name);
                if !late.is_empty() {
                    report(cx, stage, step, name, span, &late);
                }
            }
        }
    }
}

fn report(cx: &mut DockerfileCx, stage: &Stage, step: &Step, name: &str, span: Span, late: &[(Install, &Step)]) {
    let fix = fix(cx, stage, step, name, late);
    let first = &late[0].0;
    let message = format!("each new {} reruns {}, which does not use it", code(name), code(&first.meaning.title()));
    let severity = if late.iter().all(|(install, _)| install.cached) { Severity::Info } else { Severity::Error };
    let mut report = cx.report(span, message).at_most(severity).fix(fix);
    for (install, _) in late.iter().take(5) {
        report = report.label(install.command.span, "rebuilt whenever the value changes");
    }
    report.note("declare it right above the first step that uses it");
}

/// The variables that the step puts into the environment without a fixed value.
fn declared<'d>(step: &Step<'d>) -> Vec<(&'d str, Span)> {
    match step.body() {
        Body::Arg(all) => {
            let open = all.iter().filter(|it| it.value.as_ref().is_none_or(is_placeholder));
            open.map(|it| (it.name.text.as_str(), it.name.span)).collect()
        }
        Body::Env(pairs) => {
            let open = pairs.iter().filter(|it| !it.value.is_constant());
            open.map(|it| (it.key.raw.as_str(), it.key.span)).collect()
        }
        _ => Vec::new(),
    }
}

/// A default that only fills in for a value given with each build; anything else is a pinned version.
fn is_placeholder(value: &Word) -> bool {
    let value = value.raw.trim_matches(['"', '\'']).to_ascii_lowercase();
    ["", "unknown", "dev", "development", "none", "local", "n/a", "na", "0", "head", "undefined", "latest", "unset"]
        .contains(&value.as_str())
        || value.starts_with('$')
}

/// True for the name of a commit, a build's date or its number.
fn is_volatile(name: &str) -> bool {
    const JOINED: &[&str] =
        &["GITSHA", "GITCOMMIT", "GITHASH", "GITREV", "BUILDDATE", "BUILDTIME", "BUILDNUMBER", "BUILDID", "COMMITHASH"];
    const PARTS: &[&str] = &[
        "GIT",
        "VCS",
        "CI",
        "BUILD",
        "SOURCE",
        "HEAD",
        "APP",
        "IMAGE",
        "CURRENT",
        "COMMIT",
        "SHA",
        "SHA1",
        "SHORT",
        "HASH",
        "REF",
        "REV",
        "REVISION",
        "ID",
        "NUMBER",
        "NUM",
        "DATE",
        "TIME",
        "TIMESTAMP",
        "CREATED",
        "DATETIME",
        "GITHUB",
        "LAST",
    ];
    let name = name.to_ascii_uppercase();
    if JOINED.contains(&name.as_str()) {
        return true;
    }
    let parts: Vec<&str> = name.split('_').collect();
    let has = |words: &[&str]| parts.iter().any(|part| words.contains(part));
    parts.iter().all(|part| PARTS.contains(part))
        && (has(&["COMMIT", "REVISION", "TIMESTAMP", "DATETIME"])
            || name == "SHA"
            || has(&["GIT", "VCS", "GITHUB"]) && has(&["REF", "REV", "SHA", "SHA1", "HASH"])
            || has(&["BUILD", "IMAGE", "APP"])
                && has(&["DATE", "TIME", "NUMBER", "NUM", "ID", "CREATED", "SHA", "REV"]))
}

/// The installs below the declaration, in its stage and those that inherit from it, that do not
/// name it.
fn reruns<'m, 'd>(cx: &DockerfileCx<'m>, stage: &Stage, from: &Step<'d>, name: &str) -> Vec<(Install, &'m Step<'m>)> {
    let mut found = Vec::new();
    let heirs = cx.model.stages.iter().skip(stage.index).take(LIMIT);
    for heir in heirs.filter(|heir| cx.model.chain(heir).take(20).any(|it| it.index == stage.index)) {
        let below = heir.steps.iter().filter(|step| heir.index != stage.index || step.index > from.index);
        for step in below.filter(|step| !step.onbuild) {
            if step.scripts.iter().any(|script| script.text.text.contains(name)) {
                // From here on the variable is used: what comes after depends on it anyway.
                break;
            }
            let plain = installs(step).into_iter().filter(|it| it.class != Class::Implicit);
            found.extend(plain.map(|install| (install, step)));
            if found.len() > LIMIT {
                return found;
            }
        }
    }
    found
}

/// Moves the declaration below the last install that does not use it.
fn fix(cx: &DockerfileCx, stage: &Stage, step: &Step, name: &str, late: &[(Install, &Step)]) -> Option<Fix> {
    let one_stage = |it: &Step| stage.steps.iter().position(|other| other.span() == it.span());
    let at = one_stage(step)?;
    let to = late.iter().map(|(_, step)| one_stage(step)).collect::<Option<Vec<usize>>>()?.into_iter().max()?;
    let single = match step.body() {
        Body::Arg(all) => all.len() == 1,
        Body::Env(pairs) => pairs.len() == 1,
        _ => false,
    };
    let between = stage.steps.get(at + 1..=to)?;
    let is_free = between.iter().all(|step| !cx.slice(step.span()).contains(name));
    let span = step.span();
    let text = &cx.source.text;
    let line_end = text.get(span.end as usize..)?.find('\n')? as u32 + 1;
    let is_line = text[..span.start as usize].ends_with('\n') && step.instruction.attached.is_empty();
    if !single || !is_free || !is_line {
        return None;
    }
    let moved = format!("\n{}", cx.slice(span));
    let edits =
        vec![Edit::delete(Span::new(span.start, span.end + line_end)), Edit::insert(stage.steps[to].span().end, moved)];
    Some(Fix::unsafe_(format!("declare `{name}` below the installs"), edits))
}
