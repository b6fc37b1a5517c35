use crate::diagnostic::{Edit, Fix};
use crate::model::Step;
use crate::rules::DockerfileCx;
use crate::rules::quote::one_line;
use crate::syntax::dockerfile::{Body, ast};
use crate::text::{Span, Spliced};

/// Docker joins the lines of a RUN before the shell sees them: a `#` behind a command on one of
/// them hides all lines that follow.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    for (_, step) in model.steps() {
        let Some((hash, own, hidden)) = swallowed(cx, step) else { continue };
        let (text, fix) = (one_line(cx.slice(hidden)), own_line(cx, hash, own));
        cx.report(hash, format!("`#` hides the rest of the RUN from the shell: `{text}` never runs"))
            .label(hidden, "part of the comment")
            .note("write the comment on a line of its own, which Docker takes out before it joins the lines")
            .fix(fix);
    }
}

/// The `#`, the rest of its line, and what it hides of the lines below.
fn swallowed(cx: &DockerfileCx, step: &Step) -> Option<(Span, Span, Span)> {
    let Body::Run(ast::Command::Shell { text, .. }) = step.body() else { return None };
    if !step.instruction.heredocs.is_empty() || !step.before.shell.dialect.is_posix() {
        return None;
    }
    let start = comment(&text.text)? as u32;
    let hash = text.span(start, start + 1);
    // Where quotes were misread, a command goes on behind the `#`.
    if step.commands().any(|command| command.span.end > hash.start) {
        return None;
    }
    let end = end_of_line(cx, text, start);
    let rest = &text.text[end as usize..];
    let from = end + (rest.len() - rest.trim_start().len()) as u32;
    let to = end + rest.trim_end().len() as u32;
    (from < to).then(|| (hash, text.span(start, end), text.span(from, to)))
}

/// Where the line of the file that holds `start` ends in the joined text.
fn end_of_line(cx: &DockerfileCx, text: &Spliced, start: u32) -> u32 {
    let line = cx.line(text.to_source(start));
    let below = text.segments.iter().find(|it| it.text > start && cx.line(it.source) > line);
    below.map_or(text.text.len() as u32, |it| it.text)
}

/// Where a comment begins: a `#` at the start of a word, outside of quotes.
fn comment(code: &str) -> Option<usize> {
    let bytes = code.as_bytes();
    let (mut at, mut quote) = (0, None);
    while let Some(&byte) = bytes.get(at) {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (Some(b'\''), _) => {}
            (_, b'\\') => at += 1,
            (None, b'\'' | b'"') => quote = Some(byte),
            (None, b'#') if at == 0 || b" \t;&|()".contains(&bytes[at - 1]) => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

/// Moves the comment to a line above the one it stands on.
fn own_line(cx: &DockerfileCx, hash: Span, own: Span) -> Option<Fix> {
    let text = &cx.source.text;
    let line = text[..hash.start as usize].rfind('\n').map_or(0, |at| at + 1);
    let before = text.get(line..hash.start as usize)?;
    let indent = &before[..before.len() - before.trim_start().len()];
    let code_end = (line + before.trim_end().len()) as u32;
    let comment = cx.slice(own).trim_end();
    let cut = Span::new(code_end, own.start + comment.len() as u32);
    let edits = vec![Edit::insert(line as u32, format!("{indent}{comment}\n")), Edit::delete(cut)];
    Some(Fix::unsafe_("move the comment to a line of its own", edits))
}

#[cfg(test)]
mod tests {
    use super::comment;

    #[test]
    fn finds_comments_as_the_shell_does() {
        assert_eq!(comment("a # b"), Some(2));
        assert_eq!(comment("a;# b"), Some(2));
        assert_eq!(comment("echo a#b ${#x} '# c' \"# d\" \\# e"), None);
    }
}
