//! Quotes, escapes and variables in one raw word, as BuildKit's `shell/lex.go` processes them.
//!
//! ```
//! use cachalot::syntax::dockerfile::expand_word;
//! let word = expand_word("${TAG:-latest}-'$slim'", '\\', &[("OTHER", "x")]).unwrap();
//! assert_eq!(word.text, "latest-$slim");
//! assert!(word.unmatched.contains("TAG"));
//! ```

mod env;
mod error;
mod lexer;
mod pattern;
mod quote;

use std::collections::BTreeSet;

pub use env::Env;
pub use error::ExpandError;
use lexer::Lexer;
pub use quote::go_quote;

/// Bytes that one word may expand to; a longer result is [`ExpandError::TooLong`].
pub const MAX_EXPANSION: usize = 64 * 1024;

/// How deep `${a:-${b:-…}}` may nest; deeper is [`ExpandError::TooDeep`].
pub const MAX_NESTING: usize = 100;

/// A word after its variables were put in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expansion {
    /// The resulting text.
    pub text: String,
    /// Names that were looked up and set.
    pub matched: BTreeSet<String>,
    /// Names that were looked up and not set, also where a default stood in for them.
    pub unmatched: BTreeSet<String>,
}

/// How a word is read; the default with `\` as escape is what most instructions use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lex {
    /// The escape character, `\` or a backtick.
    pub escape: char,
    /// Keeps quotes in the result, although they still quote (heredoc bodies, ENV display).
    pub raw_quotes: bool,
    /// Keeps escape characters in the result, although they still escape.
    pub raw_escapes: bool,
    /// Takes quotes as ordinary characters: `'$x'` is expanded.
    pub ignore_quotes: bool,
    /// Leaves a reference to an unset variable as it is written.
    pub keep_unset: bool,
}

impl Lex {
    /// Quotes and escapes removed, unset variables empty.
    pub fn new(escape: char) -> Lex {
        Lex { escape, raw_quotes: false, raw_escapes: false, ignore_quotes: false, keep_unset: false }
    }

    /// For the body of an unquoted heredoc of COPY or ADD: quotes are ordinary characters, and the
    /// escape is `\` whatever the directive says.
    pub fn heredoc() -> Lex {
        Lex { ignore_quotes: true, ..Lex::new('\\') }
    }

    /// Expands `raw` to one word.
    pub fn word(&self, raw: &str, env: &dyn Env) -> Result<Expansion, ExpandError> {
        let mut lexer = Lexer::new(*self, raw, env);
        let (text, _) = lexer.run().map_err(|cause| ExpandError::new(raw, cause))?;
        Ok(Expansion { text, matched: lexer.matched, unmatched: lexer.unmatched })
    }

    /// Expands `raw`, then splits at unquoted blanks, also those that variables brought in.
    pub fn words(&self, raw: &str, env: &dyn Env) -> Result<Vec<String>, ExpandError> {
        let mut lexer = Lexer::new(*self, raw, env);
        let (_, words) = lexer.run().map_err(|cause| ExpandError::new(raw, cause))?;
        Ok(words)
    }
}

/// Expands `raw` to one word, quotes and escapes removed: BuildKit's `ProcessWordWithMatches`.
pub fn expand_word(raw: &str, escape: char, env: &dyn Env) -> Result<Expansion, ExpandError> {
    Lex::new(escape).word(raw, env)
}

/// Expands `raw` and splits it at unquoted blanks: BuildKit's `ProcessWords`, used by EXPOSE.
pub fn expand_words(raw: &str, escape: char, env: &dyn Env) -> Result<Vec<String>, ExpandError> {
    Lex::new(escape).words(raw, env)
}

#[cfg(test)]
mod tests;
