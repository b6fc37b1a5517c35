use crate::diagnostic::{Edit, Fix};
use crate::shell::Link;
use crate::text::Span;

use super::Cx;
use super::chain::{self, Piece, is_outer};

/// Cuts a RUN in two before the command at the cursor, or after every `&&` where the cursor is on its
/// first command: a layer and a cache entry for each.
pub(super) fn find(cx: &Cx) -> Option<Fix> {
    let (_, step) = cx.step()?;
    let pieces = chain::pieces(cx, step, "&&")?;
    let at = cx.selection.start;
    let here = pieces.iter().rposition(|it| it.span.start <= at).unwrap_or(0);
    let all: Vec<usize> = (1..pieces.len()).collect();
    let cuts = if here == 0 { all } else { vec![here] };
    if cuts.is_empty() || !cuts.iter().all(|cut| can_cut(&pieces, *cut)) {
        return None;
    }
    let flags: Vec<&str> = step.instruction.flags.iter().map(|it| it.span.slice(cx.text)).collect();
    let head = [&[step.instruction.keyword.text.as_str()], flags.as_slice()].concat().join(" ");
    let edit = |cut: &usize| {
        let gap = Span::new(pieces[cut - 1].span.end, pieces[*cut].span.start);
        (!cx.has_comment(gap)).then(|| Edit::replace(gap, format!("\n{head} ")))
    };
    let edits = cuts.iter().map(edit).collect::<Option<Vec<Edit>>>()?;
    let title = match cuts.len() {
        1 if pieces.len() > 2 => {
            format!(
                "begin a RUN of its own at `{}`",
                pieces[cuts[0]].commands.first().map_or("", |it| it.name.as_str())
            )
        }
        1 => "split into two RUNs".to_string(),
        count => format!("split into {} RUNs", count + 1),
    };
    Some(Fix::unsafe_(title, edits).touching([step.instruction.lines.0]))
}

/// True if the commands do the same in two shells: nothing is handed over, and nothing after the cut
/// would have run after a failure before it.
fn can_cut(pieces: &[Piece], cut: usize) -> bool {
    let (before, after) = pieces.split_at(cut);
    let goes_on = |it: &crate::shell::Command| is_outer(it) && matches!(it.link, Link::Or | Link::Then);
    before.iter().all(Piece::leaves_shell_alone) && !after.iter().flat_map(|it| it.commands).any(goes_on)
}
