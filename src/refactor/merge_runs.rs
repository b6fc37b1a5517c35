use crate::diagnostic::{Edit, Fix};
use crate::model::Step;
use crate::shell::Link;
use crate::syntax::dockerfile::Keyword;
use crate::text::Span;

use super::Cx;
use super::chain::{self, is_outer};

/// Joins the selected RUNs, or the one at the cursor and the next, with `&&`: one layer, one entry of
/// the cache.
pub(super) fn find(cx: &Cx) -> Option<Fix> {
    let (stage, first) = cx.step()?;
    let chosen = |step: &&Step| step.index == first.index + 1 || step.span().overlaps(cx.selection);
    let after = stage.steps.iter().filter(|it| it.index > first.index);
    let after: Vec<&Step> = after.take_while(chosen).take_while(|it| it.kind() == Keyword::Run).collect();
    let all: Vec<&Step> = std::iter::once(first).chain(after).collect();
    let (last, before) = all.split_last().filter(|(_, before)| !before.is_empty())?;
    if !all.iter().all(|it| can_join(cx, it, first)) || !before.iter().all(|it| can_go_first(cx, it)) {
        return None;
    }
    if !all.iter().skip(1).all(|it| can_go_last(it)) {
        return None;
    }
    let joints = all.windows(2).map(|pair| joint(cx, pair[0], pair[1])).collect::<Option<Vec<Edit>>>()?;
    let title = match all.len() {
        2 => "merge with the RUN below".to_string(),
        count => format!("merge {count} RUNs"),
    };
    let lines = all.iter().map(|it| it.instruction.lines.0);
    debug_assert!(last.index > first.index);
    Some(Fix::unsafe_(title, joints).touching(lines))
}

fn can_join(cx: &Cx, step: &Step, first: &Step) -> bool {
    let flags =
        |step: &Step| step.instruction.flags.iter().map(|it| it.span.slice(cx.text).to_string()).collect::<Vec<_>>();
    !step.onbuild && step.kind() == Keyword::Run && chain::script(step).is_some() && flags(step) == flags(first)
}

/// True if what comes after it behind `&&` runs as it would in a RUN of its own.
fn can_go_first(cx: &Cx, step: &Step) -> bool {
    let whole = chain::pieces(cx, step, "&&");
    let text = chain::script(step).map(|it| it.text.text.trim_end()).unwrap_or_default();
    whole.is_some_and(|pieces| pieces.iter().all(chain::Piece::leaves_shell_alone))
        && !text.ends_with([';', '&', '|'])
        && !text.contains('#')
}

/// True if it runs as a whole or not at all behind `&&`.
fn can_go_last(step: &Step) -> bool {
    let Some(script) = chain::script(step) else { return false };
    let joined = script.commands.iter().skip(1).filter(|it| is_outer(it));
    let is_list = joined.clone().any(|it| matches!(it.link, Link::Then | Link::Or) || it.background);
    !is_list && !script.commands.iter().any(|it| it.background && is_outer(it))
}

/// `RUN a` and `RUN b` to `RUN a && \ b`; comments between them stay where they are.
fn joint(cx: &Cx, upper: &Step, lower: &Step) -> Option<Edit> {
    let gap = Span::new(upper.span().end, lower.instruction.args_span().start);
    let between = Span::new(upper.span().end, lower.span().start).slice(cx.text);
    let comments = between.lines().map(str::trim).filter(|line| line.starts_with('#'));
    let comments: String = comments.map(|line| format!("{line}\n")).collect();
    let comments = comments.strip_suffix('\n').map(|it| format!("\n{it}")).unwrap_or_default();
    Some(Edit::replace(gap, format!(" && {}{comments}\n    ", upper.escape)))
}
