use crate::diagnostic::{Edit, Fix};
use crate::model::docs::DocText;
use crate::rules::DocsCx;
use crate::syntax::docker_cli::Invocation;
use crate::text::Span;

const DASHES: [char; 5] = ['–', '—', '−', '‒', '―'];
const DOUBLE_QUOTES: [char; 3] = ['“', '”', '„'];

pub(in crate::rules) fn check(cx: &mut DocsCx) {
    let Some(doc) = cx.document else { return };
    for call in &doc.invocations {
        let edits = edits(call, doc);
        let Some(first) = edits.first().map(|edit| edit.span) else { continue };
        let written = doc.text[first.range()].to_string();
        cx.report(first, format!("the shell does not know `{written}`, a character for prose"))
            .primary_label(if DASHES.iter().any(|dash| written.contains(*dash)) {
                "looks like a flag, is none"
            } else {
                "quotes nothing"
            })
            .note("a command that is copied from here fails: write `-`, `--` and straight quotes")
            .fix(Fix::safe("write plain dashes and quotes", edits));
    }
}

/// Typographic dashes that begin a flag which the command has, and curly quotes.
fn edits(call: &Invocation, doc: &DocText) -> Vec<Edit> {
    let text = &doc.text[call.span.range()];
    let is_known = |name: &str| {
        call.flags.iter().any(|flag| flag.typographic && flag.known && (flag.name == name || name.len() < 4))
    };
    let mut edits = Vec::new();
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        if DASHES.contains(&c) && before.is_whitespace() {
            let rest = &text[at..];
            let name = rest.trim_start_matches(|c| DASHES.contains(&c) || c == '-');
            let dashes = rest.len() - name.len();
            let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(name.len());
            if end > 0 && is_known(&name[..end]) {
                let is_long = end > 1 && call.flags.iter().any(|flag| flag.typographic && flag.name == name[..end]);
                edits.push(edit(call, at, dashes, if is_long { "--" } else { "-" }));
            }
        } else if DOUBLE_QUOTES.contains(&c) {
            edits.push(edit(call, at, c.len_utf8(), "\""));
        }
        before = c;
    }
    // Curly quotes in Chinese or German prose behind a command are none of the shell's.
    if edits.iter().all(|edit| edit.text == "\"") && (edits.len() != 2 || !text.contains('“') || !is_argument(text)) {
        return Vec::new();
    }
    edits
}

/// True if the quotes stand where the value of a flag does: `-e “A=b”`, `--name=“x”`.
fn is_argument(text: &str) -> bool {
    let Some(before) = text.find('“').map(|at| &text[..at]) else { return false };
    let flag = before.trim_end().rsplit(char::is_whitespace).next().unwrap_or("");
    flag.starts_with('-') && (before.ends_with(' ') || before.ends_with('='))
}

fn edit(call: &Invocation, at: usize, len: usize, text: &str) -> Edit {
    let start = call.span.start + at as u32;
    Edit::replace(Span::new(start, start + len as u32), text)
}
