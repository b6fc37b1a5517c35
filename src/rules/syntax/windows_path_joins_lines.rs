use crate::diagnostic::{Edit, Fix};
use crate::rules::DockerfileCx;
use crate::syntax::dockerfile::Instruction;
use crate::text::Span;

/// `COPY app.txt c:\`: the backslash at the end is no part of the path but joins the next line.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    if cx.dockerfile.escape != '\\' {
        return;
    }
    for instruction in &cx.dockerfile.instructions {
        let Some((path, next)) = joined(cx, instruction) else { continue };
        let backslash = Span::new(path.end - 1, path.end);
        cx.report(path, format!("the backslash of `{}` joins the next line to this one", cx.slice(path)))
            .label(next, "part of the line above")
            .note("write `/`, which Windows takes as well, or put `# escape=` with a backquote on the first line")
            .fix(Fix::unsafe_("end the path with `/`", vec![Edit::replace(backslash, "/")]));
    }
}

/// A Windows path at the end of a line that goes on with what looks like an instruction.
fn joined(cx: &DockerfileCx, instruction: &Instruction) -> Option<(Span, Span)> {
    let text = cx.slice(instruction.span);
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let code = line.trim_end();
        let end = start + code.len();
        let word = code.rsplit(char::is_whitespace).next().unwrap_or_default();
        let next = text.get(start + line.len()..).unwrap_or_default();
        let keyword = next.split_whitespace().next().unwrap_or_default();
        let own_line = next.starts_with(|c: char| c.is_ascii_alphabetic());
        if is_windows_folder(word) && own_line && is_keyword(keyword) {
            let at = |offset: usize| instruction.span.start + offset as u32;
            let below = start + line.len();
            return Some((Span::new(at(end - word.len()), at(end)), Span::new(at(below), at(below + keyword.len()))));
        }
        start += line.len();
    }
    None
}

/// `c:\`, `C:\app\`.
fn is_windows_folder(word: &str) -> bool {
    let bytes = word.trim_start_matches('"').as_bytes();
    bytes.len() >= 3 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':' && bytes[2] == b'\\' && word.ends_with('\\')
}

fn is_keyword(word: &str) -> bool {
    const WORDS: &str = "RUN COPY ADD CMD ENTRYPOINT ENV WORKDIR USER EXPOSE SHELL ARG LABEL VOLUME HEALTHCHECK FROM";
    WORDS.split(' ').any(|keyword| keyword == word)
}
