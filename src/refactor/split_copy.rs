use crate::diagnostic::{Edit, Fix};
use crate::model::{EntryKind, Step};
use crate::syntax::dockerfile::{Transfer, Word};

use super::Cx;

/// Instructions that a copy is cut into, at most.
const MOST: usize = 12;

/// Cuts a broad copy in pieces that hit the cache one by one: a COPY for each folder of the context
/// and one for its files, or one for each source.
pub(super) fn find(cx: &Cx) -> Option<Fix> {
    let (_, step) = cx.step()?;
    let transfer = step.transfer().filter(|it| !it.json && step.instruction.heredocs.is_empty())?;
    let flags: Vec<&str> = step.instruction.flags.iter().map(|it| it.span.slice(cx.text)).collect();
    let head = [&[step.instruction.keyword.text.as_str()], flags.as_slice()].concat().join(" ");
    let dest = transfer.dest.span.slice(cx.text);
    if !dest.ends_with('/') && dest != "." && transfer.sources.len() > 1 || cx.has_comment(step.span()) {
        return None;
    }
    let (lines, title) = match transfer.sources.as_slice() {
        [only] => {
            let lines = by_folder(cx, step, transfer, only, &head)?;
            let title = format!("copy the context in {} pieces", lines.len());
            (lines, title)
        }
        several => {
            let line = |source: &Word| format!("{head} {} {dest}", source.span.slice(cx.text));
            (several.iter().map(line).collect(), format!("split into {} copies", several.len()))
        }
    };
    if !(2..=MOST).contains(&lines.len()) {
        return None;
    }
    let edit = Edit::replace(step.span(), lines.join("\n"));
    Some(Fix::unsafe_(title, vec![edit]).touching([step.instruction.lines.0]))
}

/// `COPY . dest` as one COPY per folder and one for the files; the files first, as manifests are among
/// them.
fn by_folder(cx: &Cx, step: &Step, transfer: &Transfer, source: &Word, head: &str) -> Option<Vec<String>> {
    let whole = matches!(source.raw.as_str(), "." | "./" | "/") && step.copies_context();
    let narrows = step.instruction.flags.iter().any(|it| matches!(it.name.text.as_str(), "exclude" | "parents"));
    let context = cx.context.filter(|_| whole && !narrows)?;
    let top: Vec<_> = context.sent().iter().filter(|it| !it.path.contains('/')).collect();
    let is_plain = |path: &str| path.chars().all(|c| c.is_alphanumeric() || "-_.+@".contains(c));
    if !top.iter().all(|it| is_plain(&it.path) && it.kind != EntryKind::Symlink) {
        return None;
    }
    let dest = transfer.dest.span.slice(cx.text);
    let dest = if dest == "." { "./" } else { dest };
    let slash = if dest.ends_with('/') { "" } else { "/" };
    let mut files: Vec<&str> = top.iter().filter(|it| !it.is_dir()).map(|it| it.path.as_str()).collect();
    let mut folders: Vec<&str> = top.iter().filter(|it| it.is_dir()).map(|it| it.path.as_str()).collect();
    files.sort_unstable();
    folders.sort_unstable();
    let mut lines: Vec<String> = Vec::new();
    if !files.is_empty() {
        lines.push(format!("{head} {} {dest}{slash}", files.join(" ")));
    }
    lines.extend(folders.iter().map(|folder| format!("{head} {folder} {dest}{slash}{folder}")));
    Some(lines)
}
