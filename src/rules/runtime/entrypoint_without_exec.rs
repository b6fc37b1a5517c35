use crate::model::tools::{ServerKind, server};
use crate::model::{Stage, Step};
use crate::rules::DockerfileCx;
use crate::shell::{Dialect, parse};
use crate::syntax::dockerfile::{Body, Keyword, ast};
use crate::text::Spliced;

use super::shared::effective;

/// A start script whose last command runs the server as a child: signals end at the script.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let (Some(context), false) = (cx.context, cx.fragment) else { return };
    let Some(stage) = cx.model.target_stage() else { return };
    for kind in [Keyword::Entrypoint, Keyword::Cmd] {
        let Some(step) = effective(cx.model, stage, kind) else { continue };
        let Some((path, span)) = script_of(step) else { continue };
        let Some(file) = in_context(cx, stage, step, &path) else { continue };
        let Some(text) = context.read_text(&file) else { continue };
        let Some((line, command)) = last_command(&text) else { continue };
        cx.report(
            span,
            format!("line {line} of `{file}` runs `{command}` without `exec`: the program gets no signals"),
        )
        .note(format!("end the script with `exec {command}`, so that `docker stop` reaches the program"));
    }
}

/// The path of the script that the exec form starts, and its place.
fn script_of(step: &Step) -> Option<(String, crate::text::Span)> {
    let (Body::Entrypoint(command) | Body::Cmd(command)) = step.body() else { return None };
    let ast::Command::Exec { words, .. } = command else { return None };
    let named =
        words.iter().find(|word| word.value.text.ends_with(".sh") || word.value.text.ends_with("entrypoint"))?;
    let at = words.iter().position(|word| std::ptr::eq(word, named))?;
    let shells = words[..at]
        .iter()
        .all(|word| matches!(Dialect::of_program(&word.value.text), Dialect::Sh | Dialect::Bash | Dialect::Ash));
    shells.then(|| (named.value.text.clone(), named.span))
}

fn in_context(cx: &DockerfileCx, stage: &Stage, step: &Step, path: &str) -> Option<String> {
    let places: Vec<String> = if path.contains('/') {
        vec![step.before.workdir.join(path)?]
    } else {
        ["/usr/local/bin/", "/usr/bin/", "/bin/"].iter().map(|folder| format!("{folder}{path}")).collect()
    };
    places.iter().find_map(|place| cx.model.context_file(cx.context?, stage, usize::MAX, place))
}

/// The line, from 1, and the text of a script's last command, where it should be run by `exec`.
fn last_command(text: &str) -> Option<(usize, String)> {
    let first = text.lines().next()?;
    let dialect = if first.contains("bash") { Dialect::Bash } else { Dialect::Sh };
    if !first.starts_with("#!") || !first.contains("sh") || text.contains("trap ") || text.contains("wait") {
        return None;
    }
    let script = parse(Spliced::verbatim(text, 0), dialect);
    if script.error.is_some() {
        return None;
    }
    let last = script.commands.last()?;
    let simple =
        !last.in_function && !last.conditional && !last.background && last.pipe.is_none() && last.subshells == 0;
    let (start, end) = (last.text_range.0 as usize, last.text_range.1 as usize);
    let shown = text.get(start..end)?.trim();
    let nothing_follows = text.get(last.span.end as usize..)?.lines().all(|line| {
        let line = line.trim();
        line.is_empty() || line.starts_with('#')
    });
    let forwards = matches!(shown, "\"$@\"" | "$@" | "\"${@}\"" | "$*");
    let serves = server(last).is_some_and(|it| matches!(it.kind, ServerKind::Certain | ServerKind::Likely));
    let runs =
        simple && nothing_follows && !last.is_wrapped_in("exec") && (forwards || serves) && !shown.contains('\n');
    runs.then(|| (text[..start].matches('\n').count() + 1, shown.to_string()))
}
