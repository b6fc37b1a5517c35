use crate::diagnostic::{Edit, Fix};
use crate::model::Stage;
use crate::syntax::dockerfile::Keyword;

use super::Cx;

/// Cuts a stage in two before the step at the cursor: what stands above gets a name and a stage of its
/// own, which the rest builds on. Others can build on it too.
pub(super) fn find(cx: &Cx) -> Option<Fix> {
    let (stage, step) = cx.step()?;
    let above = stage.steps.iter().take_while(|it| it.index < step.index);
    let any_work = above.clone().any(|it| matches!(it.kind(), Keyword::Run | Keyword::Copy | Keyword::Add));
    // An ONBUILD would fire in the rest, and a number after `--from=` would mean another stage.
    let triggers = above.clone().any(|it| it.onbuild) || !stage.triggers.is_empty();
    let numbered = cx
        .model
        .stages
        .iter()
        .flat_map(|it| &it.dependencies)
        .any(|it| it.name.parse::<usize>().is_ok_and(|number| number >= stage.index));
    if !any_work || triggers || numbered {
        return None;
    }
    let (from, body) = (stage.from?, stage.from_body?);
    let name = free_name(cx, stage);
    let rest = stage.name.map(|it| format!(" {} {}", as_word(body), it.text)).unwrap_or_default();
    let below = format!("\n{} {name}{rest}\n", from.keyword.text);
    let mut edits = vec![Edit::insert(start_of(cx, step), below)];
    edits.push(match stage.name {
        Some(old) => Edit::replace(old.span, name.clone()),
        None => Edit::insert(body.image.span.end, format!(" AS {name}")),
    });
    Some(Fix::safe(format!("make what stands above a stage of its own, `{name}`"), edits).touching([from.lines.0]))
}

fn as_word(from: &crate::syntax::dockerfile::From) -> &str {
    from.as_keyword.as_ref().map_or("AS", |it| it.text.as_str())
}

/// The first byte of the step's lines, the comments that belong to it included.
fn start_of(cx: &Cx, step: &crate::model::Step) -> u32 {
    let attached = step.instruction.attached.first().and_then(|at| cx.model.dockerfile.comments.get(*at));
    let first = attached.map_or(step.span().start, |comment| comment.span.start.min(step.span().start));
    cx.text[..first as usize].rfind('\n').map_or(0, |newline| newline as u32 + 1)
}

/// `base`, or `base-2` and so on, as no stage is called.
fn free_name(cx: &Cx, stage: &Stage) -> String {
    let stem = stage.name.map_or("base".to_string(), |it| format!("{}-base", it.text.to_lowercase()));
    let taken = |name: &str| {
        let refers = |it: &crate::model::Dependency| it.name.eq_ignore_ascii_case(name);
        cx.model.stage_named(name, usize::MAX).is_some()
            || cx.model.stages.iter().flat_map(|it| &it.dependencies).any(refers)
    };
    let numbered = (2..).map(|number| format!("{stem}-{number}"));
    std::iter::once(stem.clone()).chain(numbered).find(|name| !taken(name)).unwrap_or(stem)
}
