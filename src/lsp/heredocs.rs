//! Completion inside heredocs: what fits a command in a script, and variables where they are expanded.

use crate::syntax::dockerfile::{Dockerfile, Heredoc, Instruction, Keyword};

use super::commands;
use super::completion::BORDERS;
use super::document::Snapshot;
use super::items::Items;
use super::scope::variables;

/// The heredoc whose body, or the line that ends it, the offset is in, with its instruction.
pub(super) fn heredoc_at<'t>(
    tree: &'t Dockerfile,
    text: &str,
    offset: usize,
) -> Option<(&'t Instruction, &'t Heredoc)> {
    let after = tree.instructions.partition_point(|it| it.span.start as usize <= offset);
    let instruction = tree.instructions[..after].last()?;
    let is_in = |it: &&Heredoc| {
        let body = it.body.range();
        let end = it.terminator.map_or(text.len(), |end| end.end as usize);
        (body.start..=end).contains(&offset) && text[..body.start].ends_with('\n')
    };
    instruction.heredocs.iter().rfind(is_in).map(|heredoc| (instruction, heredoc))
}

/// In a script what fits a command, in any body that is expanded variables, in another file's text nothing.
pub(super) fn fill(
    document: &Snapshot,
    instruction: &Instruction,
    heredoc: &Heredoc,
    offset: usize,
    items: &mut Items,
) {
    if heredoc.terminator.is_some_and(|end| (end.start as usize) < offset) {
        return;
    }
    let body = &document.text[heredoc.body.start as usize..offset];
    let line = body.rsplit('\n').next().unwrap_or_default();
    let word = line.rsplit(BORDERS).next().unwrap_or_default();
    let is_run = instruction.kind == Keyword::Run;
    if line.trim_start().starts_with('#') {
        return;
    }
    if let Some(dollar) = word.rfind('$').filter(|_| is_run || heredoc.expand) {
        items.prefix = word[dollar + 1..].trim_start_matches('{').to_string();
        return variables(document, offset, items);
    }
    if is_run && is_script(instruction, heredoc.body.slice(&document.text)) {
        items.prefix = word.to_string();
        commands::fill(line, items);
        commands::leave_out_foreign(document, offset, items);
    }
}

/// True for a heredoc that a shell runs.
fn is_script(instruction: &Instruction, body: &str) -> bool {
    let is_shell = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or_default();
        ["sh", "bash", "ash", "dash", "ksh", "zsh"].contains(&name)
    };
    let program = instruction.args_text().split_whitespace().next().unwrap_or_default();
    let first = body.lines().next().unwrap_or_default();
    let shebang = first.strip_prefix("#!").map(|it| it.split_whitespace().rfind(|word| !word.starts_with('-')));
    match shebang {
        Some(interpreter) => program.starts_with("<<") && interpreter.is_some_and(is_shell),
        None => program.starts_with("<<") || is_shell(program),
    }
}
