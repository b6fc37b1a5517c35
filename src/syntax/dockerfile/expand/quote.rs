use std::fmt::Write;

/// `text` in double quotes as Go's `%q` prints it, for messages that must read like BuildKit's.
pub fn go_quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        push_escaped(&mut out, c);
    }
    out.push('"');
    out
}

fn push_escaped(out: &mut String, c: char) {
    let simple = match c {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\u{7}' => "\\a",
        '\u{8}' => "\\b",
        '\u{c}' => "\\f",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\u{b}' => "\\v",
        _ if is_printable(c) => return out.push(c),
        _ => {
            let code = c as u32;
            // Writing to a String cannot fail.
            let _ = match code {
                0..=0x7f => write!(out, "\\x{code:02x}"),
                0x80..=0xffff => write!(out, "\\u{code:04x}"),
                _ => write!(out, "\\U{code:08x}"),
            };
            return;
        }
    };
    out.push_str(simple);
}

/// Go prints letters, marks, numbers, punctuation, symbols and the ASCII blank; the invisible rest
/// is escaped. `char::escape_debug` draws nearly the same line.
fn is_printable(c: char) -> bool {
    c == '\'' || c == ' ' || (!c.is_whitespace() && c.escape_debug().count() == 1) || is_mark(c)
}

/// Combining marks, which `escape_debug` escapes at the start of a text.
fn is_mark(c: char) -> bool {
    matches!(c as u32, 0x300..=0x36f | 0x1ab0..=0x1aff | 0x1dc0..=0x1dff | 0x20d0..=0x20ff | 0xfe00..=0xfe0f | 0xfe20..=0xfe2f)
}
