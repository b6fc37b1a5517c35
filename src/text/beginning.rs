/// The first `most` characters of a line; where more follow, without blanks at their end and with an ellipsis.
pub fn beginning(line: &str, most: usize) -> String {
    match line.char_indices().nth(most) {
        Some((end, _)) => format!("{}\u{2026}", line[..end].trim_end()),
        None => line.to_string(),
    }
}
