//! The Dockerfile: its tree, its parser, and the expansion of its variables.
//!
//! The grammar is BuildKit's (`frontend/dockerfile/{parser,instructions,shell}`), faults included.

pub mod ast;

pub use ast::*;
