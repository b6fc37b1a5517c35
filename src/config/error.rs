use std::fmt;

/// Why a configuration cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The file as it was named; `command line` for an option.
    pub path: String,
    /// Line from 1; 0 where no place is known.
    pub line: u32,
    /// Column from 1 in Unicode scalar values; 0 where no place is known.
    pub column: u32,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl ConfigError {
    /// An error about the whole of `path`.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> ConfigError {
        ConfigError { path: path.into(), line: 0, column: 0, message: message.into(), help: None }
    }

    pub(super) fn at(mut self, line: u32, column: u32) -> ConfigError {
        (self.line, self.column) = (line, column);
        self
    }

    pub(super) fn help(mut self, help: impl Into<Option<String>>) -> ConfigError {
        self.help = help.into();
        self
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.path)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        write!(f, ": {}", self.message)?;
        self.help.as_ref().map_or(Ok(()), |help| write!(f, " ({help})"))
    }
}

impl std::error::Error for ConfigError {}

/// "did you mean `x`?" for the candidate most like `word`, if one is near.
pub(super) fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    candidates
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&name.to_lowercase(), &word.to_lowercase()), name))
        .filter(|(distance, name)| *distance <= 2.max(name.len() / 4))
        .min()
        .map(|(_, name)| format!("did you mean `{name}`?"))
}
