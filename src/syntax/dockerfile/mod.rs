//! The Dockerfile: its tree, its parser, and the expansion of its variables.
//!
//! The grammar is BuildKit's (`frontend/dockerfile/{parser,instructions,shell}`), faults included.

pub mod ast;
mod expand;
mod pragma;

pub use ast::*;
pub use expand::{Env, ExpandError, Expansion, Lex, MAX_EXPANSION, MAX_NESTING, expand_word, expand_words, go_quote};
pub use pragma::{CheckOptions, Ignore, Pragma, PragmaDialect, PragmaKind, PragmaScope, pragmas, shell_pragma};
