use super::Span;

/// Bytes as text with the same offsets: each byte that is not UTF-8 becomes one `?`. The spans tell
/// where, neighbouring bytes as one.
pub fn decode(bytes: &[u8]) -> (String, Vec<Span>) {
    let mut text = String::with_capacity(bytes.len());
    let mut replaced: Vec<Span> = Vec::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        let span = Span::from(text.len()..text.len() + chunk.invalid().len());
        text.extend(chunk.invalid().iter().map(|_| '?'));
        match replaced.last_mut() {
            _ if span.is_empty() => {}
            Some(last) if last.end == span.start => last.end = span.end,
            _ => replaced.push(span),
        }
    }
    (text, replaced)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_stay_those_of_the_file() {
        let (text, replaced) = decode(b"a\xff\xe2\x82z\xc3\xa9\xc0");
        assert_eq!(text, "a???z\u{e9}?");
        assert_eq!(replaced, [Span::new(1, 4), Span::new(7, 8)]);
    }
}
