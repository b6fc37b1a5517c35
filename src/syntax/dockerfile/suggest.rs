/// The option that `word` was probably meant to be: fewer than three edits away, the nearest one.
pub(super) fn did_you_mean(word: &str, options: &[&str]) -> Option<String> {
    let near = |option: &&&str| option.len().abs_diff(word.len()) < 12;
    let distances = options.iter().filter(near).map(|option| (strsim::levenshtein(word, option), *option));
    let (distance, option) = distances.min()?;
    (distance > 0 && distance < 3).then(|| option.to_string())
}

/// Appends BuildKit's ` (did you mean X?)` to a message where there is something to suggest.
pub(super) fn with_suggestion(message: String, word: &str, options: &[&str]) -> String {
    match did_you_mean(word, options) {
        Some(option) => format!("{message} (did you mean {option}?)"),
        None => message,
    }
}

/// As [`with_suggestion`], without regard to case; the suggestion is spelt in the word's case.
pub(super) fn with_suggestion_in_case(message: String, word: &str, options: &[&str]) -> String {
    let lower = word.to_lowercase();
    let Some(option) = did_you_mean(&lower, options) else { return message };
    let is_upper = word == word.to_uppercase() && word != lower;
    let option = if is_upper { option.to_uppercase() } else { option };
    format!("{message} (did you mean {option}?)")
}
