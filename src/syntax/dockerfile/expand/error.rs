use super::{MAX_EXPANSION, MAX_NESTING, go_quote};

/// Why a word has no expansion.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExpandError {
    /// BuildKit refuses the word.
    #[error("failed to process {}: {message}", go_quote(.word))]
    Refused {
        /// The raw word.
        word: String,
        /// The reason in BuildKit's words.
        message: String,
    },
    /// The result, or the work to get there, passes our bound.
    #[error("a word expands to more than {} KiB", MAX_EXPANSION / 1024)]
    TooLong,
    /// Substitutions nest deeper than our bound.
    #[error("a word nests more than {MAX_NESTING} substitutions")]
    TooDeep,
}

impl ExpandError {
    pub(super) fn new(word: &str, cause: Cause) -> ExpandError {
        match cause {
            Cause::Refused(message) => ExpandError::Refused { word: word.to_string(), message },
            Cause::TooLong => ExpandError::TooLong,
            Cause::TooDeep => ExpandError::TooDeep,
        }
    }

    /// The reason without the word: what stands after BuildKit's `failed to process "…": `.
    pub fn reason(&self) -> String {
        match self {
            ExpandError::Refused { message, .. } => message.clone(),
            other => other.to_string(),
        }
    }
}

/// An [`ExpandError`] before the whole word is known.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Cause {
    Refused(String),
    TooLong,
    TooDeep,
}

impl Cause {
    pub(super) fn refused<T>(message: impl Into<String>) -> Result<T, Cause> {
        Err(Cause::Refused(message.into()))
    }
}
