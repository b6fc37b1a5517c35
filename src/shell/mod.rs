//! Shell code inside a Dockerfile: RUN text to commands with spans, and ShellCheck's findings.
//!
//! The only module that knows the shell parser's crate: everything it hands out is its own type.

mod parse;
mod script;
mod source;

pub use parse::{parse, parse_with};
pub use script::*;
pub use source::{ShellSetting, scripts};
