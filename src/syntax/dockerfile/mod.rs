//! The Dockerfile: its tree, its parser, and the expansion of its variables.
//!
//! The grammar is BuildKit's (`frontend/dockerfile/{parser,instructions,shell}`), faults included.

mod args;
pub mod ast;
mod cx;
mod directives;
mod expand;
mod expansion;
mod flags;
mod healthcheck;
mod heredoc;
mod inline_comment;
mod instruction;
mod json;
mod lines;
mod mount;
mod pairs;
mod parse;
mod pragma;
mod scan;
mod sexpr;
mod suggest;
mod template;
mod tokens;
mod words;

pub use ast::*;
pub use expand::{Env, ExpandError, Expansion, Lex, MAX_EXPANSION, MAX_NESTING, expand_word, expand_words, go_quote};
pub use mount::{Mount, MountKind, mounts};
pub use parse::parse;
pub use pragma::{
    CheckOptions, Ignore, Pragma, PragmaDialect, PragmaKind, PragmaScope, check_options, pragmas, shell_pragma,
};
pub use sexpr::sexpr;
pub use template::template_mark;
