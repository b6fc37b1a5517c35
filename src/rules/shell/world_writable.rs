use crate::model::tools::effects::{Permission, permission};
use crate::rules::DockerfileCx;
use crate::rules::commands::{Use, commands, later, stays};

/// Files that every user of the container may change.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    for it in commands(model).filter(|it| it.command.name == "chmod" && stays(model, it)) {
        let Some(change) = permission(it.command).filter(|change| lets_all_write(&change.value)) else { continue };
        let all_scratch = !change.targets.is_empty() && change.targets.iter().all(|target| is_scratch(target));
        if all_scratch || is_taken_back(&it, &change) {
            continue;
        }
        cx.report(
            it.command.span,
            format!("`chmod {}` lets every user of the container change the files", change.value),
        )
        .note("give them to the user who needs them (`COPY --chown`, `chown`), or to its group: `chmod g=u`");
    }
    for (_, step) in model.steps().filter(|(stage, _)| model.is_final(stage)) {
        let value = step.transfer().and_then(|_| step.instruction.flag("chmod")).and_then(|flag| flag.value.as_ref());
        let Some(value) = value.filter(|value| lets_all_write(&value.raw)) else { continue };
        cx.report(value.span, format!("`--chmod={}` lets every user of the container change the files", value.raw))
            .note("755 for folders and programs, 644 for other files");
    }
}

/// True if the same RUN sets another mode for the same files later: `chmod 666 f && … && chmod 440 f`.
fn is_taken_back(it: &Use, change: &Permission) -> bool {
    let later = later(it).filter_map(permission);
    later
        .into_iter()
        .any(|next| next.program == "chmod" && next.targets == change.targets && !lets_all_write(&next.value))
}

fn lets_all_write(mode: &str) -> bool {
    if !mode.is_empty() && mode.bytes().all(|byte| (b'0'..=b'7').contains(&byte)) {
        let bits = u32::from_str_radix(mode, 8).unwrap_or(0);
        // With the sticky bit nobody takes another's files away: `/tmp`.
        return bits & 0o1002 == 0o2;
    }
    mode.split(',').any(|clause| {
        let Some(at) = clause.find(['+', '=']) else { return false };
        let (who, what) = clause.split_at(at);
        who.contains(['a', 'o']) && what.contains('w') && !what.contains('t')
    })
}

fn is_scratch(path: &str) -> bool {
    ["/tmp", "/var/tmp", "/dev", "/run", "/var/run", "/var/lock"]
        .iter()
        .any(|folder| path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}
